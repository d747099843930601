"""An interview has a length, its experts, and a letter with an edition

Revision ID: 6f4dd5c688a0
Revises: 647af81964a8
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "6f4dd5c688a0"
down_revision = "647af81964a8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("interview_slot") as slot:
        slot.add_column(sa.Column("minutes", sa.Integer(), nullable=False, server_default="15", comment="时长（分钟）"))
        slot.add_column(sa.Column("panel", sa.JSON(), nullable=False, server_default="[]", comment="面试评委"))
        slot.add_column(sa.Column("edition", sa.Integer(), nullable=False, server_default="1", comment="通知版次"))
    with op.batch_alter_table("interview_slot") as slot:
        for name in ("minutes", "panel", "edition"):
            slot.alter_column(name, server_default=None)
        slot.create_check_constraint(op.f("ck_interview_slot_minutes_bounds"), "minutes >= 5 AND minutes <= 180")
        slot.create_check_constraint(op.f("ck_interview_slot_edition_bounds"), "edition >= 1 AND edition <= 99")


def downgrade() -> None:
    with op.batch_alter_table("interview_slot") as slot:
        for name in ("minutes", "edition"):
            slot.drop_constraint(op.f(f"ck_interview_slot_{name}_bounds"), type_="check")
    with op.batch_alter_table("interview_slot") as slot:
        for name in ("edition", "panel", "minutes"):
            slot.drop_column(name)
