"""The rows of an import between upload and 提交: kept by the hundred, sealed, read by page and by what they do.

One stored part holds the rows as JSON; a hundred thousand of them are written in a second. Its counts say which
part holds the rows of a page, so that looking at one never reads them all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.imports.import_batch import ImportPart, RowAction
from workflow.imports.kind import ImportKind, Outcome
from workflow.imports.parsing.grid import SPOILS
from workflow.imports.reading import Table

SIZE = 500
AT_ONCE = 20
COLUMNS = {
    RowAction.NEW: "fresh",
    RowAction.CHANGED: "changed",
    RowAction.UNCHANGED: "unchanged",
    RowAction.WRONG: "wrong",
}
TABLE = ImportPart.__table__
_SPOILED = frozenset(SPOILS)
#: Rows that succeed and do something.
WRITING = (RowAction.NEW, RowAction.CHANGED)


def keep(
    session: Session,
    batch_id: int,
    rows: Sequence[Outcome],
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Counter[str]:
    """Keep the rows of a batch in place of those it had; how many of each action."""
    session.execute(delete(TABLE).where(TABLE.c.batch_id == batch_id))
    counts: Counter[str] = Counter()
    for start in range(0, len(rows), SIZE * AT_ONCE):
        parts = []
        for at in range(start, min(start + SIZE * AT_ONCE, len(rows)), SIZE):
            some = rows[at : at + SIZE]
            here = Counter(str(row.action) for row in some)
            counts += here
            content = [(r.number, str(r.action), r.texts, r.record_id, r.before, r.after, r.faults) for r in some]
            parts.append(
                {
                    "batch_id": batch_id,
                    "place": at // SIZE,
                    "content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
                }
                | {name: here[str(action)] for action, name in COLUMNS.items()}
            )
        session.execute(insert(TABLE), parts)
        tell(min(start + SIZE * AT_ONCE, len(rows)), len(rows))
    return counts


def forget(session: Session, batch_id: int) -> None:
    """Delete the rows of a batch."""
    session.execute(delete(TABLE).where(TABLE.c.batch_id == batch_id))


def stored(session: Session, batch_id: int, actions: Iterable[str] = ()) -> Iterator[Outcome]:
    """The rows of a batch in their order; only those of the actions, where any is named."""
    wanted = {str(action) for action in actions}
    query = select(TABLE.c.content).where(TABLE.c.batch_id == batch_id).order_by(TABLE.c.place)
    for content in session.scalars(query.execution_options(yield_per=AT_ONCE)):
        for number, action, texts, record_id, before, after, faults in json.loads(content):
            if not wanted or action in wanted:
                yield Outcome(number, texts, action, record_id, faults, before, after)


def of_table(kind: ImportKind, table: Table) -> list[Outcome]:
    """The rows of a table that has been read, with what the file itself had spoiled."""
    rows = [Outcome(number, cells) for number, cells in table.rows]
    for place, words in ((n, f.blank) for n, f in enumerate(kind.fields) if f.blank):
        for row in rows:
            if row.texts[place] in words:
                row.texts[place] = ""
    if table.spoiled:
        places = {row.number: row for row in rows}
        for (number, place), sentence in table.spoiled.items():
            if number in places:
                places[number].faults[kind.fields[place].name] = sentence
    return rows


def as_read(session: Session, batch_id: int) -> list[Outcome]:
    """The rows as they were read: of what was wrong only that stays which the file itself had spoiled."""
    rows = list(stored(session, batch_id))
    for row in rows:
        row.faults = {name: sentence for name, sentence in row.faults.items() if sentence in _SPOILED}
    return rows


def failing(session: Session, batch_id: int) -> Iterator[tuple[list[str], dict[str, str]]]:
    """The texts of every row that failed, with the sentences by field."""
    for row in stored(session, batch_id, (RowAction.WRONG,)):
        yield row.texts, row.faults


def page(session: Session, batch_id: int, action: str, number: int, size: int) -> tuple[list[Outcome], int]:
    """One page of the rows of an action ("" for all), and how many such rows there are."""
    columns = [TABLE.c[name] for key, name in COLUMNS.items() if not action or key == action]
    places = (
        session.execute(
            select(TABLE.c.place, sum(columns[1:], columns[0]))
            .where(TABLE.c.batch_id == batch_id)
            .order_by(TABLE.c.place)
        )
        .tuples()
        .all()
    )
    count = sum(many for _place, many in places)
    first = (number - 1) * size
    found: list[Outcome] = []
    for place, many in places:
        if first >= many:
            first -= many
            continue
        content = session.scalar(select(TABLE.c.content).where(TABLE.c.batch_id == batch_id, TABLE.c.place == place))
        rows = (Outcome(*_read(row)) for row in json.loads(content or "[]") if not action or row[1] == action)
        found += islice(rows, first, first + size - len(found))
        first = 0
        if len(found) >= size:
            break
    return found, count


def _read(row: list[Any]) -> tuple[Any, ...]:
    number, action, texts, record_id, before, after, faults = row
    return number, texts, action, record_id, faults, before, after
