"""What a downgrade drops is set aside in the database, and the same step upwards takes it back.

So going back a release and forward again loses nothing that the newer release had recorded. A row comes back as long
as what it refers to is still there; a table that the step itself has filled again (from a log, say) stays as the step
made it. The register is the table `aside`; the rows lie in `aside_1`, `aside_2`, …; all of it is gone when it has been
taken back, or when the whole schema is taken down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations, ops, toimpl

REGISTER = sa.Table(
    "aside",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("revision", sa.String(32), nullable=False),
    sa.Column("table_name", sa.String(64), nullable=False),
    sa.Column("column_name", sa.String(64), nullable=False),  # "": the whole table
)

#: The step under way; Alembic tells an operation of its table, but not of the step it belongs to.
_step: Any = None


def is_ours(name: str | None, kind: str, parents: Any) -> bool:
    """Whether the models should know of that table: neither of the shelf, nor of the queue's own (huey)."""
    return not (kind == "table" and name and re.fullmatch(r"aside(_\d+)?|huey_\w+", name))


def watch(ctx: Any) -> None:
    """Know which step is under way."""
    steps = ctx._migrations_fn

    def noted(heads: Any, context: Any) -> Iterator[Any]:
        global _step
        for step in steps(heads, context):
            _step = step
            yield step
        _step = None

    ctx._migrations_fn = noted if steps else steps


def keep(connection: sa.Connection, table: str, column: str = "") -> None:
    """Set a table, or a column of it, aside before the step under way drops or overwrites it. Only on the way down."""
    if _step is None or not _step.is_downgrade or _step.to_revisions_no_deps == ():
        return
    seen, quoted = sa.inspect(connection), connection.dialect.identifier_preparer.quote
    if not seen.has_table(table) or not connection.scalar(_any_row(sa.table(table))):
        return
    key = seen.get_pk_constraint(table)["constrained_columns"]
    what = ", ".join(quoted(name) for name in [*key, column]) if column else "*"
    REGISTER.create(connection, checkfirst=True)
    place = (connection.scalar(sa.select(sa.func.max(REGISTER.c.id))) or 0) + 1
    row = {"id": place, "revision": _step.revision.revision, "table_name": table, "column_name": column}
    connection.execute(REGISTER.insert().values(**row))
    connection.exec_driver_sql(f"CREATE TABLE aside_{place} AS SELECT {what} FROM {quoted(table)}")  # noqa: S608
    connection.exec_driver_sql(f"CREATE UNIQUE INDEX ix_aside_{place} ON aside_{place} ({', '.join(map(quoted, key))})")


@Operations.implementation_for(ops.DropTableOp, replace=True)
def drop_table(operations: Operations, operation: ops.DropTableOp) -> None:
    """Alembic's own, after the rows were set aside."""
    keep(operations.get_bind(), operation.table_name)
    toimpl.drop_table(operations, operation)


@Operations.implementation_for(ops.DropColumnOp, replace=True)
def drop_column(operations: Operations, operation: ops.DropColumnOp) -> None:
    """Alembic's own, after the column was set aside."""
    keep(operations.get_bind(), operation.table_name, operation.column_name)
    toimpl.drop_column(operations, operation)


def take_back(ctx: Any, step: Any, heads: set[str], **_: Any) -> None:
    """After a step upwards: put back what the same step downwards had set aside, parents before children."""
    connection = ctx.connection
    if not sa.inspect(connection).has_table("aside"):
        return
    if not heads:
        _forget(connection, [row.id for row in connection.execute(sa.select(REGISTER.c.id))])
    if not step.is_upgrade:
        return
    mine = sa.select(REGISTER).where(REGISTER.c.revision == step.up_revision_id).order_by(REGISTER.c.id.desc())
    rows = connection.execute(mine).all()
    for row in rows:
        if not row.column_name:
            _table_back(connection, f"aside_{row.id}", row.table_name)
    for row in rows:
        if row.column_name:
            _column_back(connection, f"aside_{row.id}", row.table_name, row.column_name)
    _forget(connection, [row.id for row in rows])


def _any_row(table: Any) -> Any:
    return sa.select(sa.literal(1)).select_from(table).limit(1)


def _table_back(connection: sa.Connection, shelf: str, name: str) -> None:
    aside, table = _reflected(connection, shelf), _reflected(connection, name)
    if connection.scalar(_any_row(table)):
        return
    while sum(connection.execute(sa.delete(aside).where(lost)).rowcount for lost in _dangling(connection, aside, name)):
        pass  # what refers to a row that has just gone goes too
    names = [column.name for column in table.columns if column.name in aside.c]
    connection.execute(sa.insert(table).from_select(names, sa.select(*(aside.c[n] for n in names))))
    if connection.dialect.name == "postgresql":
        for column in table.primary_key.columns:
            if sequence := connection.scalar(sa.select(sa.func.pg_get_serial_sequence(name, column.name))):
                connection.execute(
                    sa.select(sa.func.setval(sequence, sa.select(sa.func.max(column)).scalar_subquery()))
                )


def _column_back(connection: sa.Connection, shelf: str, name: str, column: str) -> None:
    aside, table = _reflected(connection, shelf), _reflected(connection, name)
    for lost in _dangling(connection, aside, name):
        connection.execute(sa.delete(aside).where(lost))
    same = sa.and_(*(aside.c[key.name] == key for key in table.primary_key.columns))
    was, now = aside.c[column], table.c[column]
    if connection.dialect.name == "postgresql":  # JSON knows no equality there
        differs = sa.cast(was, sa.Text).is_distinct_from(sa.cast(now, sa.Text))
    else:
        differs = was.is_distinct_from(now)
    back = sa.update(table).values({column: sa.select(was).where(same).scalar_subquery()})
    connection.execute(back.where(sa.exists().where(same, differs)))  # what the step has written again is left alone


def _dangling(connection: sa.Connection, aside: sa.Table, name: str) -> Iterator[Any]:
    """For each reference of the table: which rows set aside refer to one that is no longer there."""
    for reference in sa.inspect(connection).get_foreign_keys(name):
        own, theirs = reference["constrained_columns"], reference["referred_columns"]
        if not set(own) <= set(aside.c.keys()):
            continue
        of = (
            aside.alias("parent")
            if reference["referred_table"] == name
            else _reflected(connection, reference["referred_table"])
        )
        there = sa.exists().where(*(of.c[b] == aside.c[a] for a, b in zip(own, theirs, strict=True)))
        yield sa.and_(*(aside.c[a].is_not(None) for a in own), ~there.correlate(aside))


def _reflected(connection: sa.Connection, name: str) -> sa.Table:
    """Names only: values pass from table to table untouched."""
    columns = sa.inspect(connection).get_columns(name)
    key = sa.inspect(connection).get_pk_constraint(name)["constrained_columns"]
    return sa.Table(
        name, sa.MetaData(), *(sa.Column(c["name"], sa.types.NullType(), primary_key=c["name"] in key) for c in columns)
    )


def _forget(connection: sa.Connection, places: list[int]) -> None:
    for place in places:
        connection.exec_driver_sql(f"DROP TABLE aside_{place}")
    connection.execute(sa.delete(REGISTER).where(REGISTER.c.id.in_(places)))
    if not connection.scalar(sa.select(sa.func.count()).select_from(REGISTER)):
        REGISTER.drop(connection)
