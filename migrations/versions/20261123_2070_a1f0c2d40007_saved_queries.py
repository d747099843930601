"""Saved queries and chosen columns

Revision ID: a1f0c2d40007
Revises: a1f0c2d40006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a1f0c2d40007"
down_revision = "a1f0c2d40006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_query",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("screen", sa.String(length=80), nullable=False, comment="界面"),
        sa.Column("name", sa.String(length=30), nullable=False, comment="名称"),
        sa.Column("conditions", sa.Text(), nullable=False, comment="查询条件"),
        sa.Column("saved_at", sa.DateTime(), nullable=False, comment="保存时间"),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_saved_query_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_query")),
        sa.UniqueConstraint("account_id", "screen", "name", name=op.f("uq_saved_query_account_id_screen_name")),
    )
    op.create_table(
        "column_choice",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("screen", sa.String(length=80), nullable=False, comment="界面"),
        sa.Column("names", sa.Text(), nullable=False, comment="显示列"),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_column_choice_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_choice")),
        sa.UniqueConstraint("account_id", "screen", name=op.f("uq_column_choice_account_id_screen")),
    )


def downgrade() -> None:
    op.drop_table("column_choice")
    op.drop_table("saved_query")
