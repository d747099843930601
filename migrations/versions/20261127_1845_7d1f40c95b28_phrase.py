"""常用语: words for returns and refusals that are chosen instead of typed

Revision ID: 7d1f40c95b28
Revises: 5c8e2f70a1b4
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7d1f40c95b28"
down_revision = "5c8e2f70a1b4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phrase",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False, comment="退回原因"),
        sa.Column("text", sa.String(length=300), nullable=False, comment="存在的问题"),
        sa.Column("fits", sa.String(length=300), nullable=False, comment="怎样算补齐"),
        sa.Column("clause", sa.String(length=80), nullable=False, comment="依据"),
        sa.Column("number", sa.Integer(), nullable=False, comment="顺序"),
        sa.Column("in_use", sa.Boolean(), nullable=False, comment="启用"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.CheckConstraint("number >= 1 AND number <= 999", name=op.f("ck_phrase_number_bounds")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_phrase_organisation_id")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_phrase_committee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase")),
    )
    op.create_index("ix_phrase_organisation", "phrase", ["organisation_id", "number"])
    op.create_index("ix_phrase_committee", "phrase", ["committee_id", "number"])


def downgrade() -> None:
    op.drop_table("phrase")
