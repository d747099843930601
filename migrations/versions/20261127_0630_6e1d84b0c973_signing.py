"""送签: an opinion waits for the 负责人, who confirms it by his own account; the 负责人 of a posting as an account

Opinions and postings of before keep the name that was typed.

Revision ID: 6e1d84b0c973
Revises: 2f6b8d0ce413
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "6e1d84b0c973"
down_revision = "2f6b8d0ce413"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False, comment="事项"),
        sa.Column("position", sa.Integer(), nullable=False, comment="审核层级"),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False, comment="意见"),
        sa.Column("answers", sa.JSON(), nullable=False, comment="经办人填写的内容"),
        sa.Column("handler_id", sa.Integer(), nullable=False),
        sa.Column("handler_name", sa.String(length=64), nullable=False, comment="经办人"),
        sa.Column("head_id", sa.Integer(), nullable=False),
        sa.Column("head_name", sa.String(length=64), nullable=False, comment="负责人"),
        sa.Column("content_hash", sa.String(length=64), nullable=False, comment="所审内容摘要"),
        sa.Column("sent_at", sa.DateTime(), nullable=False, comment="送签时间"),
        sa.Column("decided_at", sa.DateTime(), nullable=True, comment="签署或退回时间"),
        sa.Column("reason", sa.String(length=300), nullable=False, comment="退回、撤回原因"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="状态"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_signing_declaration_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_signing_organisation_id")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_signing_committee_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["ab_user.id"], name=op.f("fk_signing_handler_id")),
        sa.ForeignKeyConstraint(["head_id"], ["ab_user.id"], name=op.f("fk_signing_head_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing")),
    )
    op.create_index(op.f("ix_signing_declaration_id"), "signing", ["declaration_id"])
    op.create_index("ix_signing_head", "signing", ["head_id", "state"])
    op.create_index("ix_signing_organisation", "signing", ["organisation_id", "id"])
    op.create_index("ix_signing_committee", "signing", ["committee_id", "id"])
    waits = sa.text("state = 'waiting'")
    op.create_index(
        "ix_signing_once", "signing", ["declaration_id"], unique=True, sqlite_where=waits, postgresql_where=waits
    )
    with op.batch_alter_table("declaration") as changed:
        changed.add_column(sa.Column("signing_id", sa.Integer(), nullable=True, comment="待负责人签署"))
    with op.batch_alter_table("publicity") as changed:
        changed.add_column(sa.Column("head_id", sa.Integer(), nullable=True, comment="负责人账号"))


def downgrade() -> None:
    with op.batch_alter_table("publicity") as changed:
        changed.drop_column("head_id")
    with op.batch_alter_table("declaration") as changed:
        changed.drop_column("signing_id")
    for name in ("once", "committee", "organisation", "head"):
        op.drop_index(f"ix_signing_{name}", table_name="signing")
    op.drop_index(op.f("ix_signing_declaration_id"), table_name="signing")
    op.drop_table("signing")
