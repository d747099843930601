"""Committees and batches: what the configuration office keeps

Revision ID: a1f0c2d40008
Revises: a1f0c2d40007
"""

from __future__ import annotations

import sqlalchemy as sa  # noqa: F401
from alembic import op  # noqa: F401

revision = "a1f0c2d40008"
down_revision = "a1f0c2d40007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
