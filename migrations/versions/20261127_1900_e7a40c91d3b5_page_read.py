"""What the reader read of the pages of files

Revision ID: e7a40c91d3b5
Revises: 7d1f40c95b28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e7a40c91d3b5"
down_revision = "7d1f40c95b28"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_read",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="文件摘要"),
        sa.Column("page", sa.Integer(), nullable=False, comment="页"),
        sa.Column("reader", sa.String(length=40), nullable=False, comment="识读程序版本"),
        sa.Column("told", sa.LargeBinary(), nullable=False, comment="识读内容"),
        sa.Column("fault", sa.String(length=100), nullable=False, comment="未能识读的原因"),
        sa.Column("read_at", sa.DateTime(), nullable=False, comment="识读时间"),
        sa.CheckConstraint("page >= 0 AND page <= 100", name=op.f("ck_page_read_page_bounds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_read")),
        sa.UniqueConstraint("sha256", "page", "reader", name=op.f("uq_page_read_sha256_page_reader")),
    )
    op.create_index(op.f("ix_page_read_read_at"), "page_read", ["read_at"])


def downgrade() -> None:
    op.drop_table("page_read")
