"""Since when a case is with who has it; the term of a correction begins when it has come down to the applicant

Revision ID: 7d41c09b52ae
Revises: a1f0c2d4000f
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import set_aside

revision = "7d41c09b52ae"
down_revision = "a1f0c2d4000f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("declaration") as table:
        table.add_column(sa.Column("held_since", sa.DateTime(), nullable=True, comment="到达现办理人时间"))
    with op.batch_alter_table("correction") as table:
        table.alter_column("due_on", existing_type=sa.Date(), nullable=True, existing_comment="补正期限")
    # who has it has had it since it reached that level, a returned one since it was sent back
    op.execute(
        "UPDATE declaration SET held_since = coalesce("
        "(SELECT max(c.issued_at) FROM correction c WHERE c.declaration_id = declaration.id AND c.answered_at IS NULL"
        " AND declaration.state = 'returned'),"
        "(SELECT s.reached_at FROM route_step s WHERE s.declaration_id = declaration.id"
        " AND s.position = declaration.position), reached_committee_at) WHERE state <> 'draft'"
    )


def downgrade() -> None:
    set_aside.keep(op.get_bind(), "correction", "due_on")
    op.execute(
        "UPDATE correction SET due_on = coalesce((SELECT d.due_on FROM declaration d"
        " WHERE d.id = correction.declaration_id), date(issued_at)) WHERE due_on IS NULL"
    )
    with op.batch_alter_table("correction") as table:
        table.alter_column("due_on", existing_type=sa.Date(), nullable=False, existing_comment="补正期限")
    with op.batch_alter_table("declaration") as table:
        table.drop_column("held_since")
