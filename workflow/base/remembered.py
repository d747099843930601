"""Small tables read once per transaction: the calendar and the settings.

What is read stays with the session until the transaction ends or a flush writes anything; it is never
carried into another transaction, so no worker decides by numbers another one has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

T = TypeVar("T")
_KEY = "workflow.base.remembered"


def remembered(session: Session, load: Callable[[Session], T]) -> T:
    """What `load(session)` answered first in this transaction."""
    kept = session.info.get(_KEY, {})
    if load not in kept:
        answer = load(session)  # may flush, and a flush forgets
        kept = session.info.setdefault(_KEY, {})
        kept[load] = answer
    return kept[load]


def forget(session: Session) -> None:
    """Read again at the next question; needed only after writing past the session."""
    session.info.pop(_KEY, None)


@event.listens_for(Session, "after_transaction_end")
def _ended(session: Session, transaction: SessionTransaction) -> None:
    forget(session)


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _: Any) -> None:
    forget(session)


@event.listens_for(Session, "do_orm_execute")
def _written(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        forget(state.session)
