"""A relation for which an expert stands aside can end; it stays as history

Revision ID: 2f6b8d0ce413
Revises: 7a1d3c90e5f2
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2f6b8d0ce413"
down_revision = "7a1d3c90e5f2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("relation") as changed:
        changed.add_column(sa.Column("ended_at", sa.DateTime(), nullable=True, comment="结束时间"))
        changed.add_column(sa.Column("ended_reason", sa.String(length=300), nullable=True, comment="结束原因"))


def downgrade() -> None:
    with op.batch_alter_table("relation") as changed:
        changed.drop_column("ended_reason")
        changed.drop_column("ended_at")
