"""Comments of columns in the words that are used since: 文件校验码

Revision ID: b6d20e83f4a7
Revises: 94c1ea6f2d70
"""

from __future__ import annotations

from alembic import op

revision = "b6d20e83f4a7"
down_revision = "94c1ea6f2d70"
branch_labels = None
depends_on = None

WORDS = (
    ("frozen_figures", "sha256", "文件 SHA-256", "文件校验码"),
    ("approved_map", "sha256", "文件 SHA-256", "文件校验码"),
)


def _say(which: int) -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        for table, column, *words in WORDS:
            op.execute(f'COMMENT ON COLUMN "{table}"."{column}" IS \'{words[which]}\'')


def upgrade() -> None:
    _say(1)


def downgrade() -> None:
    _say(0)
