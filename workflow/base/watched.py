"""Facts by which an expert stands aside for a candidate: a change of one is noted at every flush, whatever made it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from models.committees.expert import Expert, Relation
from models.declarations.declaration import Declaration

_NOTED = "facts of recusal"
_FACTS = ("unit_id", "person_id")


@dataclass
class Changed:
    """Whose facts have changed since the transaction began, by id."""

    experts: set[int] = field(default_factory=set)
    declarations: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.experts or self.declarations)


def changed_in(session: Session) -> Changed:
    """What was noted in the session; asked once, it is forgotten."""
    return session.info.pop(_NOTED, None) or Changed()


@event.listens_for(Session, "after_flush")
def _note(session: Session, _context: Any) -> None:
    found: Changed = session.info.setdefault(_NOTED, Changed())
    for row in session.new:
        if isinstance(row, Relation):
            found.experts.add(row.expert_id)
    for row in session.dirty:
        if isinstance(row, Relation):
            found.experts.add(row.expert_id)
        elif isinstance(row, (Expert, Declaration)):
            state: Any = inspect(row)
            if any(state.attrs[name].history.has_changes() for name in _FACTS):
                (found.experts if isinstance(row, Expert) else found.declarations).add(row.id)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_NOTED, None)
