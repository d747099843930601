"""How a subject is told plainly: its rows, and a small function for each of its dimensions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import object_session

from models.declarations.declaration import Declaration
from models.declarations.profile import Profile
from models.declarations.standing import STANDING, Reached
from workflow.office import working_days

PLAIN: dict[str, Plain] = {}


@dataclass
class Plain:
    """`rows` are all that are counted; `key` is whose row of the model one is."""

    rows: Callable[[Any], list[Any]]
    facts: Callable[[Any], dict[str, Callable[[Any], Any]]]
    key: Callable[[Any], Any] = lambda row: row.id


def told(name, rows, **more):
    def enter(facts):
        PLAIN[name] = Plain(rows, facts, **more)
        return facts

    return enter


def everything(model):
    return lambda session: session.query(model).all()


def chosen(model, holds):
    return lambda session: [row for row in session.query(model).all() if holds(session, row)]


def day(moment):
    return moment.date() if moment else None


def worked(session, after, until):
    if after is None or until is None:
        return None
    return working_days.between(session, after, until) if until > after else 0


def counted(declaration):
    """Handed in at least once, and not taken back before."""
    if declaration.state == "draft":
        return False
    return declaration.state != "withdrawn" or declaration.submitted_at is not None


def settled(declaration):
    return STANDING[declaration.state].settled


REVIEW_ONLY_SHOWN = ("decided", "qualified", "committee")
STAGES = [each.value for each in Reached]


def stage(session, d):
    """How far it got: the furthest that its state or one of its facts proves."""
    proved = {STANDING[d.state].reached.value}
    if d.voted_on or (d.state == "revoked" and d.way == "review"):
        proved.add("decided")
    if d.plan_id:
        proved.add("qualified")
    if d.reached_committee_at:
        proved.add("committee")
    if d.position >= 1 or (d.returned_from or 0) >= 1:
        proved.add("audited")
    from models.awards.publicity import Publicity, PublicityItem

    for item in session.query(PublicityItem).filter_by(declaration_id=d.id):
        posting = session.get(Publicity, item.publicity_id)
        if posting.kind == "unit" and posting.state == "closed" and posting.outcome in ("none", "untrue"):
            proved.add("publicised")
    return max(proved, key=STAGES.index)


def lane(row):
    """Where the way of a declaration leads; what the profile keeps of it has tests of its own."""
    return object_session(row).get(Profile, row.id).lane


def of_declaration(get=lambda row: row):
    """The shared dimensions, of the declaration that a row belongs to."""
    return {
        "year": lambda row: get(row).year,
        "region": lambda row: lane(get(row)),
        "series": lambda row: get(row).series_id,
        "level": lambda row: str(get(row).level),
        "way": lambda row: str(get(row).way),
        "mode": lambda row: str(get(row).mode),
        "channel": lambda row: str(get(row).channel),
        "committee": lambda row: get(row).committee_id,
        "unit": lambda row: get(row).unit_id,
    }


def whole(session):
    """The declaration of a part of it."""
    return lambda row: session.get(Declaration, row.declaration_id)
