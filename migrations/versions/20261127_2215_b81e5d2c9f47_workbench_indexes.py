"""工作台: what waits for somebody is found by an index, however much is settled or lies elsewhere

Revision ID: b81e5d2c9f47
Revises: b6d20e83f4a7
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b81e5d2c9f47"
down_revision = "b6d20e83f4a7"
branch_labels = None
depends_on = None

ADDRESSES = ("person_id", "organisation_id", "committee_id", "account_id", "role")
#: name, table, columns, and of which rows alone (SQLite, PostgreSQL)
MADE = (
    ("ix_journal_entry_verb_at", "journal_entry", ["verb", "at"], ()),
    ("ix_declaration_due", "declaration", ["due_on", "position", "state"], ("due_on IS NOT NULL",) * 2),
    ("ix_ab_user_never_used", "ab_user", ["id"], ("last_login IS NULL",) * 2),
    ("ix_ab_user_locked_until", "ab_user", ["locked_until"], ("locked_until IS NOT NULL",) * 2),
    ("ix_ab_user_nowhere", "ab_user", ["id"], ("organisation_id IS NULL AND person_id IS NULL",) * 2),
    ("ix_ab_user_role_role_id", "ab_user_role", ["role_id"], ()),
    ("ix_organisation_closed", "organisation", ["id"], ("active IS 0", "active IS FALSE")),
    ("ix_plan_batch_id", "plan", ["batch_id"], ()),
    ("ix_review_session_state", "review_session", ["state"], ()),
    ("ix_review_session_voted_on", "review_session", ["voted_on"], ()),
    ("ix_poll_state", "poll", ["state"], ()),
)


def _addresses(*further: str) -> None:
    for of in ADDRESSES:
        op.drop_index(f"ix_notice_{of}", "notice")
        op.create_index(f"ix_notice_{of}", "notice", [of, *further])


def upgrade() -> None:
    for name, table, columns, where in MADE:
        some = {f"{kind}_where": sa.text(one) for kind, one in zip(("sqlite", "postgresql"), where, strict=False)}
        op.create_index(name, table, columns, **some)
    _addresses("read_at")
    op.drop_index("ix_path_node_state", "path_node")
    op.create_index("ix_path_node_state", "path_node", ["state", "organisation_id"])


def downgrade() -> None:
    op.drop_index("ix_path_node_state", "path_node")
    op.create_index("ix_path_node_state", "path_node", ["state"])
    _addresses()
    for name, table, _columns, _where in reversed(MADE):
        op.drop_index(name, table)
