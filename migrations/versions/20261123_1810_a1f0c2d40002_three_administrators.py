"""The three administrators exclude each other, told to the database

Revision ID: a1f0c2d40002
Revises: a1f0c2d40001
"""

from __future__ import annotations

from alembic import op

revision = "a1f0c2d40002"
down_revision = "a1f0c2d40001"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE TRIGGER three_admins_insert BEFORE INSERT ON ab_user_role WHEN EXISTS (\n    SELECT 1 FROM ab_user_role held\n    JOIN ab_role held_role ON held_role.id = held.role_id\n    JOIN ab_role new_role ON new_role.id = NEW.role_id\n    WHERE held.user_id = NEW.user_id AND held.role_id <> NEW.role_id\n      AND (held_role.name IN ('系统管理员', '安全管理员', '审计管理员') OR new_role.name IN ('系统管理员', '安全管理员', '审计管理员'))\n) BEGIN SELECT RAISE(ABORT, 'the three administrators exclude each other and every other role'); END",
    "CREATE TRIGGER three_admins_update BEFORE UPDATE ON ab_user_role WHEN EXISTS (\n    SELECT 1 FROM ab_user_role held\n    JOIN ab_role held_role ON held_role.id = held.role_id\n    JOIN ab_role new_role ON new_role.id = NEW.role_id\n    WHERE held.user_id = NEW.user_id AND held.role_id <> NEW.role_id\n      AND (held_role.name IN ('系统管理员', '安全管理员', '审计管理员') OR new_role.name IN ('系统管理员', '安全管理员', '审计管理员'))\n AND held.id <> NEW.id) BEGIN SELECT RAISE(ABORT, 'the three administrators exclude each other and every other role'); END",
    "CREATE TRIGGER three_admins_rename BEFORE UPDATE OF name ON ab_role WHEN OLD.name <> NEW.name AND (OLD.name IN ('系统管理员', '安全管理员', '审计管理员') OR NEW.name IN ('系统管理员', '安全管理员', '审计管理员')) BEGIN SELECT RAISE(ABORT, 'the roles of the three administrators keep their names'); END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION three_admins() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF EXISTS (\n    SELECT 1 FROM ab_user_role held\n    JOIN ab_role held_role ON held_role.id = held.role_id\n    JOIN ab_role new_role ON new_role.id = NEW.role_id\n    WHERE held.user_id = NEW.user_id AND held.role_id <> NEW.role_id\n      AND (held_role.name IN ('系统管理员', '安全管理员', '审计管理员') OR new_role.name IN ('系统管理员', '安全管理员', '审计管理员'))\n AND held.id <> NEW.id) THEN\n    RAISE EXCEPTION 'the three administrators exclude each other and every other role' USING ERRCODE = '23514';\n  END IF;\n  RETURN NEW;\nEND $$",
    'CREATE TRIGGER three_admins BEFORE INSERT OR UPDATE ON ab_user_role FOR EACH ROW EXECUTE FUNCTION three_admins()',
    "CREATE OR REPLACE FUNCTION three_admins_rename() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF OLD.name <> NEW.name AND (OLD.name IN ('系统管理员', '安全管理员', '审计管理员') OR NEW.name IN ('系统管理员', '安全管理员', '审计管理员')) THEN\n    RAISE EXCEPTION 'the roles of the three administrators keep their names' USING ERRCODE = '23514';\n  END IF;\n  RETURN NEW;\nEND $$",
    'CREATE TRIGGER three_admins_rename BEFORE UPDATE OF name ON ab_role FOR EACH ROW EXECUTE FUNCTION three_admins_rename()',
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement.replace("%", "%%") if op.get_bind().dialect.name != "sqlite" else statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("three_admins_insert", "three_admins_update", "three_admins_rename"):
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
        return
    op.execute("DROP TRIGGER IF EXISTS three_admins ON ab_user_role")
    op.execute("DROP TRIGGER IF EXISTS three_admins_rename ON ab_role")
    op.execute("DROP FUNCTION IF EXISTS three_admins()")
    op.execute("DROP FUNCTION IF EXISTS three_admins_rename()")
