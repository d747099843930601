"""Saved queries and chosen columns

Revision ID: a1f0c2d40007
Revises: a1f0c2d40006
"""

from __future__ import annotations

import sqlalchemy as sa  # noqa: F401
from alembic import op  # noqa: F401

revision = "a1f0c2d40007"
down_revision = "a1f0c2d40006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
