"""How a transaction begins: the rules of the house for both databases, set once on an engine (`install`).

Reading begins with what the database takes for granted. Writing begins with BEGIN IMMEDIATE on SQLite and SERIALIZABLE
on PostgreSQL; there it takes a place in the write queue first, before any snapshot: beside the others at the first
try, alone at the next one, so that who was in the way of others is not in their way again.

Long work (an import of a hundred thousand rows) takes no place in that queue: whoever tried again would wait for its
end, and everybody behind him. Nor is it SERIALIZABLE: PostgreSQL remembers what every writer has read for as long as
one that began before him is under way, and its room for that is small. It reads one snapshot (REPEATABLE READ), keeps
other writers from the tables it decides by since before that snapshot, and long works of all nodes take turns.
"""

from __future__ import annotations

import contextlib
import contextvars
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

#: Milliseconds a writer waits for a row or a table that long work holds; then he leaves the queue and tries again.
HELD_MS = 2_000
#: The same for who is alone in the queue, since all others wait for him.
HELD_ALONE_MS = 300
#: Milliseconds SQLite waits for a writer who stands in no line (a backup, a command of the database's own).
BUSY_MS = 5_000


@dataclass(frozen=True)
class Opening:
    """The words that open a transaction: behind BEGIN on SQLite, after BEGIN on PostgreSQL."""

    sqlite: str
    postgresql: str


READING = Opening("DEFERRED", "")
_present: contextvars.ContextVar[Opening] = contextvars.ContextVar("opening", default=READING)
#: Told of every writer's wait for his place: ("queue", seconds). The figures of a running product listen.
listeners: list[Callable[[str, float], None]] = []


def writing(*, alone: bool, patience: float) -> Opening:
    """A writer's transaction; waits for its place at most `patience` seconds."""
    mode, held = ("EXCLUSIVE", HELD_ALONE_MS) if alone else ("ROW EXCLUSIVE", HELD_MS)
    return Opening(
        "IMMEDIATE",
        f"SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SET LOCAL lock_timeout = {_ms(patience)}; "
        f"LOCK TABLE write_queue IN {mode} MODE; SET LOCAL lock_timeout = {held}",
    )


def long_work(holds: Collection[str], *, patience: float) -> Opening:
    """Long work, one at a time, that keeps other writers from these tables. A rehearsal, taken back, keeps nobody."""
    words = (
        f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = {_ms(patience)}; "
        "LOCK TABLE long_queue IN EXCLUSIVE MODE"
    )
    if holds:
        words += f"; LOCK TABLE {', '.join(sorted(holds))} IN SHARE ROW EXCLUSIVE MODE"
    return Opening("IMMEDIATE", words)


def _ms(seconds: float) -> int:
    return max(1, int(seconds * 1000))


@contextlib.contextmanager
def opened(opening: Opening) -> Iterator[None]:
    """Transactions that begin inside the block begin like that."""
    token = _present.set(opening)
    try:
        yield
    finally:
        _present.reset(token)


def tell(what: str, seconds: float) -> None:
    """Tell the listeners."""
    for listener in listeners:
        listener(what, seconds)


def install(engine: Engine, *, busy_ms: int = BUSY_MS, sync: str = "FULL") -> None:
    """Set the transaction rules of the house on `engine`, once, in one place."""
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
            connection.exec_driver_sql("BEGIN " + _present.get().sqlite)

    else:

        @event.listens_for(engine, "begin")
        def _open(connection: Connection) -> None:
            if words := _present.get().postgresql:
                start = time.perf_counter()
                connection.exec_driver_sql(words)
                tell("queue", time.perf_counter() - start)
