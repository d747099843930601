"""过程跟踪 (附件3 1.24): for every tracked record who did what, when, for which organisation, with what opinion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.office.trail import TrailEntry
from workflow.base.journal import plain

if TYPE_CHECKING:
    from workflow.base.unit_of_work import UnitOfWork


def leave_trail(uow: UnitOfWork) -> None:
    """Write a trail entry for each recorded verb whose subject is `__trailed__`.

    `quiet` facts are the journal's only; `aside` is no step of the case (drafting, a look at a number): kept, and not
    shown to offices.
    """
    for verb, subject, facts in uow.entries:
        if getattr(subject, "__trailed__", False) and not facts.get("quiet"):
            facts = dict(facts)
            uow.session.add(
                TrailEntry(
                    subject_kind=subject.__tablename__,
                    subject_id=subject.id,
                    at=uow.now.replace(microsecond=0),
                    actor_id=uow.actor.id,
                    actor_name=uow.actor.full_name,
                    organisation=uow.actor.desk,
                    verb=verb,
                    label=facts.pop("label", verb),
                    before=facts.pop("before", ""),
                    after=facts.pop("after", ""),
                    opinion=facts.pop("opinion", None),
                    aside=bool(facts.pop("aside", False)),
                    facts=plain(facts),
                )
            )
