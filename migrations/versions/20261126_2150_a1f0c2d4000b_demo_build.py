"""That a demo year was begun, and that it is whole

Revision ID: a1f0c2d4000b
Revises: a1f0c2d40010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a1f0c2d4000b"
down_revision = "a1f0c2d40010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demo_build",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("begun_at", sa.DateTime(), nullable=False, comment="开始时间"),
        sa.Column("done_at", sa.DateTime(), nullable=True, comment="完成时间"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_build")),
    )
    # a year that an interrupted start left half built: accounts of the demonstration without its clock
    op.execute(
        "INSERT INTO demo_build (id, begun_at) SELECT 1, CURRENT_TIMESTAMP WHERE NOT EXISTS (SELECT 1 FROM demo_clock)"
        " AND EXISTS (SELECT 1 FROM ab_user WHERE email LIKE '%@demo.invalid')"
    )


def downgrade() -> None:
    op.drop_table("demo_build")
