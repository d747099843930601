"""The queue of writers and the turns of long work: two tables that are locked and never filled

Revision ID: a1f0c2d4000c
Revises: a1f0c2d40011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a1f0c2d4000c"
down_revision = "a1f0c2d40011"
branch_labels = None
depends_on = None

TABLES = ("write_queue", "long_queue")


def upgrade() -> None:
    for name in TABLES:
        op.create_table(
            name,
            sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        )


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
