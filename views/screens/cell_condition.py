"""统计数字: a query condition for the rows behind one number of the statistics, said in words above the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import reports.figures.pages  # noqa: F401  (enters the subjects)
from models.base import db
from reports.figures.subject import SUBJECTS, Subject, Where
from views.screens.query import Condition

NAME = "cell"


class CellCondition(Condition):
    """`cell=declaration:year=2026&region=4301` in the address: the rows of the list's model that such a cell counts."""

    longest: ClassVar[int] = 2000

    def clause(self, given: Mapping[str, str]) -> tuple[Any, str]:
        """The very clause with which the number was counted."""
        word = given.get(self.name, "").strip()
        if not word:
            return None, ""
        found = self._read(word)
        return (found[0].clause(found[1]), "") if found is not None else (None, self._unreadable(word))

    def said(self, word: str) -> str:
        """The conditions in words."""
        found = self._read(word.strip())
        return "：".join(filter(None, (found[0].label, found[0].said(db.session, found[1])))) if found is not None else ""

    def _read(self, word: str) -> tuple[Subject, Where] | None:
        name, _mark, conditions = word.partition(":")
        subject = SUBJECTS.get(name)
        if subject is None or subject.model is not self.attribute or "\x00" in word:
            return None
        where = subject.read(conditions)
        return None if where is None else (subject, where)


def written(subject: Subject, where: Where) -> str:
    """As it stands in the address of a list."""
    return f"{subject.name}:{subject.written(where)}"


def cells_of(model: Any) -> list[Condition]:
    """The condition for lists whose records are those of a subject; none for others."""
    counted = any(subject.model is model for subject in SUBJECTS.values())
    return [CellCondition(NAME, "统计数字", "cell", model)] if counted else []
