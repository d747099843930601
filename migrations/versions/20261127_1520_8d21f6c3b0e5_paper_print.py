"""What was printed of a coded paper

Revision ID: 8d21f6c3b0e5
Revises: 44ea3c16c69d
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "8d21f6c3b0e5"
down_revision = "87e966403545"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_print",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("paper", sa.String(length=2), nullable=False, comment="纸质材料"),
        sa.Column("case", sa.String(length=40), nullable=False, comment="案卷编号"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.Column("pages", sa.Integer(), nullable=False, comment="页数"),
        sa.Column("shown", sa.String(length=64), nullable=False, comment="内容摘要"),
        sa.Column("content_hash", sa.String(length=64), nullable=False, comment="申报内容摘要"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="各页内容"),
        sa.Column("printed_at", sa.DateTime(), nullable=False, comment="首次打印时间"),
        sa.Column("printed_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("pages >= 1 AND pages <= 9999", name=op.f("ck_paper_print_pages_bounds")),
        sa.CheckConstraint("version >= 0 AND version <= 999999999", name=op.f("ck_paper_print_version_bounds")),
        sa.ForeignKeyConstraint(["printed_by"], ["ab_user.id"], name=op.f("fk_paper_print_printed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_print")),
        sa.UniqueConstraint("paper", "case", "shown", name=op.f("uq_paper_print_paper_case_shown")),
    )
    op.create_index(op.f("ix_paper_print_case"), "paper_print", ["case"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_paper_print_case"), "paper_print")

    op.drop_table("paper_print")
