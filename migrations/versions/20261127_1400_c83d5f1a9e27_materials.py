"""Uploads on their way, and which rows of the form a file proves

Revision ID: c83d5f1a9e27
Revises: 44ea3c16c69d
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c83d5f1a9e27"
down_revision = "44ea3c16c69d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="材料类别"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="文件名"),
        sa.Column("print", sa.String(length=64), nullable=False, comment="文件特征"),
        sa.Column("size", sa.Integer(), nullable=False, comment="大小（字节）"),
        sa.Column("received", sa.Integer(), nullable=False, comment="已收（字节）"),
        sa.Column("paged", sa.Boolean(), nullable=False, comment="待合并的照片"),
        sa.Column("rows", sa.String(length=1000), nullable=False, comment="证明的条目"),
        sa.Column("position", sa.Integer(), nullable=False, comment="顺序"),
        sa.Column("turn", sa.Integer(), nullable=False, comment="旋转"),
        sa.Column("whole_at", sa.DateTime(), nullable=True, comment="收齐时间"),
        sa.Column("expires_at", sa.DateTime(), nullable=False, comment="保留至"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.CheckConstraint("size >= 1 AND size <= 67108864", name=op.f("ck_upload_size_bounds")),
        sa.CheckConstraint("received >= 0 AND received <= 67108864", name=op.f("ck_upload_received_bounds")),
        sa.CheckConstraint("position >= 0 AND position <= 100000", name=op.f("ck_upload_position_bounds")),
        sa.CheckConstraint("turn >= 0 AND turn <= 270", name=op.f("ck_upload_turn_bounds")),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_upload_account_id")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_upload_declaration_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    for name in ("account_id", "declaration_id", "expires_at"):
        op.create_index(op.f(f"ix_upload_{name}"), "upload", [name])
    op.create_table(
        "upload_piece",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False, comment="起点"),
        sa.Column("size", sa.Integer(), nullable=False, comment="大小（字节）"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="摘要"),
        sa.CheckConstraint("start >= 0 AND start <= 67108864", name=op.f("ck_upload_piece_start_bounds")),
        sa.CheckConstraint("size >= 1 AND size <= 67108864", name=op.f("ck_upload_piece_size_bounds")),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_piece_upload_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_piece")),
        sa.UniqueConstraint("upload_id", "start", name=op.f("uq_upload_piece_upload_id_start")),
    )
    op.create_table(
        "proof",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False, comment="申报内容"),
        sa.Column("place", sa.Integer(), nullable=False, comment="第几条（从 0 起）"),
        sa.CheckConstraint("place >= 0 AND place <= 199", name=op.f("ck_proof_place_bounds")),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.id"], name=op.f("fk_proof_material_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof")),
        sa.UniqueConstraint("material_id", "section", "place", name=op.f("uq_proof_material_id_section_place")),
    )


def downgrade() -> None:
    op.drop_table("proof")
    op.drop_table("upload_piece")
    op.drop_table("upload")
