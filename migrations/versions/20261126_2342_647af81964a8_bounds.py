"""Numbers that people type have bounds in the database too; an objection knows the day it was settled

Revision ID: 647af81964a8
Revises: 7a8860e4e995
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "647af81964a8"
down_revision = "7a8860e4e995"
branch_labels = None
depends_on = None

YEAR, HEADS, PLACES = (2000, 2100), (0, 999), (0, 9999)
BOUNDS = {
    "batch": {"year": YEAR, "quota_factor": (1, 3)},
    "calendar_notice": {"year": YEAR},
    "calendar_year": {"year": YEAR},
    "certificate_number": {"serial": (1, 9999), "year": YEAR},
    "committee": {"size": (1, 99)},
    "committee_fee": {"amount": (0, 100000)},
    "draw": {"attempt": (1, 99)},
    "filing": {"people": (0, 99999)},
    "interview_slot": {"sequence": (1, 9999)},
    "plan": {"year": YEAR, "members": (1, 99), "unit_cap": (1, 99), "full_ratio": (1, 100), "associate_ratio": (1, 100)},
    "plan_need": {"need": (1, 99)},
    "poll": {"members": HEADS, "attending": HEADS, "round": (1, 99)},
    "quota": {
        "year": YEAR,
        **dict.fromkeys(("posts", "held", "retiring", "requested", "approved", "reserve_limit", "reserved", "used"), PLACES),
    },
    "score": {"points": (0, 10000)},
    "score_item": {"maximum": (0, 100)},
    "series": {"number": (1, 9999)},
    "specialty": {"effective_from": (1900, 2100), "retired_from": (1900, 2100)},
    "tally": {"year": YEAR, "yes": HEADS, "no": HEADS, "abstain": HEADS, "attending": HEADS},
    "title": {"effective_from": (1900, 2100), "retired_from": (1900, 2100)},
}
#: What said less of the same.
BEFORE = {
    "committee_fee": ("amount", "amount >= 0"),
    "plan_need": ("need", "need > 0"),
    "score": ("points", "points >= 0"),
    "score_item": ("maximum", "maximum >= 0"),
}


def upgrade() -> None:
    with op.batch_alter_table("objection") as objection:
        objection.add_column(sa.Column("concluded_on", sa.Date(), nullable=True, comment="核查办结日期"))
    for name, columns in BOUNDS.items():
        table = sa.table(name, *(sa.column(column) for column in columns))
        for column, (least, most) in columns.items():  # what no form takes any more counts as the nearest that it takes
            cell = table.c[column]
            op.execute(table.update().where(cell < least).values({column: least}))
            op.execute(table.update().where(cell > most).values({column: most}))
        with op.batch_alter_table(name) as batch:
            if name in BEFORE:
                batch.drop_constraint(op.f(f"ck_{name}_{BEFORE[name][0]}"), type_="check")
            for column, (least, most) in columns.items():
                batch.create_check_constraint(op.f(f"ck_{name}_{column}_bounds"), f"{column} >= {least} AND {column} <= {most}")


def downgrade() -> None:
    for name, columns in BOUNDS.items():
        with op.batch_alter_table(name) as batch:
            for column in columns:
                batch.drop_constraint(op.f(f"ck_{name}_{column}_bounds"), type_="check")
            if name in BEFORE:
                batch.create_check_constraint(op.f(f"ck_{name}_{BEFORE[name][0]}"), BEFORE[name][1])
    with op.batch_alter_table("objection") as objection:
        objection.drop_column("concluded_on")
