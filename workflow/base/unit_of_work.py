"""The only module that commits, and the only one that writes the journal.

A verb runs inside `unit_of_work(actor)`: on leaving it flushes, writes the trail, seals the journal
entries and commits; any exception rolls everything back. Writers begin with BEGIN IMMEDIATE on SQLite
and SERIALIZABLE on PostgreSQL (`begin_mode`, `install`); `attempt` runs a whole verb again when
PostgreSQL reports a serialisation failure, so a verb must have no effect outside the session:
letters and files wait in `after_commit`.
"""

from __future__ import annotations

import contextlib
import contextvars
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models.accounts.account import Account
from models.base import db
from workflow.base.clock import province_now
from workflow.base.errors import NotNow
from workflow.base.journal import seal
from workflow.base.kept import keep_for_offices
from workflow.base.trail import leave_trail

T = TypeVar("T")
_chance = random.SystemRandom()
BUSY = "这条记录刚刚被他人处理过，您的操作没有保存；请刷新后查看最新状态再办理。"

_begin_mode: contextvars.ContextVar[str] = contextvars.ContextVar("begin_mode", default="DEFERRED")


@dataclass
class UnitOfWork:
    """Who acts, at what moment, in which session; and what shall be remembered of it."""

    actor: Account
    now: datetime  #: naive local time of the province (Asia/Shanghai)
    session: Session
    context: dict[str, str] = field(default_factory=dict)  #: address and session of the request
    entries: list[tuple[str, Any, dict[str, Any]]] = field(default_factory=list)
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day on which the rules count."""
        return self.now.date()

    def record(self, verb: str, subject: Any, **facts: Any) -> None:
        """Remember that the actor did `verb` to `subject`; sealed on leaving the unit of work."""
        self.entries.append((verb, subject, facts))


def asking(actor: Account, *, now: datetime | None = None, session: Session | None = None) -> UnitOfWork:
    """A unit of work for questions ("what may I do?"): nothing it holds is ever written."""
    session = session or db.session
    return UnitOfWork(actor, now or province_now(session), session)


@contextlib.contextmanager
def unit_of_work(
    actor: Account,
    *,
    now: datetime | None = None,
    session: Session | None = None,
    context: dict[str, str] | None = None,
) -> Iterator[UnitOfWork]:
    """Open a writing transaction for `actor`; commit on leaving, roll back on any exception."""
    session = session or db.session
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside a unit of work")
    session.commit()  # ends the reading transaction; what was read is read again under the lock
    token = _begin_mode.set("IMMEDIATE")
    try:
        uow = UnitOfWork(actor, now or province_now(session), session, context or {})
        yield uow
        session.flush()  # new subjects receive the id their entries name
        leave_trail(uow)
        keep_for_offices(uow)
        seal(uow)
        session.commit()
    except StaleDataError:
        session.rollback()
        raise NotNow(BUSY) from None
    except BaseException:
        session.rollback()
        raise
    finally:
        _begin_mode.reset(token)
    for effect in uow.after_commit:
        effect()


def attempt(
    actor: Account,
    verb: Callable[[UnitOfWork], T],
    *,
    tries: int = 10,
    context: dict[str, str] | None = None,
    session: Session | None = None,
    now: datetime | None = None,
) -> T:
    """Run `verb` in a unit of work, again when the database asks for it; then NotNow."""
    for left in reversed(range(tries)):
        try:
            with unit_of_work(actor, context=context, session=session, now=now) as uow:
                return verb(uow)
        except DBAPIError as error:
            if not _may_retry(error):
                raise
            if not left:
                raise NotNow(BUSY) from error
        time.sleep(_chance.uniform(0, 0.03) * (tries - left))  # who failed together does not try again together
    raise AssertionError("unreachable")


def _may_retry(error: DBAPIError) -> bool:
    """Serialisation failures and deadlocks (40001, 40P01), a busy SQLite, and a lost race on a unique key."""
    state = getattr(error.orig, "sqlstate", None)
    if state in {"40001", "40P01", "23505"}:
        return True
    if isinstance(error, OperationalError):
        return "locked" in str(error.orig)
    return isinstance(error, IntegrityError) and "UNIQUE" in str(error.orig)


def install(engine: Engine, *, busy_ms: int = 15_000, sync: str = "FULL") -> None:
    """Set the transaction rules of the house on `engine`, once, in one place.

    SQLite: WAL, foreign keys, BEGIN IMMEDIATE for writers. PostgreSQL: SERIALIZABLE for writers.
    """
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _pragmas(raw: Any, _: Any) -> None:
            raw.isolation_level = None  # SQLAlchemy says BEGIN, not the driver
            for pragma in (
                "journal_mode=WAL",
                f"synchronous={sync}",
                "foreign_keys=ON",
                f"busy_timeout={busy_ms}",
                "secure_delete=ON",
            ):
                raw.execute("PRAGMA " + pragma)

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN " + _begin_mode.get())

    else:

        @event.listens_for(engine, "begin")
        def _serializable(connection: Connection) -> None:
            if _begin_mode.get() == "IMMEDIATE":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
