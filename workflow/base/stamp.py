"""Whose database is this? The fingerprint of the keys it was made with, and what an upgrade owes it.

A command or a server with another key would write what nobody can read, and break the journal for good; so the first
question to a database is whether it knows this key. `prepare` writes the stamp, seals what was there before and what
a migration has written, and puts the triggers back.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from sqlalchemy import Engine, delete, inspect, select
from sqlalchemy.engine import Connection

from models.office import append_only
from models.office.seal import DatabaseStamp, ResealDue
from models.sealed import fingerprint, key, mac
from workflow.base import heads, journal, row_check
from workflow.base.row_digest import guarded, shape_of
from workflow.base.unit_of_work import UnitOfWork

#: What a database was first prepared for; never changed afterwards.
REAL, DEMONSTRATION = "real", "demonstration"
STAMP, DUE = DatabaseStamp.__table__, ResealDue.__table__


class Key(Enum):
    """What a database says to the key of this process."""

    NEW = "new"  #: it knows no key yet
    OURS = "ours"
    FOREIGN = "foreign"  #: it was made with another one
    FORGED = "forged"  #: the stamp was not written by us


def _signed(row: Mapping[str, Any]) -> str:
    told = f"stamp/1|{row['name']}|{row['purpose']}|{row['fingerprint']}|{row['made_at'].isoformat()}"
    return hmac.digest(key("stamp"), told.encode(), "sha256").hex()


def signed_anew(row: Mapping[str, Any]) -> dict[str, str]:
    """What of a stamp follows from the key, under the one that is now in force."""
    changed = {**row, "fingerprint": fingerprint(row["name"])}
    return {"fingerprint": changed["fingerprint"], "mac": _signed(changed)}


def name_of(connection: Connection) -> str:
    """The name of the database; empty where it has none."""
    if not inspect(connection).has_table("database_stamp"):
        return ""
    return connection.scalar(select(STAMP.c.name)) or ""


def asked(connection: Connection) -> Key:
    """What the database says to our key."""
    tables = set(inspect(connection).get_table_names())
    row = connection.execute(select(STAMP)).mappings().first() if "database_stamp" in tables else None
    if row is not None:
        if not hmac.compare_digest(row["fingerprint"], fingerprint(row["name"])):
            return Key.FOREIGN
        return Key.OURS if row["mac"] == _signed(dict(row)) else Key.FORGED
    if "journal_entry" not in tables:
        return Key.NEW
    last = connection.exec_driver_sql("SELECT seal, mac FROM journal_entry ORDER BY id DESC LIMIT 1").first()
    if last is None:
        return Key.NEW
    return Key.OURS if hmac.compare_digest(last.mac, mac(last.seal.encode())) else Key.FOREIGN


def real(connection: Connection) -> str:
    """Why a demonstration must not be opened on this database; empty where it may."""
    if not inspect(connection).has_table("database_stamp"):
        return ""
    row = connection.execute(select(STAMP)).mappings().first()
    return f"{row['made_at']:%Y-%m-%d} 准备" if row is not None and row["purpose"] == REAL else ""


def bring_up(uow: UnitOfWork, *, demonstration: bool) -> dict[str, int]:
    """Stamp the database and seal what bears no seal yet: everything once, afterwards what migrations wrote.

    Gives how many rows of each table were sealed anew; the journal tells it. Acts as the system account, for `prepare`.
    """
    session = uow.session
    connection = session.connection()
    for statement in append_only.statements(connection.dialect.name):
        connection.exec_driver_sql(statement)
    first = not name_of(connection)
    if first:
        name = secrets.token_hex(16)
        row = {
            "id": 1,
            "name": name,
            "purpose": DEMONSTRATION if demonstration else REAL,
            "fingerprint": fingerprint(name),
            "made_at": uow.now.replace(microsecond=0),
        }
        connection.execute(STAMP.insert().values(**row, mac=_signed(row)))
    names = [shape.name for shape in guarded()] if first else due(connection)
    told = seal_tables(
        uow, names, why="首次封存" if first else "升级后封存", verb=journal.FIRST if first else "seal_rows"
    )
    connection.execute(delete(DUE).where(DUE.c.table_name.in_(names) if not first else DUE.c.table_name.is_not(None)))
    return told


def seal_tables(uow: UnitOfWork, names: Iterable[str], *, why: str, verb: str = "seal_rows") -> dict[str, int]:
    """Seal rows that were written past the hook of the unit of work, by the product's own migration or filling."""
    deltas = uow.session.info.setdefault("deltas", {})
    told = row_check.seal_tables(uow.session, list(names), deltas)
    for head in journal.heads_never_closed(uow.session):
        heads.close(head, {}, {})
    if told:
        uow.record(verb, "row_seal:*", label=why, tables=told)
    return told


# -- what a migration has written ------------------------------------------------------------------------


def _due_mac(name: str) -> str:
    return hmac.digest(key("stamp"), f"due/1|{name}".encode(), "sha256").hex()


def note_due(connection: Connection, names: Iterable[str]) -> None:
    """Remember that a migration has written to these tables; said with our key, so that nobody else can say it."""
    if not inspect(connection).has_table("reseal_due"):
        return
    known = set(connection.scalars(select(DUE.c.table_name)))
    rows = [{"table_name": n, "mac": _due_mac(n)} for n in sorted(set(names) - known) if shape_of(n) is not None]
    if rows:
        connection.execute(DUE.insert(), rows)


def due(connection: Connection) -> list[str]:
    """The tables that migrations have written to since they were sealed; what was not noted by us does not count."""
    rows = connection.execute(select(DUE)).mappings()
    return sorted(row["table_name"] for row in rows if hmac.compare_digest(row["mac"], _due_mac(row["table_name"])))


def owed(engine: Engine) -> bool:
    """Whether `prepare` has still to be run: no stamp, or tables that are not sealed again after an upgrade."""
    with engine.connect() as connection:
        return not name_of(connection) or bool(due(connection))
