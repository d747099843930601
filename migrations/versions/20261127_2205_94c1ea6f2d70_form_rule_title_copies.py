"""Titles of whole sections and copies of materials in the rules of an edition

Revision ID: 94c1ea6f2d70
Revises: 3b7e15d0c9a4
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "94c1ea6f2d70"
down_revision = "3b7e15d0c9a4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "form_rule", sa.Column("title", sa.String(length=60), nullable=False, server_default="", comment="部分名称")
    )
    op.add_column("form_rule", sa.Column("copies", sa.Integer(), nullable=True, comment="纸质份数"))
    with op.batch_alter_table("form_rule") as table:
        table.alter_column("title", server_default=None)
        table.create_check_constraint(op.f("ck_form_rule_copies_bounds"), "copies >= 1 AND copies <= 10")


def downgrade() -> None:
    with op.batch_alter_table("form_rule") as table:
        table.drop_constraint(op.f("ck_form_rule_copies_bounds"), type_="check")
        table.drop_column("copies")
        table.drop_column("title")
