"""A subject: what is counted (申报, 公示 …), from which tables, by which dimensions, under whose row policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import ColumnElement, Select, and_, select, true
from sqlalchemy.orm import Session

from reports.figures.dimension import Dimension, Wanted

Clause = ColumnElement[bool]
#: Conditions by the name of their dimension; of one dimension any of the values, of several all.
Where = Mapping[str, Wanted]


@dataclass(frozen=True)
class Subject:
    """`model` is whose rows a number opens and whose policy says who may; `joined` adds what the dimensions need.

    `always` is what is counted at all. A row of `model` may stand several times in the joined rows (steps of a
    declaration): then the number counts those, and the list shows each row of the model once.
    """

    name: str
    label: str
    model: type
    dimensions: Mapping[str, Dimension]
    joined: Callable[[Select[Any]], Select[Any]] = field(default=lambda query: query)
    always: Callable[[], Clause] = true
    closed: bool = False  #: its rows are told in sums only, never one by one: who judged whom

    def from_rows(self, *columns: Any) -> Select[Any]:
        """A query over the rows that are counted."""
        return self.joined(select(*columns).select_from(self.model)).where(self.always())

    def conditions(self, where: Where) -> Clause:
        """The conditions as SQL over `from_rows`. A name that the subject does not have is a fault of the caller."""
        return and_(true(), *(self.dimensions[name].clause(wanted) for name, wanted in where.items()))

    def clause(self, where: Where) -> Clause:
        """Exactly the rows of the model that a number under these conditions counts: for its list and its file."""
        key = self.model.id  # type: ignore[attr-defined]
        return key.in_(self.from_rows(key).where(self.conditions(where)))

    def applying(self, where: Where) -> dict[str, Any]:
        """Those of the shared conditions that the subject knows."""
        return {name: wanted for name, wanted in where.items() if name in self.dimensions}

    def written(self, where: Where) -> str:
        """Conditions as they stand in an address."""
        return urlencode([(name, self.dimensions[name].written(where[name])) for name in sorted(where)])

    def read(self, text: str) -> dict[str, Any] | None:
        """Conditions from an address; None where a name or a value cannot be read."""
        found: dict[str, Any] = {}
        for name, word in parse_qsl(text[:2000], keep_blank_values=True, max_num_fields=40):
            wanted = self.dimensions[name].read(word) if name in self.dimensions else None
            if wanted is None or name in found:
                return None
            found[name] = wanted
        return found

    def said(self, session: Session, where: Where) -> str:
        """Conditions in words."""
        return "；".join(self.dimensions[name].said(session, wanted) for name, wanted in where.items())


SUBJECTS: dict[str, Subject] = {}


def subject(one: Subject) -> Subject:
    """Enter a subject; its name is its own."""
    if one.name in SUBJECTS:
        raise ValueError(f"{one.name} is entered twice")
    SUBJECTS[one.name] = one
    return one
