"""纸质材料: a query condition for declarations whose paper has come, or has not (118号 一)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.declarations.declaration import Declaration
from views.screens.query import Condition

RECEIVED, MISSING = "yes", "no"


class PaperCondition(Condition):
    """`paper=yes` or `paper=no` in the address."""

    def clause(self, given: Mapping[str, str]) -> tuple[Any, str]:
        """Whether a day of receipt is written down."""
        word = given.get(self.name, "").strip()
        if word in (RECEIVED, MISSING):
            column = Declaration.paper_received_on
            return (column.is_not(None) if word == RECEIVED else column.is_(None)), ""
        return None, self._unreadable(word) if word else ""


def paper_condition() -> PaperCondition:
    """The condition for lists of declarations."""
    return PaperCondition("paper", "纸质材料", "choice", None, options=[(RECEIVED, "已收到"), (MISSING, "未收到")])
