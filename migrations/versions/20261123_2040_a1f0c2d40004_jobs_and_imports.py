"""Jobs that can be left, and imports with their rows

Revision ID: a1f0c2d40004
Revises: a1f0c2d40003
"""

from __future__ import annotations

import sqlalchemy as sa  # noqa: F401
from alembic import op  # noqa: F401

revision = "a1f0c2d40004"
down_revision = "a1f0c2d40003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
