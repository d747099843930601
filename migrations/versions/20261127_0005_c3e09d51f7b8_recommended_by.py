"""Whose recommendation an expert is

Revision ID: c3e09d51f7b8
Revises: b84e02f7c1d5
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c3e09d51f7b8"
down_revision = "b84e02f7c1d5"
branch_labels = None
depends_on = None

#: The journal knows who recommended whom; what it no longer knows stays unknown.
CARRIED = """
UPDATE expert SET committee_id = (
    SELECT ab_user.committee_id FROM journal_entry JOIN ab_user ON ab_user.id = journal_entry.actor_id
    WHERE journal_entry.verb = 'create_expert' AND journal_entry.subject = 'expert:' || expert.id
    ORDER BY journal_entry.id LIMIT 1)
"""


def upgrade() -> None:
    with op.batch_alter_table("expert") as batch:
        batch.add_column(sa.Column("committee_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_expert_committee_id"), "committee", ["committee_id"], ["id"])
        batch.create_index(op.f("ix_expert_committee_id"), ["committee_id"])
    op.execute(CARRIED)


def downgrade() -> None:
    with op.batch_alter_table("expert") as batch:
        batch.drop_index(op.f("ix_expert_committee_id"))
        batch.drop_constraint(op.f("fk_expert_committee_id"), type_="foreignkey")
        batch.drop_column("committee_id")
