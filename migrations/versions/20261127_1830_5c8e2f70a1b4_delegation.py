"""委托办理: who signs for the 负责人 of an office while he is away

Revision ID: 5c8e2f70a1b4
Revises: d4f1b7a92c60
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5c8e2f70a1b4"
down_revision = "d4f1b7a92c60"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("principal_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("principal_name", sa.String(length=64), nullable=False, comment="委托人"),
        sa.Column("delegate_name", sa.String(length=64), nullable=False, comment="受托人"),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False, comment="开始日期"),
        sa.Column("until_on", sa.Date(), nullable=False, comment="截止日期"),
        sa.Column("reason", sa.String(length=200), nullable=False, comment="委托原因"),
        sa.Column("made_at", sa.DateTime(), nullable=False, comment="委托时间"),
        sa.Column("ended_at", sa.DateTime(), nullable=True, comment="终止时间"),
        sa.Column("ended_by", sa.String(length=64), nullable=False, comment="终止人"),
        sa.Column("end_reason", sa.String(length=200), nullable=False, comment="终止原因"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="状态"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.ForeignKeyConstraint(["principal_id"], ["ab_user.id"], name=op.f("fk_delegation_principal_id")),
        sa.ForeignKeyConstraint(["delegate_id"], ["ab_user.id"], name=op.f("fk_delegation_delegate_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_delegation_organisation_id")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_delegation_committee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index("ix_delegation_delegate", "delegation", ["delegate_id", "until_on"])
    op.create_index("ix_delegation_principal", "delegation", ["principal_id", "until_on"])
    op.create_index("ix_delegation_organisation", "delegation", ["organisation_id", "id"])
    op.create_index("ix_delegation_committee", "delegation", ["committee_id", "id"])


def downgrade() -> None:
    op.drop_table("delegation")
