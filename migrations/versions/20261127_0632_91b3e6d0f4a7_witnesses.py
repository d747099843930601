"""在场监督人员 of a draw and 接收人 of paper as persons: accounts, or declared from outside with organisation and post

What was typed before stands as it was, in draw.witnesses and declaration.paper_by.

Revision ID: 91b3e6d0f4a7
Revises: 2f9ac07be513
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "91b3e6d0f4a7"
down_revision = "2f9ac07be513"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draw_witness",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True, comment="账号"),
        sa.Column("name", sa.String(length=60), nullable=False, comment="姓名"),
        sa.Column("organisation", sa.String(length=200), nullable=False, comment="单位"),
        sa.Column("post", sa.String(length=60), nullable=False, comment="职务"),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_witness_draw_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_witness")),
        sa.UniqueConstraint("draw_id", "name", name=op.f("uq_draw_witness_draw_id_name")),
    )
    with op.batch_alter_table("declaration") as changed:
        changed.add_column(sa.Column("paper_by_id", sa.Integer(), nullable=True, comment="接收人账号"))


def downgrade() -> None:
    with op.batch_alter_table("declaration") as changed:
        changed.drop_column("paper_by_id")
    op.drop_table("draw_witness")
