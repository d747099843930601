"""Committees and batches: what the configuration office keeps

Revision ID: a1f0c2d40008
Revises: a1f0c2d40007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import set_aside

revision = "a1f0c2d40008"
down_revision = "a1f0c2d40007"
branch_labels = None
depends_on = None


#: What the one column `kind` said before: host and kind now.
SPLIT = (
    ("university", "university", "own"), ("hospital", "hospital", "own"), ("enterprise", "enterprise", "own"),
    ("school", "school", "ordinary"),
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("committee") as table:
        table.add_column(sa.Column("host", sa.String(length=20), nullable=False, server_default="general", comment="组建主体"))
    committee = sa.table("committee", sa.column("kind", sa.String), sa.column("host", sa.String))
    for before, host, kind in SPLIT:
        op.execute(committee.update().where(committee.c.kind == before).values(host=host, kind=kind))
    with op.batch_alter_table("committee") as table:
        table.alter_column("host", server_default=None, existing_type=sa.String(length=20), existing_nullable=False)
    with op.batch_alter_table("batch") as table:
        table.add_column(sa.Column("vote_reason", sa.String(length=300), nullable=False, server_default="", comment="投票日说明"))
    with op.batch_alter_table("batch") as table:
        table.alter_column("vote_reason", server_default=None, existing_type=sa.String(length=300), existing_nullable=False)
    op.create_table(
        "acceptance_scope",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("specialty_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["acceptance_office.id"], name=op.f("fk_acceptance_scope_office_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_acceptance_scope_series_id")),
        sa.ForeignKeyConstraint(["specialty_id"], ["specialty.id"], name=op.f("fk_acceptance_scope_specialty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance_scope")),
        sa.UniqueConstraint("office_id", "series_id", "specialty_id", name=op.f("uq_acceptance_scope_office_id_series_id_specialty_id")),
    )


def downgrade() -> None:
    op.drop_table("acceptance_scope")
    with op.batch_alter_table("batch") as table:
        table.drop_column("vote_reason")
    set_aside.keep(op.get_bind(), "committee", "kind")  # the older kind knows neither 委托 nor 联合
    committee = sa.table("committee", sa.column("kind", sa.String), sa.column("host", sa.String))
    for before, host, kind in SPLIT:
        op.execute(committee.update().where(committee.c.kind == kind, committee.c.host == host).values(kind=before))
    op.execute(committee.update().where(committee.c.kind.in_(["own", "entrusted", "joint"])).values(kind="ordinary"))
    with op.batch_alter_table("committee") as table:
        table.drop_column("host")
