"""Where counts come from. The database always can; what keeps columns in memory must give the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reports.figures.subject import Clause, Subject, Where

#: Counts by the values of the asked dimensions, in their order; combinations without rows are absent.
Counts = dict[tuple[Any, ...], int]


class Source(Protocol):
    """What figures ask. It carries whose rows are counted."""

    def count(self, subject: Subject, by: Sequence[str], where: Where) -> Counts:
        """How many rows that the reader may see stand at each combination of `by`, under the conditions."""
        ...


@dataclass(frozen=True)
class SqlSource:
    """Counts by SQL. `rows` gives the clause of what the reader may see of a model."""

    session: Session
    rows: Callable[[type], Clause]

    def count(self, subject: Subject, by: Sequence[str], where: Where) -> Counts:
        """One GROUP BY."""
        terms = [subject.dimensions[name].term().label(f"k{place}") for place, name in enumerate(by)]
        inner = subject.from_rows(*(terms or [subject.model.id.label("k0")]))  # type: ignore[attr-defined]
        rows = inner.where(subject.conditions(where), self.rows(subject.model)).subquery()
        keys = list(rows.c)[: len(terms)]
        counted = self.session.execute(select(*keys, func.count()).select_from(rows).group_by(*keys))
        return {tuple(row[:-1]): row[-1] for row in counted if row[-1]}
