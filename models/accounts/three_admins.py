"""三员分立 told to the database too: triggers that no screen, command or script can pass.

An account with one of the three administrators' roles holds no other role, and these roles are never
renamed (GB/T 22239-2019 third level 8.1.4.2 d). `create_all` makes the triggers; the migration carries the
same statements.
"""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import DDL, event

ADMINS = "('系统管理员', '安全管理员', '审计管理员')"

_CLASH = f"""
    SELECT 1 FROM ab_user_role held
    JOIN ab_role held_role ON held_role.id = held.role_id
    JOIN ab_role new_role ON new_role.id = NEW.role_id
    WHERE held.user_id = NEW.user_id AND held.role_id <> NEW.role_id
      AND (held_role.name IN {ADMINS} OR new_role.name IN {ADMINS})
"""  # noqa: S608

_STOP = "RAISE(ABORT, 'the three administrators exclude each other and every other role')"
_RENAME = "RAISE(ABORT, 'the roles of the three administrators keep their names')"

#: table -> statements
SQLITE: dict[str, tuple[str, ...]] = {
    "ab_user_role": (
        f"CREATE TRIGGER three_admins_insert BEFORE INSERT ON ab_user_role WHEN EXISTS ({_CLASH}) BEGIN "
        f"SELECT {_STOP}; END",
        f"CREATE TRIGGER three_admins_update BEFORE UPDATE ON ab_user_role WHEN EXISTS ({_CLASH} AND held.id <> NEW.id)"
        f" BEGIN SELECT {_STOP}; END",
    ),
    "ab_role": (
        "CREATE TRIGGER three_admins_rename BEFORE UPDATE OF name ON ab_role"
        f" WHEN OLD.name <> NEW.name AND (OLD.name IN {ADMINS} OR NEW.name IN {ADMINS})"
        f" BEGIN SELECT {_RENAME}; END",
    ),
}
POSTGRESQL: dict[str, tuple[str, ...]] = {
    "ab_user_role": (
        f"""CREATE OR REPLACE FUNCTION three_admins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS ({_CLASH} AND held.id <> NEW.id) THEN
    RAISE EXCEPTION 'the three administrators exclude each other and every other role' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$""",
        "CREATE TRIGGER three_admins BEFORE INSERT OR UPDATE ON ab_user_role"
        " FOR EACH ROW EXECUTE FUNCTION three_admins()",
    ),
    "ab_role": (
        f"""CREATE OR REPLACE FUNCTION three_admins_rename() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.name <> NEW.name AND (OLD.name IN {ADMINS} OR NEW.name IN {ADMINS}) THEN
    RAISE EXCEPTION 'the roles of the three administrators keep their names' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$""",
        "CREATE TRIGGER three_admins_rename BEFORE UPDATE OF name ON ab_role"
        " FOR EACH ROW EXECUTE FUNCTION three_admins_rename()",
    ),
}
#: For the way back of the migration.
DROP_SQLITE = (
    "DROP TRIGGER IF EXISTS three_admins_insert",
    "DROP TRIGGER IF EXISTS three_admins_update",
    "DROP TRIGGER IF EXISTS three_admins_rename",
)
DROP_POSTGRESQL = (
    "DROP TRIGGER IF EXISTS three_admins ON ab_user_role",
    "DROP TRIGGER IF EXISTS three_admins_rename ON ab_role",
    "DROP FUNCTION IF EXISTS three_admins()",
    "DROP FUNCTION IF EXISTS three_admins_rename()",
)

for _dialect, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for _table in (assoc_user_role, Role.__table__):
        for _statement in _statements[_table.name]:
            event.listen(_table, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect))
