"""History of organisations, and the index by which pickers find them

Revision ID: a1f0c2d40005
Revises: a1f0c2d40004
"""

from __future__ import annotations

import sqlalchemy as sa  # noqa: F401
from alembic import op  # noqa: F401

revision = "a1f0c2d40005"
down_revision = "a1f0c2d40004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
