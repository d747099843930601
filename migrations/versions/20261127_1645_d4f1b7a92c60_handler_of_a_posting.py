"""The 经办人 of a posting by his account: two of one name in one office are two persons

Revision ID: d4f1b7a92c60
Revises: c3a90f5e7d14
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d4f1b7a92c60"
down_revision = "c3a90f5e7d14"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("publicity") as changed:
        changed.add_column(sa.Column("handler_id", sa.Integer(), nullable=True, comment="经办人账号"))


def downgrade() -> None:
    with op.batch_alter_table("publicity") as changed:
        changed.drop_column("handler_id")
