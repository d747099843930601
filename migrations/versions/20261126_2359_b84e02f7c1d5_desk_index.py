"""The index of the desks is led by the desk itself on SQLite too

A condition `lies > 0` beside `lies = 1` was taken as a range: everything that lies anywhere was sorted.

Revision ID: b84e02f7c1d5
Revises: bb952816d665
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b84e02f7c1d5"
down_revision = "bb952816d665"
branch_labels = None
depends_on = None

NAME = "ix_reading_lies"
COLUMNS = ["reader", "lies", "sent", "declaration_id", "year", "state", "series_id", "level"]


def _make(where: str) -> None:
    with op.get_context().autocommit_block():
        op.drop_index(NAME, table_name="reading", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            NAME, "reading", COLUMNS, sqlite_where=sa.text(where), postgresql_where=sa.text(where),
            postgresql_concurrently=True,
        )  # fmt: skip


def upgrade() -> None:
    _make("lies <> 0")


def downgrade() -> None:
    _make("lies > 0")
