"""What somebody does who owns the database and not the keys: takes the triggers away, writes, and puts them back."""

from __future__ import annotations

from contextlib import contextmanager

from sqlalchemy import text

from models.office import append_only


@contextmanager
def unguarded(connection):
    """Without the triggers that keep the journal; they stand again afterwards."""
    dialect = connection.dialect.name
    for name in append_only.names(dialect):
        table = "journal_head" if name.startswith("journal_head") else "journal_entry"
        connection.exec_driver_sql(f"DROP TRIGGER {name}" + (f" ON {table}" if dialect == "postgresql" else ""))
    yield connection
    for statement in append_only.statements(dialect):
        connection.exec_driver_sql(statement)


def behind(session, statement, values=None):
    """One statement of the owner; what the session remembers is forgotten."""
    with unguarded(session.connection()) as connection:
        connection.execute(text(statement), values or {})
    session.expire_all()
