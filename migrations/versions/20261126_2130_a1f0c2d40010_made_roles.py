"""Roles can be made on the screen: their charters, and duties that may not meet in one hand

Revision ID: a1f0c2d40010
Revises: a1f0c2d4000c
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a1f0c2d40010"
down_revision = "a1f0c2d4000c"
branch_labels = None
depends_on = None

_PAIRS = (
    "主管部门经办人|省厅配置岗", "主管部门经办人|纪检监察", "单位经办人|省厅配置岗", "单位经办人|纪检监察", "县市区人社经办人|省厅配置岗", "县市区人社经办人|纪检监察",
    "市州人社经办人|省厅配置岗", "市州人社经办人|纪检监察", "省厅审核岗|省厅特殊方案审核岗", "省厅审核岗|省厅配置岗", "省厅审核岗|纪检监察", "省厅审核岗|评委",
    "省厅审核岗|评委会办事机构", "省厅特殊方案审核岗|省厅审核岗", "省厅特殊方案审核岗|省厅配置岗", "省厅特殊方案审核岗|纪检监察", "省厅特殊方案审核岗|评委",
    "省厅特殊方案审核岗|评委会办事机构", "省厅证书岗|纪检监察", "省厅证书岗|评委", "省厅配置岗|主管部门经办人", "省厅配置岗|单位经办人", "省厅配置岗|县市区人社经办人",
    "省厅配置岗|市州人社经办人", "省厅配置岗|省厅审核岗", "省厅配置岗|省厅特殊方案审核岗", "省厅配置岗|纪检监察", "省厅配置岗|评委", "省厅配置岗|评委会办事机构",
    "纪检监察|主管部门经办人", "纪检监察|单位经办人", "纪检监察|县市区人社经办人", "纪检监察|市州人社经办人", "纪检监察|省厅审核岗", "纪检监察|省厅特殊方案审核岗",
    "纪检监察|省厅证书岗", "纪检监察|省厅配置岗", "纪检监察|评委", "纪检监察|评委会办事机构", "评委|省厅审核岗", "评委|省厅特殊方案审核岗", "评委|省厅证书岗",
    "评委|省厅配置岗", "评委|纪检监察", "评委|评委会办事机构", "评委会办事机构|省厅审核岗", "评委会办事机构|省厅特殊方案审核岗", "评委会办事机构|省厅配置岗",
    "评委会办事机构|纪检监察", "评委会办事机构|评委",
)
_WORDS = ", ".join(f"'{pair}'" for pair in _PAIRS)
_NAMES = "'系统管理员', '安全管理员', '审计管理员'"
_CAPACITY = """(
    SELECT id AS role_id, name AS capacity FROM ab_role
    UNION ALL
    SELECT c.role_id, substr(a.name, 7) FROM role_ability a JOIN role_charter c ON c.id = a.charter_id
    WHERE a.given AND substr(a.name, 1, 6) = 'plays:'
)"""
#: The account would hold two roles whose duties are apart.
_HELD = f"""
    SELECT 1 FROM ab_user_role held
    JOIN {_CAPACITY} theirs ON theirs.role_id = held.role_id
    JOIN {_CAPACITY} mine ON mine.role_id = NEW.role_id
    WHERE held.user_id = NEW.user_id AND held.role_id <> NEW.role_id AND (NEW.id IS NULL OR held.id <> NEW.id)
      AND mine.capacity || '|' || theirs.capacity IN ({_WORDS})
"""
#: The role would build on what is apart, or on an administrator; or an account that holds it holds what is apart.
_BUILT = f"""
    SELECT 1 FROM role_charter c JOIN {_CAPACITY} mine ON mine.role_id = c.role_id
    WHERE c.id = NEW.charter_id AND substr(NEW.name, 7) || '|' || mine.capacity IN ({_WORDS})
    UNION ALL
    SELECT 1 FROM role_charter c
    JOIN ab_user_role held ON held.role_id = c.role_id
    JOIN ab_user_role beside ON beside.user_id = held.user_id AND beside.role_id <> held.role_id
    JOIN {_CAPACITY} theirs ON theirs.role_id = beside.role_id
    WHERE c.id = NEW.charter_id AND substr(NEW.name, 7) || '|' || theirs.capacity IN ({_WORDS})
"""
_LENT = f"NEW.given AND substr(NEW.name, 1, 6) = 'plays:' AND (substr(NEW.name, 7) IN ({_NAMES}) OR EXISTS ({_BUILT}))"
_STOP = "these duties may not meet in one hand"

#: table -> statements
SQLITE = {
    "ab_user_role": tuple(
        f"CREATE TRIGGER duties_apart_{when} BEFORE {when.upper()} ON ab_user_role WHEN EXISTS ({_HELD})"
        f" BEGIN SELECT RAISE(ABORT, '{_STOP}'); END"
        for when in ("insert", "update")
    ),
    "role_ability": tuple(
        f"CREATE TRIGGER duties_built_{when} BEFORE {when.upper()} ON role_ability WHEN {_LENT}"
        f" BEGIN SELECT RAISE(ABORT, '{_STOP}'); END"
        for when in ("insert", "update")
    ),
}


def _function(name: str, condition: str) -> str:
    return f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {condition} THEN
    RAISE EXCEPTION '{_STOP}' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$"""


POSTGRESQL = {
    "ab_user_role": (
        _function("duties_apart", f"EXISTS ({_HELD})"),
        "CREATE TRIGGER duties_apart BEFORE INSERT OR UPDATE ON ab_user_role"
        " FOR EACH ROW EXECUTE FUNCTION duties_apart()",
    ),
    "role_ability": (
        _function("duties_built", _LENT),
        "CREATE TRIGGER duties_built BEFORE INSERT OR UPDATE ON role_ability"
        " FOR EACH ROW EXECUTE FUNCTION duties_built()",
    ),
}



def upgrade() -> None:
    op.create_table(
        "role_charter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False, server_default="0", comment="自建"),
        sa.Column("note", sa.String(length=300), nullable=False, server_default="", comment="说明"),
        sa.Column("state", sa.String(length=20), nullable=False, server_default="in_use", comment="状态"),
        sa.Column("edition", sa.Integer(), nullable=False, server_default="0", comment="修订次数"),
        sa.Column("changed_at", sa.DateTime(), nullable=True, comment="最近调整时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], name=op.f("fk_role_charter_role_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_charter")),
        sa.UniqueConstraint("role_id", name=op.f("uq_role_charter_role_id")),
    )
    op.create_table(
        "role_ability",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("charter_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False, comment="权限项"),
        sa.Column("given", sa.Boolean(), nullable=False, server_default="1", comment="授予"),
        sa.ForeignKeyConstraint(["charter_id"], ["role_charter.id"], name=op.f("fk_role_ability_charter_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_ability")),
        sa.UniqueConstraint("charter_id", "name", name=op.f("uq_role_ability_charter_id_name")),
    )
    for statements in (SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL).values():
        for statement in statements:
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("duties_apart_insert", "duties_apart_update", "duties_built_insert", "duties_built_update"):
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
    else:
        for name, table in (("duties_apart", "ab_user_role"), ("duties_built", "role_ability")):
            op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
    op.drop_table("role_ability")
    op.drop_table("role_charter")
