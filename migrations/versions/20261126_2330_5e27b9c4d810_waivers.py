"""Points that are missing in a session, person by person, with a reason

Revision ID: 5e27b9c4d810
Revises: 7c1d0e93ab42
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5e27b9c4d810"
down_revision = "7c1d0e93ab42"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False, comment="环节"),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False, comment="原因"),
        sa.Column("note", sa.String(length=300), nullable=False, comment="说明"),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False, comment="登记时间"),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_waiver_declaration_id")),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_waiver_expert_id")),
        sa.ForeignKeyConstraint(["given_by"], ["ab_user.id"], name=op.f("fk_waiver_given_by")),
        sa.ForeignKeyConstraint(["session_id"], ["review_session.id"], name=op.f("fk_waiver_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
        sa.UniqueConstraint(
            "session_id", "phase", "expert_id", "declaration_id",
            name=op.f("uq_waiver_session_id_phase_expert_id_declaration_id"),
        ),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("waiver")
