"""The rows of a query as the cells of a sheet, a thousand at a time.

What a cell shows is `Column.plain`, whichever way it was read. Where a column only holds what a column of the
database holds, no record is made of the row; a word that comes often (a state, a date, a region, the name of an
office) is made once. Cells that a screen computes itself still get their record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, String, select
from sqlalchemy.orm import Session, aliased

from views.screens import listing
from views.screens.columns import Column
from views.screens.listing import ordering

#: Rows that are read and shaped at once.
BATCH = 1000
#: Words that are remembered of one column before it begins anew.
REMEMBERED = 20_000


def cells(
    session: Session, model: Any, query: Select[Any], order: str, columns: Sequence[Column]
) -> Iterator[Sequence[Any]]:
    """Every row of `query` in `order`, as `Column.plain` of each of `columns`; constant memory."""
    direct = [column for column in columns if column.direct]
    computed = [column for column in columns if not column.direct]
    statement = _statement(model, query.order_by(*ordering(model, order)), direct, computed)
    shapes = [_shape(session, column) for column in direct]
    result = session.execute(statement.execution_options(yield_per=BATCH))
    for rows in result.partitions(BATCH):
        raw = iter(zip(*rows, strict=True))
        records = next(raw) if computed else ()
        made = {id(column): map(column.plain, records) for column in computed}
        for column, shape in zip(direct, shapes, strict=True):
            values = zip(*(next(raw) for _part in column.parts), strict=True) if column.parts else next(raw)
            made[id(column)] = shape(values)
        yield from zip(*(made[id(column)] for column in columns), strict=True)


def _ends(columns: Sequence[Column]) -> list[Column]:
    """The columns that are read, a made cell's parts in its place."""
    return [end for column in columns for end in (column.parts or (column,))]


def _statement(model: Any, query: Select[Any], direct: Sequence[Column], computed: Sequence[Column]) -> Select[Any]:
    """The columns behind the direct cells, and the record in front where a cell is computed from it."""
    if computed:
        statement = query.options(*listing.loading(model, computed))
    else:
        statement = query.with_only_columns(model.id, maintain_column_froms=True)
    tables: dict[tuple[str, ...], Any] = {(): model}
    ends = []
    for column in _ends(direct):
        path: tuple[str, ...] = ()
        for relation in column.relations[: -1 if column.kind == "record" else None]:
            here, path = tables[path], (*path, relation.key)
            if path not in tables:
                tables[path] = aliased(relation.property.mapper.class_)
                statement = statement.outerjoin(getattr(here, relation.key).of_type(tables[path]))
        ends.append(getattr(tables[path], column.end.key))
    return statement.add_columns(*ends) if computed else statement.with_only_columns(*ends, maintain_column_froms=True)


def _shape(session: Session, column: Column) -> Callable[[Iterable[Any]], Iterable[Any]]:
    """What makes cells of the values of one column."""
    if column.parts:
        make = column.get.make  # type: ignore[attr-defined]
        return Words(lambda values: column.plain_of(make(*values))).of
    if column.kind == "record":
        return Names(session, column).of
    if column.kind in ("text", "long") and isinstance(column.end.type, String) and not column.open:
        return lambda values: values
    if column.kind in ("sealed", "json"):  # hardly two are alike; a list is no key
        return lambda values: map(column.plain_of, values)
    return Words(column.plain_of).of


class Words(dict[Any, Any]):
    """Value to cell, made when first met."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, value: Any) -> Any:
        made = self[value] = self.make(value)
        return made

    def of(self, values: Iterable[Any]) -> Iterable[Any]:
        """The cells of a batch."""
        if len(self) > REMEMBERED:
            self.clear()
        return map(self.__getitem__, values)


class Names(dict[Any, str]):
    """Foreign key to the name of the record behind it; the unknown ones of a batch are read in one query."""

    def __init__(self, session: Session, column: Column) -> None:
        super().__init__({None: column.open})
        self.session, self.column, self.model = session, column, column.relations[-1].property.mapper.class_

    def of(self, keys: Sequence[Any]) -> Iterable[Any]:
        """The cells of a batch."""
        if len(self) > REMEMBERED:
            self.clear()
            self[None] = self.column.open
        if unknown := set(keys) - self.keys():
            found = self.session.scalars(select(self.model).where(self.model.id.in_(unknown))).unique()
            self.update({record.id: self.column.plain_of(record) for record in found})
        return map(self.__getitem__, keys)
