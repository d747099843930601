"""Profiles say when a declaration was first handed in and when it ended, so that a year is held against the same day

What the trail tells of days in the past is carried into the new columns.

Revision ID: 71b3e0d95c4a
Revises: 2f6ab91c40d8
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "71b3e0d95c4a"
down_revision = "2f6ab91c40d8"
branch_labels = None
depends_on = None

TRAIL = sa.table("trail_entry", *(sa.column(name) for name in ("subject_kind", "subject_id", "verb", "at")))
CASE = sa.table(
    "declaration", *(sa.column(name) for name in ("id", "state", "submitted_at", "filed_on", "voted_on"))
)
PROFILE = sa.table("declaration_profile", *(sa.column(n) for n in ("declaration_id", "first_sent_on", "ended_on")))
OBTAINED = ("filed", "issued", "reported", "revoked")
ENDED = (*OBTAINED, "failed", "terminated", "withdrawn")


def upgrade() -> None:
    with op.batch_alter_table("declaration_profile") as changed:
        changed.add_column(sa.Column("first_sent_on", sa.Date(), nullable=True, comment="首次提交"))
        changed.add_column(sa.Column("ended_on", sa.Date(), nullable=True, comment="办结"))
    mine = (TRAIL.c.subject_kind == "declaration", TRAIL.c.subject_id == PROFILE.c.declaration_id)
    first = sa.select(sa.func.date(sa.func.min(TRAIL.c.at))).where(*mine, TRAIL.c.verb == "submit").scalar_subquery()
    last = sa.select(sa.func.date(sa.func.max(TRAIL.c.at))).where(*mine).scalar_subquery()
    case = CASE.c.id == PROFILE.c.declaration_id
    sent = sa.select(sa.func.date(CASE.c.submitted_at)).where(case).scalar_subquery()
    paper = sa.case((CASE.c.state.in_(OBTAINED), CASE.c.filed_on), (CASE.c.state == "failed", CASE.c.voted_on))
    day = sa.func.coalesce(paper, last, CASE.c.filed_on, CASE.c.voted_on, sa.func.date(CASE.c.submitted_at))
    over = sa.select(day).where(case, CASE.c.state.in_(ENDED)).scalar_subquery()
    op.execute(PROFILE.update().values(first_sent_on=sa.func.coalesce(first, sent), ended_on=over))


def downgrade() -> None:
    with op.batch_alter_table("declaration_profile") as changed:
        changed.drop_column("ended_on")
        changed.drop_column("first_sent_on")
