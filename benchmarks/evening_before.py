"""The product with the writers' rules of before, for the bench of the last evening alone.

Ten tries without a queue, SQLite's own waiting. The rules are exchanged in this process, before any screen takes hold
of them; the product has no such setting.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError

from workflow.base import line, opening, unit_of_work
from workflow.base.errors import NotNow

TRIES = 10


def attempt(
    actor: Any, verb: Callable[[Any], Any], *, patience: float | None = None, holds: Any = None, **given: Any
) -> Any:
    """As it was: again at once, ten times, then 被他人处理过."""
    for left in reversed(range(TRIES)):
        try:
            with unit_of_work.unit_of_work(actor, **given) as uow:
                return verb(uow)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in {"40001", "40P01", "23505"} and "locked" not in str(error):
                raise
            if not left:
                raise NotNow(unit_of_work.OVERTAKEN) from error
        time.sleep(random.uniform(0, 0.03) * (TRIES - left))
    raise AssertionError("unreachable")


unit_of_work.attempt = attempt
BEGIN = opening.Opening("IMMEDIATE", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
unit_of_work.writing = lambda **given: BEGIN
line._BY_FILE = False

from run import app  # noqa: E402  (after the rules are what they were)

__all__ = ["app"]
