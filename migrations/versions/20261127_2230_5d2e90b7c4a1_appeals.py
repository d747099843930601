"""申请复查: what an applicant contests, who looked into it, what was found and answered

Revision ID: 5d2e90b7c4a1
Revises: b81e5d2c9f47
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5d2e90b7c4a1"
down_revision = "b81e5d2c9f47"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("contested", sa.String(length=1000), nullable=False, comment="申请复查的结果"),
        sa.Column("text", sa.Text(), nullable=False, comment="申请理由"),
        sa.Column("telephone", sa.String(length=60), nullable=False, comment="联系电话"),
        sa.Column("applied_at", sa.DateTime(), nullable=False, comment="申请时间"),
        sa.Column("office_name", sa.String(length=200), nullable=False, comment="办理机构"),
        sa.Column("investigator_id", sa.Integer(), nullable=True),
        sa.Column("investigator", sa.String(length=64), nullable=False, comment="核查人"),
        sa.Column("finding", sa.Text(), nullable=False, comment="核查情况"),
        sa.Column("flawed", sa.Boolean(), nullable=True, comment="程序有误"),
        sa.Column("remedy", sa.String(length=20), nullable=False, comment="后续处理"),
        sa.Column("measures", sa.Text(), nullable=False, comment="纠正措施"),
        sa.Column("decided_by", sa.String(length=64), nullable=False, comment="作出结论的人"),
        sa.Column("concluded_on", sa.Date(), nullable=True, comment="作出结论日期"),
        sa.Column("answer", sa.Text(), nullable=False, comment="答复内容"),
        sa.Column("answered_on", sa.Date(), nullable=True, comment="答复日期"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="状态"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_appeal_declaration_id")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_appeal_committee_id")),
        sa.ForeignKeyConstraint(["investigator_id"], ["ab_user.id"], name=op.f("fk_appeal_investigator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    op.create_index("ix_appeal_committee", "appeal", ["committee_id", "state"])
    op.create_index(op.f("ix_appeal_declaration_id"), "appeal", ["declaration_id"])
    op.create_index(op.f("ix_appeal_state"), "appeal", ["state"])


def downgrade() -> None:
    op.drop_table("appeal")
