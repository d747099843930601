"""Query conditions that no column holds: what waits on a desk for the signed-in account (办理情况), and the rows behind
one number of the statistics, said in words above the list (统计数字)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import g

import reports.figures.pages  # noqa: F401  (enters the subjects)
from models.base import db
from reports.figures.subject import SUBJECTS, Subject, Where
from views.screens.moment import of_request
from views.screens.query import Condition
from workflow.declarations import desk

WAITING = "waiting"


@dataclass(frozen=True)
class DeskCondition(Condition):
    """`desk=waiting` in the address limits the list to the rows for which `desk` is true."""

    desk: desk.Desk | None = None

    def clause(self, given: Mapping[str, str]) -> tuple[Any, str]:
        """The clause of the desk, for the account and the day of the request."""
        word = given.get(self.name, "").strip()
        if not word:
            return None, ""
        if word != WAITING or self.desk is None:
            return None, f"查询条件“{self.label}”不能识别“{word[:30]}”，已忽略该条件；请修改后重新查询。"
        return desk.waiting(self.desk, g.user, of_request().today), ""


def desk_condition(rows: desk.Desk, word: str = "待我办理") -> DeskCondition:
    """The condition for a list whose rows wait by `rows`."""
    return DeskCondition("desk", "办理情况", "choice", None, options=[(WAITING, word)], desk=rows)


def late_condition() -> DeskCondition:
    """下级逾期未转交: returned cases that an office below keeps past its days."""
    offered = [(WAITING, "下级逾期未转交")]
    return DeskCondition("late", "退回件转交", "choice", None, options=offered, desk=desk.late_desk)


#: The parameter of the number.
CELL = "cell"


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
        return (
            "：".join(filter(None, (found[0].label, found[0].said(db.session, found[1])))) if found is not None else ""
        )

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
    return [CellCondition(CELL, "统计数字", "cell", model)] if counted else []
