"""One at a time on one database: migrations, roles, reference data and the demo year, whoever begins them."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool

WAITS = "另一个进程正在准备同一个数据库（迁移、角色与权限、参考数据、演示年度），等它结束后继续……"
GOES_ON = "前一个进程已结束，继续。"
#: Our advisory lock on PostgreSQL; such locks are counted per database.
KEY = 0x7A68_6963_6865_6E67
#: Seconds between two questions whether it is free.
ASKED_EVERY = 0.3
_held: set[str] = set()


@contextmanager
def one_at_a_time(engine: Engine, place: Path | None = None, say: Callable[[str], None] = print) -> Iterator[None]:
    """Hold the database of `engine` for work that must not be done by two at once; again inside, it is held already.

    Taken: for SQLite the directory of the lock's file (given none: beside the database). PostgreSQL keeps the lock
    itself, for any number of machines. Whoever comes second says so and waits; the lock of a process that was killed
    is gone with it. Nothing is refused.
    """
    if engine.dialect.name == "sqlite":
        held = _file(place or Path(engine.url.database or "").resolve().parent, say)
    else:
        held = _advisory(engine, say)
    name = engine.url.render_as_string()
    if name in _held or engine.url.database in (None, "", ":memory:"):
        yield
        return
    with held:
        _held.add(name)
        try:
            yield
        finally:
            _held.discard(name)


@contextmanager
def _file(place: Path, say: Callable[[str], None]) -> Iterator[None]:
    with (place / "preparing.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(WAITS)
            fcntl.flock(file, fcntl.LOCK_EX)
            say(GOES_ON)
        yield


@contextmanager
def _advisory(engine: Engine, say: Callable[[str], None]) -> Iterator[None]:
    """On a connection of its own, asking again and again: whoever waited inside a statement would hold a snapshot, and
    an index made CONCURRENTLY by the one who is at work waits for every snapshot there is."""
    own = create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with own.connect() as connection:
        if not _taken(connection):
            say(WAITS)
            while not _taken(connection):
                time.sleep(ASKED_EVERY)
            say(GOES_ON)
        yield
    own.dispose()


def _taken(connection: Connection) -> bool:
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY}))
