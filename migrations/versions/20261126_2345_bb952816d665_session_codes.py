"""A member of a session has the code of that session

Revision ID: bb952816d665
Revises: 5f24153fd8a8
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "bb952816d665"
down_revision = "5f24153fd8a8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("member") as member:
        member.add_column(sa.Column("code", sa.String(length=12), nullable=True, comment="评委代码"))
    # sessions of before were drawn by the codes of the pool, and their papers say so
    op.execute("UPDATE member SET code = (SELECT code FROM expert WHERE expert.id = member.expert_id)")
    with op.batch_alter_table("member") as member:
        member.alter_column("code", existing_type=sa.String(length=12), nullable=False)
        member.create_unique_constraint(op.f("uq_member_session_id_code"), ["session_id", "code"])


def downgrade() -> None:
    with op.batch_alter_table("member") as member:
        member.drop_constraint(op.f("uq_member_session_id_code"), type_="unique")
        member.drop_column("code")
