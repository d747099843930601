"""Reads declarations into columns: all of them once, then what the feed says has changed.

On SQLite the feed is followed by `seq`, for it has one writer. On PostgreSQL `seq` does not follow the commits: who
read up to a number missed every fourth row that way. There everything is read anew whose writing transaction was not
yet over at the last look (`pg_snapshot_xmin`), feed and rows in one snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, func, select, text, type_coerce
from sqlalchemy.types import NullType

from models.declarations.declaration import Declaration
from models.declarations.reading import DeclarationChange, Reading
from reports.figures.columns.held import HELD, Columns
from reports.figures.subjects.declaration import DECLARATIONS

FEED = DeclarationChange.__table__
#: Ids read by one statement: by their numbers, or by a stretch of them.
#: A long stretch leaves the memory of its rows in pieces that a worker never gives back.
CHUNK, STRETCH = 500, 2_000
#: Changes beyond which everything that lies between is read by stretches.
MANY = 20_000
#: How far behind the newest row the feed may be cut before a follower must fear to have missed one.
NEAR = 10_000


class Cut(Exception):
    """The feed no longer reaches back to where these columns stand, or belongs to another database."""


@dataclass(frozen=True)
class Position:
    """Where a follower stands: the mark he follows by, and the oldest and newest rows of the feed as he saw them."""

    mark: int = 0
    oldest: int = 0
    newest: int = 0
    seen: frozenset[int] = frozenset()  #: rows of the feed at or behind the mark that are read already

    def told(self) -> dict[str, int]:
        """As it stands in a file."""
        return {"mark": self.mark, "oldest": self.oldest, "newest": self.newest}


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection in whose transaction nothing moves."""
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect() as connection:
        yield connection.execution_options(**level)


def statement() -> Select[Any]:
    """Every held dimension of the declarations that are counted, as the database has it."""
    terms = (type_coerce(DECLARATIONS.dimensions[name].term(), NullType()).label(f"k_{name}") for name in HELD)
    return DECLARATIONS.from_rows(Declaration.id, *terms)


def position(connection: Connection) -> Position:
    """Where the feed stands in this snapshot."""
    ends = (select(end(FEED.c.seq)).scalar_subquery() for end in (func.min, func.max))  # each by itself: no scan
    oldest, newest = connection.execute(select(*ends)).one()
    mark = newest or 0
    if connection.dialect.name == "postgresql":
        mark = int(connection.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")) or 0)
    return Position(mark, oldest or 0, newest or 0)


def tail(connection: Connection, at: Position) -> str:
    """What the feed says just before a position, in short: another database, or one set back, says something else."""
    last = select(FEED).where(FEED.c.seq <= at.newest).order_by(FEED.c.seq.desc()).limit(50)
    return sha256(repr([tuple(map(str, row)) for row in connection.execute(last)]).encode()).hexdigest()[:16]


def load(connection: Connection) -> tuple[Columns, Position]:
    """All of them."""
    at, columns = position(connection), Columns()
    last = connection.scalar(select(func.max(Declaration.id))) or 0
    columns.make_room(last)
    for first in range(0, last + 1, STRETCH):
        _read(connection, columns, Declaration.id.between(first, first + STRETCH - 1), first, first + STRETCH - 1)
    return columns, at


def follow(connection: Connection, columns: Columns, was: Position) -> Position:
    """Read anew what has changed since; `Cut` where that cannot be known any more."""
    now = position(connection)
    if now.newest < was.newest or _cut(was, now):
        raise Cut
    told = dict(_told_since(connection, was))
    now = replace(now, seen=frozenset(told))
    ids = sorted({key for seq, key in told.items() if seq not in was.seen})
    if ids:
        columns.make_room(ids[-1])
    if len(ids) > MANY:
        raise Cut
    for at in range(0, len(ids), CHUNK):
        some = ids[at : at + CHUNK]
        _read(connection, columns, Declaration.id.in_(some), some[0], some[-1], some)
    return now


def _cut(was: Position, now: Position) -> bool:
    """Whether rows that were not read may be gone; a feed that was still empty begins near its first number."""
    if not was.newest:
        return now.oldest > NEAR
    return now.oldest > was.oldest and now.oldest > was.newest - NEAR


def _told_since(connection: Connection, was: Position) -> Iterator[tuple[int, int]]:
    """Rows of the feed at or behind the mark; on PostgreSQL some of them have been told before."""
    since: Any = FEED.c.seq > was.mark
    if connection.dialect.name == "postgresql":
        since = text("tx >= CAST(CAST(:mark AS text) AS xid8)").bindparams(bindparam("mark", str(was.mark)))
    yield from map(tuple, connection.execute(select(FEED.c.seq, FEED.c.declaration_id).where(since)))  # type: ignore[arg-type]


def _read(
    connection: Connection, columns: Columns, which: Any, first: int, last: int, some: Sequence[int] | None = None
) -> None:
    _prepare(columns, connection)
    columns.forget(slice(first, last + 1) if some is None else list(some))  # type: ignore[arg-type]
    if rows := connection.execute(statement().where(which)).all():
        ids, *given = zip(*rows, strict=True)
        columns.put(ids, given)
    key = Reading.declaration_id
    mine = key.between(first, last) if some is None else key.in_(some)
    readers = select(key, Reading.reader).where(mine, Reading.reader != 0).order_by(key, Reading.reader)
    if found := connection.execute(readers).all():
        ids, who = zip(*found, strict=True)
        columns.put_readers(ids, who)


def _prepare(columns: Columns, connection: Connection) -> None:
    """Teach the words to read what this database gives: once for each different value, not for each row."""
    if columns.taught == connection.dialect.name:
        return
    for name in HELD:
        kind = DECLARATIONS.dimensions[name].term().type
        columns.words[name].read_by(kind._cached_result_processor(connection.dialect, None))
    columns.taught = connection.dialect.name
