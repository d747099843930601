"""Comments of columns in the words that are used since: 职称级别, 校验码

Revision ID: b5e0d83a61f4
Revises: a417c9e2d6b0
"""

from __future__ import annotations

from alembic import op

revision = "b5e0d83a61f4"
down_revision = "a417c9e2d6b0"
branch_labels = None
depends_on = None

WORDS = (
    ("declaration", "level", "申报级别", "职称级别"),
    ("quota", "level", "申报级别", "职称级别"),
    ("reading", "level", "申报级别", "职称级别"),
    ("draw", "pool_hash", "名册摘要", "名册校验码"),
    ("draw", "result_hash", "结果摘要", "结果校验码"),
    ("poll", "roster_hash", "名册摘要", "名册校验码"),
)


def _say(which: int) -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        for table, column, *words in WORDS:
            op.execute(f'COMMENT ON COLUMN "{table}"."{column}" IS \'{words[which]}\'')


def upgrade() -> None:
    _say(1)


def downgrade() -> None:
    _say(0)
