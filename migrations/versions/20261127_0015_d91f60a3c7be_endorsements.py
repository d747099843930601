"""破格推荐: who is asked to recommend an exceptional declaration, and what he answered

Revision ID: d91f60a3c7be
Revises: 5e7c91d2a4b6
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d91f60a3c7be"
down_revision = "5e7c91d2a4b6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "endorsement",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("certificate_number", sa.String(length=18), nullable=False, comment="推荐人证书编号"),
        sa.Column("asked_at", sa.DateTime(), nullable=False, comment="邀请时间"),
        sa.Column("answered_at", sa.DateTime(), nullable=True, comment="答复时间"),
        sa.Column("words", sa.String(length=1000), nullable=False, comment="推荐意见"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="状态"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_endorsement_declaration_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_endorsement_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsement")),
    )
    op.create_index(op.f("ix_endorsement_declaration_id"), "endorsement", ["declaration_id"])
    op.create_index(op.f("ix_endorsement_person_id"), "endorsement", ["person_id"])
    held = sa.text("state IN ('asked', 'given')")
    op.create_index(
        "ix_endorsement_once", "endorsement", ["declaration_id", "person_id"], unique=True,
        sqlite_where=held, postgresql_where=held,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_endorsement_once", table_name="endorsement")
    op.drop_index(op.f("ix_endorsement_person_id"), table_name="endorsement")
    op.drop_index(op.f("ix_endorsement_declaration_id"), table_name="endorsement")
    op.drop_table("endorsement")
