"""The desks of a case: paper received, previews, carried over

Revision ID: a1f0c2d40009
Revises: a1f0c2d40008
"""

from __future__ import annotations

import sqlalchemy as sa  # noqa: F401
from alembic import op  # noqa: F401

revision = "a1f0c2d40009"
down_revision = "a1f0c2d40008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
