"""Points of a return picked on the form, their answers, and what was declared when it was returned

Revision ID: 5c7d91e8f2b4
Revises: 44ea3c16c69d
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5c7d91e8f2b4"
down_revision = "b5e0d83a61f4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("correction", sa.Column("returned", sa.JSON(), nullable=True, comment="退回时的申报内容"))
    op.create_table(
        "correction_item",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="序号"),
        sa.Column("kind", sa.String(length=10), nullable=False, comment="指明的内容"),
        sa.Column("part", sa.String(length=40), nullable=False, comment="所在部分"),
        sa.Column("place", sa.String(length=60), nullable=False, comment="栏目或材料类别"),
        sa.Column("row_no", sa.Integer(), nullable=True, comment="第几条"),
        sa.Column("label", sa.String(length=200), nullable=False, comment="补正位置"),
        sa.Column("reason", sa.String(length=20), nullable=False, comment="退回原因"),
        sa.Column("text", sa.String(length=500), nullable=False, comment="存在的问题"),
        sa.Column("fits", sa.String(length=500), nullable=False, comment="怎样算补齐"),
        sa.Column("clause", sa.String(length=80), nullable=False, comment="依据"),
        sa.Column("again", sa.Boolean(), nullable=False, comment="以前已审核通过"),
        sa.Column("again_reason", sa.String(length=300), nullable=False, comment="再次退回的理由"),
        sa.Column("answer", sa.String(length=10), nullable=True, comment="答复"),
        sa.Column("answer_words", sa.String(length=500), nullable=False, comment="答复说明"),
        sa.Column("answered_at", sa.DateTime(), nullable=True, comment="答复时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.CheckConstraint("number >= 1 AND number <= 200", name=op.f("ck_correction_item_number_bounds")),
        sa.CheckConstraint("row_no >= 1 AND row_no <= 200", name=op.f("ck_correction_item_row_no_bounds")),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["correction.id"], name=op.f("fk_correction_item_correction_id")
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_correction_item_declaration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_item")),
        sa.UniqueConstraint("correction_id", "number", name=op.f("uq_correction_item_correction_id_number")),
    )
    op.create_index("ix_correction_item_part_place_id", "correction_item", ["part", "place", "id"], unique=False)
    op.create_index(op.f("ix_correction_item_declaration_id"), "correction_item", ["declaration_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_correction_item_declaration_id"), "correction_item")
    op.drop_index("ix_correction_item_part_place_id", "correction_item")
    op.drop_table("correction_item")
    op.drop_column("correction", "returned")
