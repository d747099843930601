"""Drafts and revisions of audit paths

Revision ID: a1f0c2d40006
Revises: a1f0c2d40005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a1f0c2d40006"
down_revision = "a1f0c2d40005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("declaration") as batch:
        batch.add_column(sa.Column("path_version", sa.Integer(), nullable=True, comment="审核路径版本"))
    op.create_table(
        "path_draft",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("name", sa.String(80), nullable=False, comment="草稿名称"),
        sa.Column("kind", sa.String(20), nullable=False, comment="审核路径"),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(500), nullable=False, comment="调整依据"),
        sa.Column("takes_effect_on", sa.Date(), nullable=True, comment="生效日"),
        sa.Column("state", sa.String(20), nullable=False, comment="状态"),
        sa.Column("reason", sa.String(500), nullable=False, comment="作废原因"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_path_draft_committee_id")),
        sa.ForeignKeyConstraint(["office_id"], ["acceptance_office.id"], name=op.f("fk_path_draft_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_draft")),
    )
    op.create_index(op.f("ix_path_draft_committee_id"), "path_draft", ["committee_id"])
    op.create_index(op.f("ix_path_draft_office_id"), "path_draft", ["office_id"])
    op.create_index("ix_path_draft_due", "path_draft", ["kind", "state", "takes_effect_on"])
    op.create_table(
        "path_change",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(20), nullable=False, comment="变更"),
        sa.Column("node_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(20), nullable=True, comment="职称等级"),
        sa.Column("parent_node_id", sa.Integer(), nullable=True),
        sa.Column("parent_change_id", sa.Integer(), nullable=True),
        sa.Column("fast_return", sa.Boolean(), nullable=False, comment="退回直达申报人"),
        sa.Column("inner_deadline", sa.Date(), nullable=True, comment="本级审核截止"),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True, comment="单位确认时间"),
        sa.Column("reason", sa.Text(), nullable=False, comment="注销原因"),
        sa.Column("made_node_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["path_draft.id"], name=op.f("fk_path_change_draft_id")),
        sa.ForeignKeyConstraint(["node_id"], ["path_node.id"], name=op.f("fk_path_change_node_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_path_change_organisation_id")),
        sa.ForeignKeyConstraint(["parent_node_id"], ["path_node.id"], name=op.f("fk_path_change_parent_node_id")),
        sa.ForeignKeyConstraint(["parent_change_id"], ["path_change.id"], name=op.f("fk_path_change_parent_change_id")),
        sa.ForeignKeyConstraint(["made_node_id"], ["path_node.id"], name=op.f("fk_path_change_made_node_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_change")),
    )
    for name in ("draft_id", "node_id", "organisation_id"):
        op.create_index(op.f(f"ix_path_change_{name}"), "path_change", [name])
    op.create_table(
        "path_version",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("kind", sa.String(20), nullable=False, comment="审核路径"),
        sa.Column("number", sa.Integer(), nullable=False, comment="路径版本"),
        sa.Column("began_at", sa.DateTime(), nullable=False, comment="起用时间"),
        sa.Column("what", sa.String(200), nullable=False, comment="变更"),
        sa.Column("node_id", sa.Integer(), nullable=True),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["node_id"], ["path_node.id"], name=op.f("fk_path_version_node_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["path_draft.id"], name=op.f("fk_path_version_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_version")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_path_version_kind_number")),
    )


def downgrade() -> None:
    op.drop_table("path_version")
    op.drop_table("path_change")
    op.drop_table("path_draft")
    with op.batch_alter_table("declaration") as batch:
        batch.drop_column("path_version")
