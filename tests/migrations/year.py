"""The demo year as an earlier landing made it, and one row at least of what it leaves empty (tools/keep_year.py)."""

from __future__ import annotations

import functools
import itertools
import json
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

FILE = Path(__file__).parent / "year_of_8bfe110.xz"


@dataclass(frozen=True)
class Year:
    """Every row of a database, the revision its schema had, and the key its journal was signed with."""

    commit: str
    revision: str
    master: str
    tables: dict[str, tuple[list[str], list[tuple[Any, ...]]]]


@functools.cache
def kept() -> Year:
    """The year in the file beside this module."""
    lines: Iterator[Any] = map(json.loads, lzma.decompress(FILE.read_bytes()).decode().splitlines())
    head, tables = next(lines), {}
    for table in lines:
        columns = [[_value(value) for value in next(lines)] for _ in table["columns"]]
        tables[table["table"]] = (table["columns"], list(zip(*columns, strict=True)))
    return Year(head["commit"], head["revision"], head["master"], tables)


def _value(value: Any) -> Any:
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value


def fill(url: str, year: Year) -> None:
    """Write every row into the empty tables of that revision; the database checks all references at the end."""
    engine = create_engine(url, poolclass=NullPool)
    (_sqlite if engine.dialect.name == "sqlite" else _postgresql)(engine, year)


def _sqlite(engine: Engine, year: Year) -> None:
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        for table, (columns, rows) in year.tables.items():
            names, places = ", ".join(f'"{c}"' for c in columns), ", ".join("?" * len(columns))
            raw.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)
        assert not raw.execute("PRAGMA foreign_key_check").fetchall()
        raw.commit()


def _postgresql(engine: Engine, year: Year) -> None:
    keys = text(
        "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    )
    with engine.begin() as connection:
        references = connection.execute(keys).all()
        for table, name in references:
            connection.exec_driver_sql(f"ALTER TABLE {table} ALTER CONSTRAINT {name} DEFERRABLE INITIALLY DEFERRED")
        cursor = connection.connection.dbapi_connection.cursor()
        for table, (columns, rows) in year.tables.items():
            names = ", ".join(f'"{c}"' for c in columns)
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as out:
                for row in rows:
                    out.write_row(row)
            if "id" in columns and rows:
                places = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM \"{table}\""
                connection.exec_driver_sql(places)
        connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
        for table, name in references:
            connection.exec_driver_sql(f"ALTER TABLE {table} ALTER CONSTRAINT {name} NOT DEFERRABLE")
    engine.dispose()


#: Table to column to its values, in the order of the primary key.
Rows = dict[str, dict[str, tuple[Any, ...]]]


def rows_of(engine: Engine, like: Rows | None = None) -> Rows:
    """Every value of the database as it is stored, without Alembic's own table and the shelf of set_aside.

    Columns equal to those of `like` are its very tuples, so that a walk over many steps keeps one copy of each.
    """
    found: Rows = {}
    with engine.connect() as connection:
        keys = inspect(connection).get_multi_pk_constraint()
        cursor = connection.connection.cursor()
        for (_, table), key in sorted(keys.items(), key=lambda item: item[0][1]):
            if table in ("alembic_version", "reseal_due") or re.fullmatch(r"aside(_\d+)?", table):
                continue
            order = ", ".join(f'"{name}"' for name in key["constrained_columns"])
            rows = cursor.execute(f'SELECT * FROM "{table}" ORDER BY {order}').fetchall()
            names = [column[0] for column in cursor.description]
            columns = dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))
            known = (like or {}).get(table, {})
            found[table] = {
                name: known[name] if known.get(name) == values else values for name, values in columns.items()
            }
    return found


def differences(before: Rows, after: Rows) -> list[str]:
    """What is not the same in both: a line for each table or column, with the first row that differs."""
    found = [f"{table}: only before" for table in before.keys() - after.keys()]
    found += [f"{table}: only after" for table in after.keys() - before.keys()]
    for table in before.keys() & after.keys():
        was, now = before[table], after[table]
        found += [f"{table}.{name}: only before" for name in was.keys() - now.keys()]
        found += [f"{table}.{name}: only after" for name in now.keys() - was.keys()]
        for name in was.keys() & now.keys():
            if was[name] is not now[name] and was[name] != now[name]:
                found.append(f"{table}.{name}: {_first(was[name], now[name])}")
    return sorted(found)


def _first(was: tuple[Any, ...], now: tuple[Any, ...]) -> str:
    pairs = enumerate(itertools.zip_longest(was, now, fillvalue="(no row)"))
    place, (one, other) = next((place, pair) for place, pair in pairs if pair[0] != pair[1])
    return f"{len(was)} rows, then {len(now)}; row {place} was {one!r} and is {other!r}"
