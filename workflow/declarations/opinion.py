"""Opinions of offices on a declaration: given with the verb that decides, printed on the 评审表."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.declarations.opinion import Opinion, OpinionResult
from workflow.accounts.colleague import colleagues
from workflow.base.unit_of_work import UnitOfWork


def give(
    uow: UnitOfWork,
    declaration: Declaration,
    result: OpinionResult,
    *,
    words: str,
    handler: str,
    head: str,
    assessment: str = "",
) -> Opinion:
    """Keep what the actor's office says of the declaration at the level where it lies now."""
    known = colleagues(uow, handler, head)
    committee = uow.actor.committee_id
    opinion = Opinion(
        declaration_id=declaration.id,
        position=declaration.position,
        organisation_id=None if committee else uow.actor.organisation_id,
        committee_id=committee,
        office_name=uow.actor.desk,
        result=result,
        assessment=assessment,
        words=words,
        handler_id=known.get(handler),
        handler_name=handler,
        head_id=known.get(head),
        head_name=head,
        given_at=uow.now.replace(microsecond=0),
    )
    uow.session.add(opinion)
    uow.session.flush()
    uow.record("give_opinion", opinion, declaration=declaration.number)
    return opinion


def newest(session: Session, declaration: Declaration) -> list[Opinion]:
    """The newest opinion of each office, in the order of the levels: what forms print."""
    given = session.scalars(select(Opinion).where(Opinion.declaration_id == declaration.id).order_by(Opinion.id))
    last = {opinion.office: opinion for opinion in given}
    return sorted(last.values(), key=lambda opinion: (opinion.position, opinion.id))
