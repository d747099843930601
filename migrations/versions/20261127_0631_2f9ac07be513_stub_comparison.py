"""线上线下比对 of paper-only stubs: each is looked for in the registered paper

Revision ID: 2f9ac07be513
Revises: 6e1d84b0c973
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2f9ac07be513"
down_revision = "6e1d84b0c973"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stub_comparison",
        sa.Column("stub_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="审核层级"),
        sa.Column("organisation_name", sa.String(length=120), nullable=False, comment="比对机构"),
        sa.Column("result", sa.String(length=20), nullable=False, comment="比对结果"),
        sa.Column("note", sa.String(length=300), nullable=False, comment="比对说明"),
        sa.Column("compared_on", sa.Date(), nullable=False, comment="比对日期"),
        sa.Column("compared_by", sa.String(length=60), nullable=False, comment="比对人"),
        sa.Column("content_hash", sa.String(length=64), nullable=False, comment="所比内容摘要"),
        sa.ForeignKeyConstraint(
            ["stub_id"], ["paper_stub.id"], name=op.f("fk_stub_comparison_stub_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_stub_comparison_declaration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stub_comparison")),
        sa.UniqueConstraint("stub_id", "position", name=op.f("uq_stub_comparison_stub_id_position")),
    )
    op.create_index(op.f("ix_stub_comparison_declaration_id"), "stub_comparison", ["declaration_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_stub_comparison_declaration_id"), table_name="stub_comparison")
    op.drop_table("stub_comparison")
