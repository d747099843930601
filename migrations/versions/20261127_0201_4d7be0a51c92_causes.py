"""Why a declaration was returned or refused, by code; the days of a plan and of a session; a certificate fetched

What the trail tells of days in the past is carried into the new columns.

Revision ID: 4d7be0a51c92
Revises: 2c7ae94d10f3
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4d7be0a51c92"
down_revision = "2c7ae94d10f3"
branch_labels = None
depends_on = None

CAUSES = (("correction", "退回原因"), ("opinion", "不合格原因"))
#: Table → its new days, each with its label and the verbs of the trail that tell it.
DAYS = {
    "plan": (("filed_on", "呈报日期", ("file",)), ("approved_on", "方案备案日期", ("approve",))),
    "review_session": (
        ("review_on", "材料复审日期", ("start_review",)),
        ("scoring_on", "材料打分日期", ("start_scoring",)),
        ("interview_on", "面试答辩日期", ("start_interview",)),
        ("discussion_on", "小组评议日期", ("start_discussion", "skip_interview")),
    ),
}
TRAIL = sa.table("trail_entry", *(sa.column(name) for name in ("subject_kind", "subject_id", "verb", "at")))


def upgrade() -> None:
    for table, label in CAUSES:
        with op.batch_alter_table(table) as changed:
            changed.add_column(
                sa.Column("cause", sa.String(length=20), nullable=False, server_default="", comment=label)
            )
        with op.batch_alter_table(table) as changed:
            changed.alter_column("cause", server_default=None)
    with op.batch_alter_table("certificate") as changed:
        changed.add_column(sa.Column("downloaded_at", sa.DateTime(), nullable=True, comment="本人首次下载时间"))
    for table, days in DAYS.items():
        with op.batch_alter_table(table) as changed:
            for name, label, _verbs in days:
                changed.add_column(sa.Column(name, sa.Date(), nullable=True, comment=label))
        for name, _label, verbs in days:
            _carry(table, name, verbs)


def _carry(name: str, day: str, verbs: tuple[str, ...]) -> None:
    """The day on which the trail last tells of one of the verbs."""
    table = sa.table(name, sa.column("id"), sa.column(day))
    told = sa.select(sa.func.date(sa.func.max(TRAIL.c.at))).where(
        TRAIL.c.subject_kind == name, TRAIL.c.subject_id == table.c.id, TRAIL.c.verb.in_(verbs)
    )
    op.execute(table.update().values({day: told.scalar_subquery()}))


def downgrade() -> None:
    for table, days in DAYS.items():
        with op.batch_alter_table(table) as changed:
            for name, _label, _verbs in days:
                changed.drop_column(name)
    with op.batch_alter_table("certificate") as changed:
        changed.drop_column("downloaded_at")
    for table, _label in CAUSES:
        with op.batch_alter_table(table) as changed:
            changed.drop_column("cause")
