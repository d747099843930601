"""Reminders of what lies at a desk (催办), messages to one account, and the map with its 审图号

Revision ID: 2f6ab91c40d8
Revises: 8c41d7f2a9e6
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2f6ab91c40d8"
down_revision = "8c41d7f2a9e6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notice") as changed:
        changed.add_column(sa.Column("account_id", sa.Integer(), nullable=True))
        changed.create_foreign_key(changed.f("fk_notice_account_id"), "ab_user", ["account_id"], ["id"])
        changed.create_index(changed.f("ix_notice_account_id"), ["account_id"])
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False, comment="催办日期"),
        sa.Column("sent_at", sa.DateTime(), nullable=False, comment="催办时间"),
        sa.Column("lying", sa.Integer(), nullable=False, comment="当时在办"),
        sa.Column("late", sa.Integer(), nullable=False, comment="其中超期"),
        sa.CheckConstraint("(organisation_id IS NULL) <> (committee_id IS NULL)", name=op.f("ck_reminder_one_desk")),
        sa.CheckConstraint("late >= 0 AND late <= 10000000", name=op.f("ck_reminder_late_bounds")),
        sa.CheckConstraint("lying >= 0 AND lying <= 10000000", name=op.f("ck_reminder_lying_bounds")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_reminder_organisation_id")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_reminder_committee_id")),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_reminder_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("organisation_id", "sent_on", name=op.f("uq_reminder_organisation_id_sent_on")),
        sa.UniqueConstraint("committee_id", "sent_on", name=op.f("uq_reminder_committee_id_sent_on")),
    )
    op.create_table(
        "approved_map",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("number", sa.String(length=40), nullable=False, comment="审图号"),
        sa.Column("source", sa.String(length=120), nullable=False, comment="地图来源"),
        sa.Column("file_name", sa.String(length=120), nullable=False, comment="文件名"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="文件 SHA-256"),
        sa.Column("shapes", sa.JSON(), nullable=False, comment="各市州边界"),
        sa.Column("kept_at", sa.DateTime(), nullable=False, comment="上传时间"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True, comment="停用时间"),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_approved_map_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approved_map")),
    )


def downgrade() -> None:
    op.drop_table("approved_map")
    op.drop_table("reminder")
    with op.batch_alter_table("notice") as changed:
        changed.drop_index(changed.f("ix_notice_account_id"))
        changed.drop_constraint(changed.f("fk_notice_account_id"), type_="foreignkey")
        changed.drop_column("account_id")
