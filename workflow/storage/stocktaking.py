"""Counting the store: every file that a row names is compared with its digest; what no row names is swept; moving
house.

Rooms whose rows name files say so with `lies_in`; a file in a folder that nobody has spoken for is never swept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, or_, select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.declarations.material import StoredFile
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.storage.shelf import Absent, Damaged, Kept, Shelf, seconds
from workflow.storage.store import Store, name_of

#: Files are compared, listed and swept so many at a time, and that many of them at once.
PAGE = 500
AT_ONCE = 4
#: A file that no row names is left alone so long: its row may be about to be committed, or a job to be taken up again.
UNNAMED_DAYS = 1
#: What is still half written after so long was left by a crash.
HALF_SECONDS = 86400
#: What a sweep waits for a moment in which nobody is storing anything.
PATIENCE = "10s"


@dataclass(frozen=True)
class Room:
    """The rows that name the files of one folder: their id, the digest, and what people call the row."""

    folder: str  #: "" is the shared one
    key: Any
    digest: Any
    called: Callable[[Session, int], str]
    where: Sequence[ColumnElement[bool]] = ()

    def under(self, key: int) -> str:
        """Where the file of that row lies."""
        return f"{self.folder}/{key}" if self.folder else ""

    def after(self, session: Session, digest: str, key: int) -> Sequence[Row[Any]]:
        """The next rows in the order of their digests, so that the same content comes together."""
        further = or_(self.digest > digest, and_(self.digest == digest, self.key > key))
        rows = select(self.key, self.digest).where(self.digest != "", further, *self.where)
        return session.execute(rows.order_by(self.digest, self.key).limit(PAGE)).all()


def _stored_file(session: Session, key: int) -> str:
    file = session.get_one(StoredFile, key)
    return f"“{file.name}”（{file.purpose or '附件'}，{file.owner_kind} {file.owner_id}，文件号 {file.key}）"


ROOMS = {"": Room("", StoredFile.id, StoredFile.sha256, _stored_file)}


def lies_in(folder: str, key: Any, digest: Any, called: Callable[[Session, int], str], *where: Any) -> None:
    """Files of the rows `where` holds lie at `folder`/id/digest; called once, by the room that puts them there."""
    ROOMS[folder] = Room(folder, key, digest, called, where)


# -- counting ----------------------------------------------------------------------------------------------


@dataclass
class Count:
    """What a stocktaking has found."""

    files: int = 0
    size: int = 0
    #: (缺失 or 损坏, what people call the file, its digest)
    faults: list[tuple[str, str, str]] = field(default_factory=list)


def verify(session: Session, store: Store, told: Callable[[int], None] = lambda files: None) -> Count:
    """Read every file that a row names and compare it with its digest. `told` hears how many have been read.

    Refused: a store that does not answer. Missing and damaged files do not end it: they are what is looked for.
    """
    count = Count()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for room in ROOMS.values():
            _verify(session, store, room, count, pool, told)
    return count


def _verify(
    session: Session, store: Store, room: Room, count: Count, pool: ThreadPoolExecutor, told: Callable[[int], None]
) -> None:
    digest, key, name, fault = "", 0, "", ""
    while rows := room.after(session, digest, key):
        names = {name_of(digest, room.under(key)): digest for key, digest in rows}
        names.pop(name, None)  # the last page ended with the same content
        found = dict(zip(names, pool.map(lambda each: _look(store, *each), names.items()), strict=True))
        for key, digest in rows:
            here = name_of(digest, room.under(key))
            if here != name:
                name, (fault, size) = here, found[here]
                count.files, count.size = count.files + 1, count.size + size
            if fault:
                count.faults.append((fault, room.called(session, key), digest))
        told(count.files)


def _look(store: Store, name: str, digest: str) -> tuple[str, int]:
    """("" or 缺失 or 损坏, size)."""
    try:
        return "", store.compare(name, digest)
    except Absent:
        return "缺失", 0
    except Damaged:
        return "损坏", 0


# -- sweeping ----------------------------------------------------------------------------------------------


def unnamed(session: Session, shelf: Shelf) -> Iterator[Kept]:
    """Files that no row names, old enough to be nobody's: left by work that was rolled back or broken off."""
    for page in _pages(shelf.all()):
        yield from _unnamed(session, page)


