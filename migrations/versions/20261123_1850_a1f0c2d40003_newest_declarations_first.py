"""Lists show the newest declarations first: an index answers instead of a sort of the whole table

Revision ID: a1f0c2d40003
Revises: a1f0c2d40002
"""

from __future__ import annotations

from alembic import op

revision = "a1f0c2d40003"
down_revision = "a1f0c2d40002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_declaration_newest", "declaration", ["submitted_at", "id"])
    op.create_index("ix_declaration_state_newest", "declaration", ["state", "submitted_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_declaration_state_newest", table_name="declaration")
    op.drop_index("ix_declaration_newest", table_name="declaration")
