"""统计口径: a query condition for what statistics count, so that a figure leads to exactly its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.figures.subjects.declaration import COUNTED, YES, submitted
from views.screens.query import Condition


class CountedCondition(Condition):
    """`counted=yes` in the address: without drafts, and without what was given up before it was submitted."""

    def clause(self, given: Mapping[str, str]) -> tuple[Any, str]:
        """The clause of the statistics themselves."""
        word = given.get(self.name, "").strip()
        if word == YES:
            return submitted(), ""
        return None, self._unreadable(word) if word else ""


def counted_condition() -> CountedCondition:
    """The condition for the lists of all declarations."""
    return CountedCondition(COUNTED, "统计口径", "choice", None, options=[(YES, "已提交的申报")])
