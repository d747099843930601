"""过程跟踪 of any record (附件3 1.24): who did what, when, with what opinion, and how many working days it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import func, select

from models.base import db
from models.office.trail import TrailEntry
from workflow.base.errors import Refused
from workflow.office import working_days

#: Verbs that send a record back.
BACK = (
    "send_back", "pass_down", "return_filing", "return", "reject", "disqualify", "terminate", "cancel_filing", "abort",
)  # fmt: skip
MOST = 200


@dataclass(frozen=True)
class Moment:
    """One entry of the timeline."""

    verb: str
    label: str
    at: datetime
    who: str
    organisation: str
    opinion: str
    days: int | None  #: working days since the entry before
    back: bool
    items: Sequence[str]


def timeline(record: Any, *, own: bool = False) -> list[Moment]:
    """The trail of a record, newest first. With `own` the applicant reads: offices, without officers' names.

    What is no step of the case (`aside`: his drafting, a look at his number) is told to him alone.
    """
    about = select(TrailEntry).where(
        TrailEntry.subject_kind == record.__tablename__, TrailEntry.subject_id == record.id
    )
    if not own:
        about = about.where(TrailEntry.aside.is_(False))
    entries = db.session.scalars(about.order_by(TrailEntry.id.desc()).limit(MOST)).all()
    told = []
    for entry, before in zip_longest(entries, entries[1:]):
        items = [str(i) for i in (entry.facts or {}).get("items", [])]
        days = working_days_between(before.at.date(), entry.at.date()) if before else None
        who = (
            "" if own or entry.organisation.startswith(entry.actor_name or "-") else entry.actor_name
        )  # an office's account bears its name
        if who and (principal := (entry.facts or {}).get("principal")):
            who = f"{who}（受{principal[1]}委托）"
        told.append(
            Moment(
                entry.verb,
                entry.label,
                entry.at,
                who,
                entry.organisation,
                entry.opinion or "",
                days,
                entry.verb in BACK,
                items,
            )
        )
    return told


def steps_of(record: Any) -> list[tuple[str, str, str, datetime]]:
    """(verb, state before, state after, moment) of the steps of a case, oldest first."""
    about = select(TrailEntry.verb, TrailEntry.before, TrailEntry.after, TrailEntry.at).where(
        TrailEntry.subject_kind == record.__tablename__, TrailEntry.subject_id == record.id, TrailEntry.aside.is_(False)
    )
    found = db.session.execute(about.order_by(TrailEntry.id.desc()).limit(MOST)).tuples().all()
    return list(reversed(found))


def newest(table: str) -> dict[int, TrailEntry]:
    """The newest entry of each record of a table, by its id: who changed it last."""
    last = select(func.max(TrailEntry.id)).where(TrailEntry.subject_kind == table).group_by(TrailEntry.subject_id)
    return {entry.subject_id: entry for entry in db.session.scalars(select(TrailEntry).where(TrailEntry.id.in_(last)))}


def working_days_between(after: date, until: date) -> int | None:
    """Working days in (after, until], or None where the calendar of the year is not set."""
    try:
        return working_days.between(db.session, after, until)
    except Refused:
        return None
