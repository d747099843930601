"""Which tables the steps of an upgrade write to: their rows are sealed anew by `prepare` (workflow/base/stamp.py).

A step knows no keys and no seals. What it says to the database is overheard instead, so no author of a migration has
to think of it; the names are noted in the transaction of the step, under our key.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection

from models.sealed import has_keys
from workflow.base import stamp

_WRITES = re.compile(
    r'\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|DROP\s+TABLE|COPY)\s+(?:IF\s+EXISTS\s+)?"?(\w+)"?', re.IGNORECASE
)
_TEMPORARY = "_alembic_tmp_"
_touched: set[str] = set()


def watch(connection: Connection) -> None:
    """Listen to every statement of this connection."""
    _touched.clear()
    event.listen(connection, "before_cursor_execute", _heard)


def _heard(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
    _touched.update(name.removeprefix(_TEMPORARY) for name in _WRITES.findall(statement))


def note(ctx: Any, step: Any, heads: set[str], **_: Any) -> None:
    """After a step: remember what it wrote to. Without our keys (a bare migration in a test) nothing is noted."""
    if has_keys():
        stamp.note_due(ctx.connection, _touched)
        _touched.clear()
