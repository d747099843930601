"""The desks of a case: paper received, previews, carried over

Revision ID: a1f0c2d40009
Revises: a1f0c2d40008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a1f0c2d40009"
down_revision = "a1f0c2d40008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comparison",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="审核层级"),
        sa.Column("organisation_name", sa.String(length=120), nullable=False, comment="比对机构"),
        sa.Column("result", sa.String(length=20), nullable=False, comment="比对结果"),
        sa.Column("note", sa.String(length=300), nullable=False, comment="比对说明"),
        sa.Column("compared_on", sa.Date(), nullable=False, comment="比对日期"),
        sa.Column("compared_by", sa.String(length=60), nullable=False, comment="比对人"),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_comparison_declaration_id")),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_comparison_material_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison")),
        sa.UniqueConstraint("material_id", "position", name=op.f("uq_comparison_material_id_position")),
    )
    op.create_index(op.f("ix_comparison_declaration_id"), "comparison", ["declaration_id"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("batch", sa.String(length=40), nullable=False, comment="上报批次"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="上报包摘要"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="投递次数"),
        sa.Column("last_at", sa.DateTime(), nullable=True, comment="最近投递时间"),
        sa.Column("next_at", sa.DateTime(), nullable=True, comment="下次投递时间"),
        sa.Column("delivered_at", sa.DateTime(), nullable=True, comment="送达时间"),
        sa.Column("receipt", sa.String(length=120), nullable=False, comment="回执编号"),
        sa.Column("error", sa.String(length=300), nullable=False, comment="投递失败原因"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("batch", name=op.f("uq_delivery_batch")),
    )
    with op.batch_alter_table("material") as batch:
        batch.drop_column("consistency_note")
        batch.drop_column("consistency")
    with op.batch_alter_table("declaration_content") as batch:
        batch.add_column(sa.Column("carried_from", sa.String(length=24), nullable=False, server_default="", comment="带入自申报编号"))
        batch.add_column(sa.Column("carried", sa.JSON(), nullable=False, server_default="[]", comment="带入后尚未核对的部分"))
        batch.add_column(sa.Column("degree_checks", sa.JSON(), nullable=False, server_default="{}", comment="学历学位核验"))


def downgrade() -> None:
    with op.batch_alter_table("declaration_content") as batch:
        batch.drop_column("degree_checks")
        batch.drop_column("carried")
        batch.drop_column("carried_from")
    with op.batch_alter_table("material") as batch:
        batch.add_column(sa.Column("consistency", sa.String(length=20), nullable=False, server_default="", comment="线上线下一致性"))
        batch.add_column(sa.Column("consistency_note", sa.String(length=300), nullable=False, server_default="", comment="比对说明"))
    op.drop_table("delivery")
    op.drop_index(op.f("ix_comparison_declaration_id"), table_name="comparison")
    op.drop_table("comparison")
