"""Rows by the million: without indexes and references while they go in, and all of them checked at the end."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Connection, Index, Table, text

CHUNK = 20_000
#: What a long filling may take for itself; on SQLite said before the transaction begins.
MEMORY = {
    "sqlite": ("PRAGMA foreign_keys=OFF", "PRAGMA cache_size=-300000", "PRAGMA temp_store=MEMORY"),
    "postgresql": ("SET maintenance_work_mem='512MB'", "SET work_mem='256MB'", "SET synchronous_commit=off"),
}


def write(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows` of these columns; what a column holds by default stands in every row."""
    given = [*names, *(c.name for c in table.columns if c.name not in names and c.default is not None)]
    constant = tuple(_default(table.c[name]) for name in given[len(names) :])
    whole = ((*row, *constant) for row in rows)
    raw: Any = connection.connection.driver_connection
    columns = ", ".join(given)
    if connection.dialect.name == "postgresql":
        json_at = {n for n, name in enumerate(given) if isinstance(table.c[name].type, JSON)}
        with raw.cursor().copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
            for row in whole:
                copy.write_row([json.dumps(v) if n in json_at else v for n, v in enumerate(row)])
        return
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join('?' * len(given))})"  # noqa: S608
    for chunk in iter(lambda: list(itertools.islice(whole, CHUNK)), []):
        raw.executemany(statement, ([_plain(v) for v in row] for row in chunk))


def _default(column: Any) -> Any:
    held = column.default.arg
    value = held(None) if callable(held) else held
    return str(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    """A value as SQLAlchemy keeps it in SQLite."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, (dict, list)) else value


@contextmanager
def bare(connection: Connection, tables: Sequence[Table]) -> Iterator[None]:
    """Without the indexes and outgoing references of `tables`; they are made again and every reference is looked at."""
    indexes: list[Index] = [index for table in tables for index in table.indexes]
    for index in indexes:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index.name}")
    references = _references(connection, tables)
    for table, name, _ in references:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for index in sorted(indexes, key=lambda one: str(one.name)):
        index.create(connection)
    for table, name, definition in references:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    if connection.dialect.name == "sqlite" and (
        wrong := connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    ):
        raise RuntimeError(f"a row of {wrong[0]} refers to nothing in {wrong[2]}")
    for table in tables:
        _number_on(connection, table)


def _references(connection: Connection, tables: Sequence[Table]) -> list[tuple[str, str, str]]:
    if connection.dialect.name == "sqlite":
        return []  # they are off while this connection fills, and checked at the end
    query = text(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid::regclass::text = ANY(:names)"
    )
    found = connection.execute(query, {"names": [table.name for table in tables]})
    return [(table, name, definition) for table, name, definition in found]


def _number_on(connection: Connection, table: Table) -> None:
    """PostgreSQL's counters go on behind the numbers that were given."""
    if connection.dialect.name != "postgresql" or "id" not in table.c:
        return
    sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
    connection.exec_driver_sql(f"SELECT setval({sequence}, (SELECT coalesce(max(id), 1) FROM {table.name}))")  # noqa: S608
