"""单位注册: a unit or bureau that registers waits on the desk of its superior

Accounts that were waiting for the 系统管理员 before go on waiting for him: no row is made of them.

Revision ID: 4b7e90c1d2f6
Revises: 4d7be0a51c92
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4b7e90c1d2f6"
down_revision = "4d7be0a51c92"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("superior_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=18), nullable=False, comment="统一信用代码"),
        sa.Column("name", sa.String(length=120), nullable=False, comment="机构名称"),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="节点类型"),
        sa.Column("nature", sa.String(length=20), nullable=False, comment="单位性质"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="行政区划"),
        sa.Column("contact", sa.String(length=40), nullable=False, comment="联系人"),
        sa.Column("telephone", sa.String(length=40), nullable=False, comment="联系电话"),
        sa.Column("submitted_at", sa.DateTime(), nullable=False, comment="注册时间"),
        sa.Column("decided_at", sa.DateTime(), nullable=True, comment="核验时间"),
        sa.Column("basis", sa.String(length=300), nullable=False, comment="核验依据"),
        sa.Column("reason", sa.String(length=500), nullable=False, comment="不予通过原因"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="状态"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_registration_account_id")),
        sa.ForeignKeyConstraint(["superior_id"], ["organisation.id"], name=op.f("fk_registration_superior_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_registration_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
    )
    for name in ("account_id", "superior_id", "organisation_id"):
        op.create_index(op.f(f"ix_registration_{name}"), "registration", [name])
    held = sa.text("state = 'waiting'")
    op.create_index(
        "ix_registration_once", "registration", ["code"], unique=True, sqlite_where=held, postgresql_where=held
    )


def downgrade() -> None:
    op.drop_table("registration")
