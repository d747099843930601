"""The only module that commits, and the only one that writes the journal.

A verb runs inside `unit_of_work(actor)`: on leaving it flushes, writes the trail, seals the journal entries and
commits; any exception rolls everything back. How its transaction begins stands in `opening`, who waits for whom on
SQLite in `line`. `attempt` runs a whole verb again for as long as its patience lasts when the database could not let
it pass, so a verb must have no effect outside the session: letters and files wait in `after_commit`.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models.accounts.account import Account
from models.base import db
from workflow.base import line, outside
from workflow.base.abilities import Ability, holds
from workflow.base.clock import province_now
from workflow.base.errors import NotNow, NotYou, TooBusy
from workflow.base.journal import seal
from workflow.base.kept import keep_for_offices
from workflow.base.opening import Opening, install, long_work, opened, tell, writing
from workflow.base.reading import settle
from workflow.base.trail import leave_trail

__all__ = [
    "OVERTAKEN",
    "PATIENCE",
    "UnitOfWork",
    "asking",
    "attempt",
    "before_sealing",
    "install",
    "may_pass_later",
    "unit_of_work",
]

T = TypeVar("T")
_chance = random.SystemRandom()
#: A true conflict: the record is no longer the one that was seen.
OVERTAKEN = "这条记录刚刚被他人处理过，您的操作没有保存；请刷新后查看最新状态再办理。"
#: The database found a second record of the same key, also when nobody else was writing.
TWICE = "相同的记录已经存在（可能刚刚由他人登记，或您已提交过一次），这次操作没有保存；请刷新后查看。"
#: Seconds after which a verb that finds no way through is given up; long work is given more.
PATIENCE, LONG_PATIENCE = 20.0, 900.0
#: What PostgreSQL says when a transaction was in the way of others: serialisation failure, deadlock, no room for locks.
IN_THE_WAY = frozenset({"40001", "40P01", "53200"})
#: A row or a table was held for longer than a writer waits.
HELD = "55P03"


@dataclass
class UnitOfWork:
    """Who acts, at what moment, in which session; and what shall be remembered of it."""

    actor: Account
    now: datetime  #: naive local time of the province (Asia/Shanghai)
    session: Session
    context: dict[str, str] = field(default_factory=dict)  #: address and session of the request
    entries: list[tuple[str, Any, dict[str, Any]]] = field(default_factory=list)
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    told: list[tuple[Any, date | None]] = field(default_factory=list)  #: messages, each with the last day it names
    long: bool = False  #: long work, beside the queue of all others
    head: outside.Head | None = None  #: where the chain stands after this unit of work
    led: bool = False  #: a verb the actor may lead is under way; what follows from it asks his capacity only

    @property
    def today(self) -> date:
        """The day on which the rules count."""
        return self.now.date()

    def may(self, verb: Ability) -> bool:
        """Whether the actor may lead that verb, or acts in its capacity within another that he may lead."""
        return self.actor.plays(*verb.roles) if self.led else holds(self.actor, verb.key, verb.roles)

    def lead(self, verb: Ability, sentence: str = "") -> None:
        """Begin a verb that has no lifecycle: refuses, with the sentence, an actor whose roles do not give it."""
        if not self.may(verb):
            raise NotYou(sentence or f"只有{verb.who}可以{verb.label}，请由有权限的账号办理。")
        self.led = True

    def record(self, verb: str, subject: Any, **facts: Any) -> None:
        """Remember that the actor did `verb` to `subject`; sealed on leaving the unit of work."""
        self.entries.append((verb, subject, facts))


#: What is asked of every unit of work before it is sealed; may refuse it.
_LAST: list[Callable[[UnitOfWork], None]] = []


def before_sealing(ask: Callable[[UnitOfWork], None], *, first: bool = False) -> Callable[[UnitOfWork], None]:
    """Decorator: what follows from a change whatever verb made it, such as a recusal; asked before the commit.

    `first`: of what it tells something else may follow.
    """
    _LAST.insert(0 if first else len(_LAST), ask)
    return ask


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
    """Open a writing transaction for `actor`; commit on leaving, roll back on any exception. Tries once."""
    until = time.monotonic() + PATIENCE
    with _written(UnitOfWork(actor, now, session or db.session, context or {}), until) as uow:  # type: ignore[arg-type]
        yield uow
    _take_effect(uow)


def attempt(
    actor: Account,
    verb: Callable[[UnitOfWork], T],
    *,
    context: dict[str, str] | None = None,
    session: Session | None = None,
    now: datetime | None = None,
    patience: float | None = None,
    holds: Collection[type] | None = None,
) -> T:
    """Run `verb` in a unit of work, again while the database asks for it and `patience` (seconds) lasts.

    `holds` makes it long work: beside the queue, one at a time, and nobody else writes to the tables of these models
    meanwhile (none for a rehearsal that the verb takes back itself). Refused: TooBusy when the time is spent (nothing
    was written), NotNow when the record is not what was seen or its key is taken. Effects happen once, after the
    commit, and never make the verb run again.
    """
    names = None if holds is None else [model.__tablename__ for model in holds]  # type: ignore[attr-defined]
    session, long = session or db.session, names is not None
    until = time.monotonic() + (patience or (PATIENCE if names is None else LONG_PATIENCE))
    alone, clashes = False, 0
    for turn in itertools.count(1):
        uow = UnitOfWork(actor, now, session, context or {}, long=long)  # type: ignore[arg-type]
        started = time.monotonic()
        try:
            with _written(uow, until, alone=alone, holds=names):
                answer = verb(uow)
        except DBAPIError as error:
            if not (why := may_pass_later(error)):
                raise
            tell(why, time.monotonic() - started)
            clashes += why == "unique"
            if clashes > 1:
                raise NotNow(TWICE) from error
            alone = why in IN_THE_WAY or why == "unique"
            pause = _chance.uniform(0, min(1.0, 0.01 * 2**turn))  # who failed together does not try again together
            if time.monotonic() + pause >= until:
                raise TooBusy from error
        else:
            _take_effect(uow)
            return answer
        time.sleep(pause)
    raise AssertionError("unreachable")


@contextlib.contextmanager
def _written(
    uow: UnitOfWork, until: float, *, alone: bool = False, holds: Collection[str] | None = None
) -> Iterator[UnitOfWork]:
    session = uow.session
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside a unit of work")
    session.commit()  # ends the reading transaction; what was read is read again under the lock
    with _turn(session, until), opened(_opening(until, alone, holds)):
        try:
            session.connection()  # the place is taken before anything is asked
            uow.now = uow.now or province_now(session)
            yield uow
            session.flush()  # new subjects receive the id their entries name
            for ask in _LAST:
                ask(uow)
            leave_trail(uow)
            keep_for_offices(uow)
            settle(session, uow.today)
            seal(uow)
            session.commit()
            outside.keep(uow.head)
        except StaleDataError:
            session.rollback()
            raise NotNow(OVERTAKEN) from None
        except BaseException:
            session.rollback()
            raise


def _opening(until: float, alone: bool, holds: Collection[str] | None) -> Opening:
    left = until - time.monotonic()
    return writing(alone=alone, patience=left) if holds is None else long_work(holds, patience=left)


@contextlib.contextmanager
def _turn(session: Session, until: float) -> Iterator[None]:
    """On SQLite the writer stands in the line; PostgreSQL has its queue (`opening`)."""
    bind = session.get_bind()
    if not isinstance(bind, Engine) or bind.dialect.name != "sqlite" or bind.url.database in (None, "", ":memory:"):
        yield
        return
    start = time.monotonic()
    with line.place(Path(f"{bind.url.database}-line"), until - start) as came:
        tell("queue", time.monotonic() - start)
        if not came:
            raise TooBusy
        yield


def _take_effect(uow: UnitOfWork) -> None:
    """Everything that waited for the commit, in order; what fails does not keep the rest from happening."""
    failed: list[BaseException] = []
    for effect in uow.after_commit:
        try:
            effect()
        except Exception as error:
            failed.append(error)
    if failed:
        raise failed[0]


def may_pass_later(error: DBAPIError) -> str:
    """Why the same transaction may pass at the next try: the SQLSTATE, `busy`, `unique`; empty when it will not."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in IN_THE_WAY or state == HELD:
        return str(state)
    if state == "23505" or (isinstance(error, IntegrityError) and "UNIQUE" in str(error.orig)):
        return "unique"
    return "busy" if isinstance(error, OperationalError) and "locked" in str(error.orig) else ""
