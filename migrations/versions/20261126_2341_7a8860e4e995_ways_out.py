"""A filed plan, a session and a vote can be given up; who asked for it and why

Revision ID: 7a8860e4e995
Revises: 5e27b9c4d810
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import set_aside

revision = "7a8860e4e995"
down_revision = "5e27b9c4d810"
branch_labels = None
depends_on = None

#: States that the older release does not know, and what comes nearest there.
NEW = {"plan": ("cancelled", "rejected"), "review_session": ("cancelled", "archived"), "poll": ("void", "destroyed")}


def upgrade() -> None:
    with op.batch_alter_table("review_session") as session:
        session.add_column(sa.Column("call_off_reason", sa.Text(), nullable=False, server_default="", comment="中止原因"))
        session.add_column(sa.Column("call_off_asked_by", sa.Integer(), nullable=True, comment="提请中止账号"))
    with op.batch_alter_table("review_session") as session:
        session.alter_column("call_off_reason", server_default=None)
    with op.batch_alter_table("poll") as poll:
        poll.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="1", comment="投票次数"))
        poll.add_column(sa.Column("void_reason", sa.Text(), nullable=False, server_default="", comment="作废原因"))
        poll.add_column(sa.Column("void_asked_by", sa.Integer(), nullable=True, comment="提请作废账号"))
    with op.batch_alter_table("poll") as poll:
        for name in ("round", "void_reason"):
            poll.alter_column(name, server_default=None)


def downgrade() -> None:
    for name, (new, old) in NEW.items():
        set_aside.keep(op.get_bind(), name, "state")
        table = sa.table(name, sa.column("state", sa.String))
        op.execute(table.update().where(table.c.state == new).values(state=old))
    with op.batch_alter_table("poll") as poll:
        for name in ("void_asked_by", "void_reason", "round"):
            poll.drop_column(name)
    with op.batch_alter_table("review_session") as session:
        for name in ("call_off_asked_by", "call_off_reason"):
            session.drop_column(name)
