"""Frozen figures (时点数据): every row that is counted as it stands at one moment, kept, and answered from for years.

Declarations, and what hangs on one, are seen with the rights of that moment; other records by whoever may see them
today. Words of series, offices and units are those of today.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, False_, True_, select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from reports.figures.columns import follow, rows
from reports.figures.columns.held import PROVINCE, Columns
from reports.figures.columns.kept import File, written
from reports.figures.columns.rows import Rows
from reports.figures.source import Counts
from reports.figures.subject import SUBJECTS, Clause, Subject, Where
from reports.figures.subjects.declaration import DECLARATIONS

#: The column of the declaration that rows of a model hang on; None where they hang on none.
OwnerOf = Callable[[type], Any]


def freeze(
    connection: Connection,
    owner_of: OwnerOf,
    handed_in: Clause,
    tell: Callable[[int, str], None] = lambda done, what: None,
    **told: Any,
) -> bytes:
    """The file of all subjects as they stand in this snapshot. `handed_in` says which declarations anybody but their
    applicant sees: nothing that hangs on another one is kept."""
    columns, at = follow.load(connection)
    held: dict[str, Rows] = {}
    for done, subject in enumerate(others()):
        tell(done, subject.label)
        owner = owner_of(subject.model)
        where = owner.in_(select(Declaration.id).where(handed_in)) if owner is not None else None
        held[subject.name] = rows.read(connection, subject, owner, where)
    return written(columns, at, small=True, rows=held, **told)


def others() -> list[Subject]:
    """All subjects but the declarations."""
    return [one for one in SUBJECTS.values() if one is not DECLARATIONS]


@dataclass(frozen=True)
class FrozenSource:
    """Answers as of a moment, and no row behind a number: those of today may be others.

    `reader` is whose declarations are counted, None where they are those that `seen` gives today. Two moments are
    compared by asking the same figure of two of these.
    """

    columns: Columns
    reader: int | None
    file: File | None = None
    session: Session | None = None
    seen: Callable[[type], Clause] | None = None
    _opened: dict[str, Any] = field(default_factory=dict, compare=False)

    def knows(self, subject: Subject, names: Collection[str] = ()) -> bool:
        """Whether the moment can answer of that subject, by these dimensions."""
        if subject is DECLARATIONS:
            return set(names) <= self.columns.words.keys()
        return self.file is not None and bool(held := self.file.holds(subject.name)) and set(names) <= held

    def count(self, subject: Subject, by: Sequence[str], where: Where) -> Counts:
        """As it stood; `LookupError` for what is not held."""
        if not self.knows(subject, [*by, *where]):
            raise LookupError(f"{subject.name} is not held by {[*by, *where]}")
        if subject is not DECLARATIONS:
            held = self._rows(subject)
            return held.count(by, where, self._mask(subject, held))
        if self.reader is not None:
            return self.columns.count(self.reader, by, where)
        return self.columns.count_of(self._today(Declaration, np.arange(self.columns.counted.size)), by, where)

    def _rows(self, subject: Subject) -> Rows:
        name = subject.name
        if name not in self._opened:
            self._opened[name] = self.file.rows(name) if self.file is not None else None
        found: Rows = self._opened[name]
        return found

    def _mask(self, subject: Subject, held: Rows) -> NDArray[np.bool_] | None:
        """Which rows the reader sees; None for all of them."""
        name = f"mask of {subject.name}"
        if name not in self._opened:
            self._opened[name] = self._seen(subject, held)
        mask: NDArray[np.bool_] | None = self._opened[name]
        return mask

    def _seen(self, subject: Subject, held: Rows) -> NDArray[np.bool_] | None:
        if held.owners is None:
            return self._today(subject.model, held.keys)
        if self.reader == PROVINCE:
            return None
        if self.reader is None:
            return self._today(Declaration, held.owners)
        return self.columns.reached(self.reader)[held.owners]

    def _today(self, model: type, keys: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of these records the reader may see today; all of them, also what is gone, for who sees everything."""
        clause = self.seen(model) if self.seen is not None else False_()
        if isinstance(clause, True_):
            return np.ones(keys.size, np.bool_)
        if isinstance(clause, False_) or self.session is None:
            return np.zeros(keys.size, np.bool_)
        ids = self.session.scalars(select(model.id).where(clause)).all()  # type: ignore[attr-defined]
        return np.isin(keys, np.fromiter(ids, np.int64, len(ids)))
