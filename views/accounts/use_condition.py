"""使用情况: a query condition for accounts that were never used or are locked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.accounts.account import Account
from views.screens.moment import of_request
from views.screens.query import Condition
from workflow.accounts.unused import locked, never_used

UNUSED, LOCKED = "unused", "locked"


class UseCondition(Condition):
    """`use=unused` in the address."""

    def clause(self, given: Mapping[str, str]) -> tuple[Any, str]:
        """The very accounts that the workbench of an administrator names."""
        word = given.get(self.name, "").strip()
        if word == UNUSED:
            return Account.id.in_(never_used()), ""
        if word == LOCKED:
            return Account.id.in_(locked(of_request().now)), ""
        return None, self._unreadable(word) if word else ""


def use_condition() -> UseCondition:
    """The condition for the list of accounts."""
    offered = [(UNUSED, "从未登录"), (LOCKED, "已锁定")]
    return UseCondition("use", "使用情况", "choice", None, options=offered)
