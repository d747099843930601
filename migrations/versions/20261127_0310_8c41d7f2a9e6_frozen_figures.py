"""Frozen figures (时点数据): the moments at which everything that is counted was kept, each with the digest of its file

Revision ID: 8c41d7f2a9e6
Revises: 4b7e90c1d2f6
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "8c41d7f2a9e6"
down_revision = "4b7e90c1d2f6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "frozen_figures",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("taken_at", sa.DateTime(), nullable=False, comment="统计时点"),
        sa.Column("occasion", sa.String(length=20), nullable=False, comment="生成方式"),
        sa.Column("reason", sa.String(length=200), nullable=False, comment="事由"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="文件 SHA-256"),
        sa.Column("size", sa.Integer(), nullable=False, comment="文件字节数"),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_frozen_figures_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_figures")),
    )
    with op.batch_alter_table("frozen_figures") as changed:
        changed.create_index(changed.f("ix_frozen_figures_taken_at"), ["taken_at"])


def downgrade() -> None:
    op.drop_table("frozen_figures")
