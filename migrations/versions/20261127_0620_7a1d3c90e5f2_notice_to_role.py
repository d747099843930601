"""A message to all who hold a role: the 审计管理员 is told what the night's verification found

Revision ID: 7a1d3c90e5f2
Revises: 71b3e0d95c4a
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7a1d3c90e5f2"
down_revision = "71b3e0d95c4a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notice") as changed:
        changed.add_column(sa.Column("role", sa.String(length=20), nullable=True, comment="接收角色"))
        changed.create_index(op.f("ix_notice_role"), ["role"])


def downgrade() -> None:
    with op.batch_alter_table("notice") as changed:
        changed.drop_index(op.f("ix_notice_role"))
        changed.drop_column("role")
