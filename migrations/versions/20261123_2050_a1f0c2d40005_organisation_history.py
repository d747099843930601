"""History of organisations, and the index by which pickers find them

Revision ID: a1f0c2d40005
Revises: a1f0c2d40004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a1f0c2d40005"
down_revision = "a1f0c2d40004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation_gram",
        sa.Column("gram", sa.String(length=3), nullable=False, comment="字对"),
        sa.Column("first", sa.Integer(), autoincrement=False, nullable=False, comment="首个机构编号"),
        sa.Column("members", sa.LargeBinary(), nullable=False, comment="机构编号"),
        sa.PrimaryKeyConstraint("gram", "first", name=op.f("pk_organisation_gram")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "organisation_change",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="事项"),
        sa.Column("before_name", sa.String(length=120), nullable=False, comment="原名称"),
        sa.Column("after_name", sa.String(length=120), nullable=False, comment="现名称"),
        sa.Column("before_code", sa.String(length=18), nullable=False, comment="原统一信用代码"),
        sa.Column("after_code", sa.String(length=18), nullable=False, comment="现统一信用代码"),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("document", sa.String(length=80), nullable=False, comment="批准文号"),
        sa.Column("effective_on", sa.Date(), nullable=False, comment="生效日期"),
        sa.Column("reason", sa.String(length=500), nullable=False, comment="说明"),
        sa.Column("at", sa.DateTime(), nullable=False, comment="登记时间"),
        sa.Column("by", sa.String(length=64), nullable=False, comment="登记人"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_change_organisation_id")),
        sa.ForeignKeyConstraint(["other_id"], ["organisation.id"], name=op.f("fk_organisation_change_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_change")),
    )
    for name in ("organisation_id", "other_id", "before_name", "before_code"):
        op.create_index(op.f(f"ix_organisation_change_{name}"), "organisation_change", [name])


def downgrade() -> None:
    op.drop_table("organisation_change")
    op.drop_table("organisation_gram")
