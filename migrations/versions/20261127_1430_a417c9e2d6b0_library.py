"""成果库: what a person has to show, and where it was chosen into a declaration

Revision ID: a417c9e2d6b0
Revises: c83d5f1a9e27
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a417c9e2d6b0"
down_revision = "c83d5f1a9e27"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "library_entry",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False, comment="类别"),
        sa.Column("name", sa.String(length=120), nullable=False, comment="名称"),
        sa.Column("words", sa.String(length=600), nullable=False, comment="查找用语"),
        sa.Column("content", sa.JSON(), nullable=False, comment="内容"),
        sa.Column("print", sa.String(length=64), nullable=False, comment="内容特征"),
        sa.Column("origin", sa.String(length=24), nullable=False, comment="来自申报编号"),
        sa.Column("changed_at", sa.DateTime(), nullable=False, comment="更新时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_library_entry_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_entry")),
        sa.UniqueConstraint(
            "person_id", "section", "print", name=op.f("uq_library_entry_person_id_section_print")
        ),
    )
    op.create_index("ix_library_entry_shelf", "library_entry", ["person_id", "section", "changed_at"])
    op.create_table(
        "library_file",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="材料类别"),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["library_entry.id"], name=op.f("fk_library_file_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_library_file_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_file")),
    )
    op.create_index(op.f("ix_library_file_entry_id"), "library_file", ["entry_id"])
    op.create_table(
        "library_use",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False, comment="申报内容"),
        sa.Column("place", sa.Integer(), nullable=False, comment="第几条（从 0 起）"),
        sa.CheckConstraint("place >= 0 AND place <= 199", name=op.f("ck_library_use_place_bounds")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["library_entry.id"], name=op.f("fk_library_use_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_library_use_declaration_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_use")),
        sa.UniqueConstraint(
            "declaration_id", "section", "place", name=op.f("uq_library_use_declaration_id_section_place")
        ),
    )
    op.create_index(op.f("ix_library_use_entry_id"), "library_use", ["entry_id"])


def downgrade() -> None:
    op.drop_table("library_use")
    op.drop_table("library_file")
    op.drop_table("library_entry")
