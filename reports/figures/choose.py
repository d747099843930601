"""Which source answers a page: one decision, so that no page makes its own."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reports.figures.columns.source import ColumnSource, followed
from reports.figures.source import Source, SqlSource
from reports.figures.subject import Clause


def source_for(session: Session, rows: Callable[[type], Clause], reader: int | None) -> Source:
    """The source for one reader. `rows` gives what he may see of a model; `reader` is `policy.reader_of(actor)`.

    What is held in memory answers only for readers that `reading` knows; everybody else is answered by SQL.
    """
    bind, sql = session.get_bind(), SqlSource(session, rows)
    if reader is None or not isinstance(bind, Engine):
        return sql
    return ColumnSource(sql, followed(bind), reader)
