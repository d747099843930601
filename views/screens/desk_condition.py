"""办理情况: a query condition that no column holds — what waits on this desk for the signed-in account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g

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
