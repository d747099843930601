"""What read files say of what was typed

Revision ID: 3b7e15d0c9a4
Revises: a62fc6eddce6
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3b7e15d0c9a4"
down_revision = "a62fc6eddce6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "read_answer",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="文件摘要"),
        sa.Column("reader", sa.String(length=40), nullable=False, comment="识读程序版本"),
        sa.Column("asked", sa.String(length=32), nullable=False, comment="所核内容摘要"),
        sa.Column("told", sa.LargeBinary(), nullable=False, comment="核对结果"),
        sa.Column("answered_at", sa.DateTime(), nullable=False, comment="核对时间"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_answer")),
        sa.UniqueConstraint("sha256", "reader", "asked", name=op.f("uq_read_answer_sha256_reader_asked")),
    )
    op.create_index(op.f("ix_read_answer_answered_at"), "read_answer", ["answered_at"])


def downgrade() -> None:
    op.drop_table("read_answer")  # follows from what was read and typed: nothing is set aside