def sweep(session: Session, store: Store, system: Account) -> tuple[int, int]:
    """Take away what no row names, and halves left by crashes; (files, bytes). Told to the journal.

    While a page is looked at and taken away nobody can write a row that names a file, so a file that somebody has just
    put there a second time is seen to be named, or is put there anew.
    """
    files = size = 0
    for page in _pages(store.shelf.all()):
        if _unnamed(session, page):
            gone = _sweep(session, store, system, page)
            files, size = files + len(gone), size + sum(kept.size for kept in gone)
    store.shelf.tidy(seconds() - HALF_SECONDS)
    return files, size


def _sweep(session: Session, store: Store, system: Account, page: Sequence[Kept]) -> list[Kept]:
    bind = session.get_bind()
    gone: list[Kept] = []
    shut = False
    if isinstance(bind, Engine) and bind.dialect.name == "postgresql":
        shut = True
        # a transaction of its own, which sees what was committed until the lock was given
        with bind.connect() as connection, Session(connection) as alone:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            connection.exec_driver_sql("LOCK TABLE stored_file IN EXCLUSIVE MODE")
            gone = _take_away(alone, store, page)

    def tell(uow: UnitOfWork) -> None:
        if not shut:  # on SQLite this transaction is the only one that writes
            gone.extend(_take_away(uow.session, store, page))
        if gone:
            size = sum(kept.size for kept in gone)
            uow.record("sweep_files", "stored_file:*", label="清理无主文件", count=len(gone), size=size)

    attempt(system, tell, session=session)
    return gone


def _take_away(session: Session, store: Store, page: Sequence[Kept]) -> list[Kept]:
    gone = [kept for kept in _unnamed(session, page) if store.shelf.find(kept.name) == kept]
    store.shelf.remove([kept.name for kept in gone])
    return gone


def _unnamed(session: Session, page: Sequence[Kept]) -> list[Kept]:
    old = [kept for kept in page if kept.written < seconds() - UNNAMED_DAYS * 86400]
    named: set[str] = set()
    for room in ROOMS.values():
        digests = {kept.name.rpartition("/")[2] for kept in old if _room_of(kept) is room}
        if digests:
            rows = select(room.key, room.digest).where(room.digest.in_(digests), *room.where)
            named |= {name_of(digest, room.under(key)) for key, digest in session.execute(rows)}
    return [kept for kept in old if _room_of(kept) is not None and kept.name not in named]


def _room_of(kept: Kept) -> Room | None:
    folder = kept.name.partition("/")[0]
    return ROOMS[""] if len(folder) == 2 else ROOMS.get(folder)


def _pages(found: Iterator[Kept]) -> Iterator[list[Kept]]:
    page: list[Kept] = []
    for kept in found:
        page.append(kept)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


# -- moving house ------------------------------------------------------------------------------------------


def copy(source: Store, target: Store, told: Callable[[int], None] = lambda files: None) -> tuple[Count, int]:
    """Copy every file to another store, compared with its digest; what is there already stays: (copied, how many
    were there).

    Refused: a store that does not answer, or takes nothing. A damaged file is told and not copied.
    """
    count, there = Count(), 0
    for kept in source.shelf.all():
        held = target.shelf.find(kept.name)
        if held is not None and held.size == kept.size:
            there += 1
            continue
        folder, _, digest = kept.name.rpartition("/")
        under = "" if len(folder.partition("/")[0]) == 2 else folder
        try:
            with source.fetch(digest, under=under) as file:
                target.put(digest, file, under=under)
        except (Absent, Damaged) as fault:
            count.faults.append(("缺失" if isinstance(fault, Absent) else "损坏", kept.name, digest))
            continue
        count.files, count.size = count.files + 1, count.size + kept.size
        told(count.files)
    return count, there
