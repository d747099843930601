"""What a secret declaration hands in on paper only, named

Revision ID: 9e02b7c4d1f8
Revises: 5b8e1f60d2a7
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "9e02b7c4d1f8"
down_revision = "5b8e1f60d2a7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_stub",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="材料类别"),
        sa.Column("name", sa.String(length=120), nullable=False, comment="纸质材料名称"),
        sa.Column("reference", sa.String(length=80), nullable=False, comment="纸质材料编号"),
        sa.Column("pages", sa.Integer(), nullable=False, comment="页数"),
        sa.Column("registered_at", sa.DateTime(), nullable=False, comment="登记时间"),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_paper_stub_declaration_id")
        ),
        sa.CheckConstraint("pages >= 1 AND pages <= 9999", name=op.f("ck_paper_stub_pages_bounds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_stub")),
    )
    op.create_index(op.f("ix_paper_stub_declaration_id"), "paper_stub", ["declaration_id"])


def downgrade() -> None:
    op.drop_table("paper_stub")
