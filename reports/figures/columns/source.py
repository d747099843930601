"""The source that answers from columns which follow the feed, and falls back on SQL."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select

from models.declarations.declaration import Declaration
from reports.figures.columns import follow, kept
from reports.figures.columns.held import HELD, Columns
from reports.figures.source import Counts, SqlSource
from reports.figures.subject import Subject, Where
from reports.figures.subjects.declaration import DECLARATIONS

#: Declarations up to which a worker reads them at once; more are read beside the answers, by SQL meanwhile.
AT_ONCE = 20_000
FILE = "figures.npz"


class Followed:
    """The columns of one database in one worker, under one lock."""

    def __init__(self, engine: Engine, home: Path | None = None) -> None:
        self.engine, self.home = engine, home
        self.lock = threading.Lock()
        self._held: tuple[Columns, follow.Position] | None = None
        self._loading: threading.Thread | None = None

    def count(self, reader: int, by: Sequence[str], where: Where, *, anew: bool = True) -> Counts | None:
        """From the columns, brought up to date; None where they are not there (yet, or because the feed was cut).

        `anew` off: the same page has just brought them up to date.
        """
        with self.lock:
            if self._held is None and not self._begin():
                return None
            columns, at = self._held  # type: ignore[misc]
            try:
                if anew:
                    with follow.snapshot(self.engine) as connection:
                        self._held = columns, follow.follow(connection, columns, at)
            except follow.Cut:
                self._held = None
                return None
            except BaseException:
                self._held = None  # half followed is not followed
                raise
            return columns.count(reader, by, where)

    def _begin(self) -> bool:
        """Load small ones at once, others in a thread of their own; whether they are there."""
        if self._loading is not None and self._loading.is_alive():
            return False
        with self.engine.connect() as connection:
            few = (connection.scalar(select(func.max(Declaration.id))) or 0) <= AT_ONCE
        if few:
            self.load()
            return True
        self._loading = threading.Thread(target=self._load_beside, name="figures", daemon=True)
        self._loading.start()
        return False

    def _load_beside(self) -> None:
        held = self._read()
        with self.lock:
            self._held = held

    def load(self) -> None:
        """Read them now."""
        self._held = self._read()

    def _read(self) -> tuple[Columns, follow.Position]:
        if (held := self._from_file()) is not None:
            return held
        with follow.snapshot(self.engine) as connection:
            held = follow.load(connection)
        self._to_file(*held)
        _give_back()
        return held

    def _from_file(self) -> tuple[Columns, follow.Position] | None:
        """A file of this database, followed up to now; one that is too old, or another's, is made anew."""
        if self.home is None or not (self.home / FILE).exists():
            return None
        try:
            columns, at, told = kept.read(self.home / FILE)
            with follow.snapshot(self.engine) as connection:
                if told.get("tail") != follow.tail(connection, at):
                    return None
                return columns, follow.follow(connection, columns, at)
        except (kept.Foreign, follow.Cut):
            return None

    def _to_file(self, columns: Columns, at: follow.Position) -> None:
        if self.home is None or columns.counted.size <= AT_ONCE:
            return
        with follow.snapshot(self.engine) as connection:
            tail = follow.tail(connection, at)
        self.home.mkdir(parents=True, exist_ok=True)
        half = self.home / f"{FILE}.{threading.get_ident()}"
        with half.open("wb") as out:
            kept.write(out, columns, at, tail=tail)
        half.replace(self.home / FILE)


def _give_back() -> None:
    """What reading millions of rows has left free goes back to the machine, where its C library knows how."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


_followed: WeakKeyDictionary[Engine, Followed] = WeakKeyDictionary()
_homes: list[Path] = []
_guard = threading.Lock()


def keep_in(home: Path) -> None:
    """Where this machine keeps the file for workers that begin; said once by the application."""
    _homes[:] = [home]


def followed(engine: Engine) -> Followed:
    """The columns of that database in this worker."""
    with _guard:
        return _followed.setdefault(engine, Followed(engine, _homes[0] if _homes else None))


@dataclass(frozen=True)
class ColumnSource:
    """Answers of declarations from columns, everything else by SQL; both count the same rows."""

    sql: SqlSource
    columns: Followed
    reader: int
    _asked: list[bool] = field(default_factory=list, compare=False)

    def count(self, subject: Subject, by: Sequence[str], where: Where) -> Counts:
        """From the columns where they hold what is asked; brought up to date once for all that one page asks."""
        if subject is DECLARATIONS and {*by, *where} <= _HELD:
            found = self.columns.count(self.reader, by, where, anew=not self._asked)
            if found is not None:
                self._asked[:] = [True]
                return found
        return self.sql.count(subject, by, where)


_HELD = frozenset(HELD)
