"""Periodic work: asked for once a slot, however many workers there are, and made up for when none ran at the time.

The slot is a row under a unique key, written before the job in the same unit of work. So a night is never verified
twice, and a night without any machine is verified when the first one comes up. What there is nothing to do for is not
asked for at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.jobs.job import Job
from models.jobs.slot import Slot
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.jobs.work import put_down

#: The name of the slot a moment belongs to.
SlotOf = Callable[[datetime], str]


@dataclass(frozen=True)
class Periodic:
    """Work of that kind once in each slot, where `needed` says that there is any."""

    kind: str
    title: str
    slot: SlotOf
    needed: Callable[[Session, datetime], bool]


PERIODIC: dict[str, Periodic] = {}


def repeats(
    kind: str, title: str, slot: SlotOf, needed: Callable[[Session, datetime], bool] = lambda session, now: True
) -> None:
    """Let work of a kind be asked for once in every slot."""
    PERIODIC[kind] = Periodic(kind, title, slot, needed)


def nightly(hour: int) -> SlotOf:
    """One slot a day, beginning at that hour."""
    return lambda now: (now - timedelta(hours=hour)).date().isoformat()


def every(minutes: int) -> SlotOf:
    """One slot in so many minutes."""
    return lambda now: (now - timedelta(minutes=now.minute % minutes)).strftime("%Y-%m-%d %H:%M")


def ask_due(session: Session, system: Account, now: datetime | None = None) -> list[Job]:
    """Ask for everything whose slot has come and nobody has asked for; the jobs."""
    moment = now or asking(system, session=session).now
    asked = []
    for work in PERIODIC.values():
        name = work.slot(moment)
        if _taken(session, work.kind, name) or not work.needed(session, moment):
            continue
        if job := attempt(system, lambda uow, work=work, name=name: _ask(uow, work, name), session=session, now=now):  # type: ignore[misc]
            asked.append(job)
    return asked


def _taken(session: Session, name: str, slot: str) -> bool:
    return session.scalar(select(Slot.id).where(Slot.name == name, Slot.slot == slot)) is not None


def _ask(uow: UnitOfWork, work: Periodic, name: str) -> Job | None:
    if _taken(uow.session, work.kind, name):
        return None
    turn = Slot(name=work.kind, slot=name)
    uow.session.add(turn)
    uow.session.flush()  # who comes second fails here, is begun again, and finds it taken
    job = put_down(uow, work.kind, f"{work.title}（{name}）")
    turn.job_id = job.id
    return job
