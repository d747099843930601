"""The journal told to the database too: its entries are never changed or deleted, its heads never go back.

Whoever owns the database can take these triggers away; `journal verify` says when they are missing.
"""

from __future__ import annotations

from sqlalchemy import DDL, event

from models.office.journal import JournalEntry, JournalHead

_STOP = "RAISE(ABORT, 'the journal is append only')"
#: What stands in the database as `journal_…`: name of the trigger to its statement.
SQLITE = {
    "journal_entry_update": f"CREATE TRIGGER IF NOT EXISTS journal_entry_update BEFORE UPDATE ON journal_entry"
    f" BEGIN SELECT {_STOP}; END",
    "journal_entry_delete": f"CREATE TRIGGER IF NOT EXISTS journal_entry_delete BEFORE DELETE ON journal_entry"
    f" BEGIN SELECT {_STOP}; END",
    "journal_head_back": "CREATE TRIGGER IF NOT EXISTS journal_head_back BEFORE UPDATE ON journal_head"
    f" WHEN NEW.seq < OLD.seq OR NEW.turn < OLD.turn BEGIN SELECT {_STOP}; END",
    "journal_head_delete": f"CREATE TRIGGER IF NOT EXISTS journal_head_delete BEFORE DELETE ON journal_head"
    f" BEGIN SELECT {_STOP}; END",
}
FUNCTION = """CREATE OR REPLACE FUNCTION journal_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the journal is append only' USING ERRCODE = '23514';
END $$"""


def _trigger(name: str, when: str, table: str, only: str = "") -> str:
    made = f"CREATE OR REPLACE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW{only}"
    return f"{made} EXECUTE FUNCTION journal_stands()"


_BACK = " WHEN (NEW.seq < OLD.seq OR NEW.turn < OLD.turn)"
_TRIGGERS = {
    "journal_entry_update": _trigger("journal_entry_update", "UPDATE", "journal_entry"),
    "journal_entry_delete": _trigger("journal_entry_delete", "DELETE", "journal_entry"),
    "journal_entry_truncate": "CREATE OR REPLACE TRIGGER journal_entry_truncate BEFORE TRUNCATE ON journal_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION journal_stands()",
    "journal_head_back": _trigger("journal_head_back", "UPDATE", "journal_head", _BACK),
    "journal_head_delete": _trigger("journal_head_delete", "DELETE", "journal_head"),
}
POSTGRESQL = _TRIGGERS


def statements(dialect: str) -> list[str]:
    """What makes the triggers where they are missing; harmless where they stand."""
    return list(SQLITE.values()) if dialect == "sqlite" else [FUNCTION, *POSTGRESQL.values()]


def removals(dialect: str) -> list[str]:
    """What takes the triggers away, for the one who signs all entries anew (change of the master key)."""
    of = {name: "journal_head" if name.startswith("journal_head") else "journal_entry" for name in names(dialect)}
    return [f"DROP TRIGGER IF EXISTS {n}" + (f" ON {table}" if dialect != "sqlite" else "") for n, table in of.items()]


def names(dialect: str) -> set[str]:
    """The triggers that must stand."""
    return set(SQLITE if dialect == "sqlite" else POSTGRESQL)


def _of(table: str, name: str) -> bool:
    return name.startswith(f"{table}_")


for _dialect, _made in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for _table in (JournalEntry.__table__, JournalHead.__table__):
        if _dialect == "postgresql":
            event.listen(_table, "after_create", DDL(FUNCTION).execute_if(dialect=_dialect))
        for _name, _statement in _made.items():
            if _of(_table.name, _name):
                event.listen(_table, "after_create", DDL(_statement).execute_if(dialect=_dialect))
