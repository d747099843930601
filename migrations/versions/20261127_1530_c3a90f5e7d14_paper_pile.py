"""Piles of paper and what was received of them

Revision ID: c3a90f5e7d14
Revises: 8d21f6c3b0e5
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c3a90f5e7d14"
down_revision = "8d21f6c3b0e5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_pile",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("office", sa.String(length=120), nullable=False, comment="接收机构"),
        sa.Column("handler", sa.String(length=60), nullable=False, comment="上传人"),
        sa.Column("files", sa.Integer(), nullable=False, comment="文件数"),
        sa.Column("pages", sa.Integer(), nullable=False, comment="页数"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="状态"),
        sa.Column("sentence", sa.String(length=500), nullable=False, comment="说明"),
        sa.Column("found", sa.LargeBinary(), nullable=False, comment="逐页结果"),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False, comment="上传时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.CheckConstraint("files >= 1 AND files <= 100", name=op.f("ck_paper_pile_files_bounds")),
        sa.CheckConstraint("pages >= 1 AND pages <= 9999", name=op.f("ck_paper_pile_pages_bounds")),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_paper_pile_account_id")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_paper_pile_committee_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_paper_pile_job_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_paper_pile_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_pile")),
    )
    op.create_index(op.f("ix_paper_pile_committee_id"), "paper_pile", ["committee_id"], unique=False)
    op.create_index(op.f("ix_paper_pile_organisation_id"), "paper_pile", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_paper_pile_state"), "paper_pile", ["state"], unique=False)

    op.create_table(
        "paper_receipt",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("pile_id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False, comment="接收时间"),
        sa.Column("received_by_id", sa.Integer(), nullable=False),
        sa.Column("received_by", sa.String(length=60), nullable=False, comment="接收人"),
        sa.Column("office", sa.String(length=120), nullable=False, comment="接收机构"),
        sa.Column("pages", sa.Integer(), nullable=False, comment="实收页数"),
        sa.Column("due", sa.Integer(), nullable=False, comment="应收页数"),
        sa.Column("whole", sa.Boolean(), nullable=False, comment="齐全"),
        sa.Column("wanting", sa.String(length=500), nullable=False, comment="需补齐"),
        sa.Column("held", sa.String(length=400), nullable=False, comment="已收各页"),
        sa.CheckConstraint("due >= 1 AND due <= 9999", name=op.f("ck_paper_receipt_due_bounds")),
        sa.CheckConstraint("pages >= 0 AND pages <= 9999", name=op.f("ck_paper_receipt_pages_bounds")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_paper_receipt_declaration_id")
        ),
        sa.ForeignKeyConstraint(["pile_id"], ["paper_pile.id"], name=op.f("fk_paper_receipt_pile_id")),
        sa.ForeignKeyConstraint(["received_by_id"], ["ab_user.id"], name=op.f("fk_paper_receipt_received_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_receipt")),
        sa.UniqueConstraint("pile_id", "declaration_id", name=op.f("uq_paper_receipt_pile_id_declaration_id")),
    )
    op.create_index(op.f("ix_paper_receipt_declaration_id"), "paper_receipt", ["declaration_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_paper_receipt_declaration_id"), "paper_receipt")

    op.drop_table("paper_receipt")
    op.drop_index(op.f("ix_paper_pile_state"), "paper_pile")
    op.drop_index(op.f("ix_paper_pile_organisation_id"), "paper_pile")
    op.drop_index(op.f("ix_paper_pile_committee_id"), "paper_pile")

    op.drop_table("paper_pile")
