"""What is asked again and again within one transaction is read once: calendar, settings, guards, facts of a case.

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


def once(session: Session, about: tuple[object, ...], load: Callable[[], T]) -> T:
    """What `load()` answered first about these objects (the question, who asks, of what), until anything changes.

    While changes wait to be written nothing is kept: an answer may hang on them, and they may still be taken back.
    """
    if session.new or session.dirty or session.deleted:
        return load()
    key = tuple(map(id, about))
    if key in (kept := session.info.get(_KEY, {})):
        return kept[key][0]
    answer = load()
    session.info.setdefault(_KEY, {})[key] = (answer, about)  # held with it: an id names an object while it lives
    return answer


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
    if not state.is_select:  # a text may be anything
        forget(state.session)
