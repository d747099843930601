"""申报表版本: what the office lays over the declared form, and the edition each declaration is filled in by

Revision ID: a62fc6eddce6
Revises: e7a40c91d3b5
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a62fc6eddce6"
down_revision = "e7a40c91d3b5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_edition",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("name", sa.String(length=60), nullable=False, comment="版本名称"),
        sa.Column("year", sa.Integer(), nullable=False, comment="生效年度"),
        sa.Column("note", sa.String(length=300), nullable=False, comment="修订说明"),
        sa.Column("paper_size", sa.String(length=4), nullable=False, comment="纸张"),
        sa.Column("copies", sa.Integer(), nullable=False, comment="份数"),
        sa.Column("both_sides", sa.Boolean(), nullable=False, comment="双面打印"),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False, comment="状态"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="内容摘要"),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False, comment="编制人"),
        sa.Column("makers", sa.JSON(), nullable=False, comment="编制和修改账号"),
        sa.Column("confirmed_by", sa.String(length=64), nullable=False, comment="确认人"),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True, comment="确认时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.CheckConstraint("copies >= 1 AND copies <= 10", name=op.f("ck_form_edition_copies_bounds")),
        sa.CheckConstraint("year >= 2020 AND year <= 2100", name=op.f("ck_form_edition_year_bounds")),
        sa.ForeignKeyConstraint(["before_id"], ["form_edition.id"], name=op.f("fk_form_edition_before_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["ab_user.id"], name=op.f("fk_form_edition_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_edition")),
    )
    op.create_table(
        "form_rule",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False, comment="位置"),
        sa.Column("label", sa.String(length=60), nullable=False, comment="新增名称"),
        sa.Column("kind", sa.String(length=10), nullable=False, comment="栏目类型"),
        sa.Column("choices", sa.String(length=600), nullable=False, comment="选项"),
        sa.Column("series", sa.Integer(), nullable=False, comment="系列序号"),
        sa.Column("level", sa.String(length=20), nullable=False, comment="职称级别"),
        sa.Column("way", sa.String(length=20), nullable=False, comment="取得方式"),
        sa.Column("demand", sa.String(length=10), nullable=False, comment="填写要求"),
        sa.Column("position", sa.Integer(), nullable=True, comment="顺序"),
        sa.Column("requirement", sa.String(length=300), nullable=False, comment="要求"),
        sa.Column("example", sa.String(length=300), nullable=False, comment="示例"),
        sa.Column("mistake", sa.String(length=300), nullable=False, comment="常见错误"),
        sa.Column("clause", sa.String(length=120), nullable=False, comment="依据"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.CheckConstraint("position >= 1 AND position <= 9999", name=op.f("ck_form_rule_position_bounds")),
        sa.CheckConstraint("series >= 0 AND series <= 9999", name=op.f("ck_form_rule_series_bounds")),
        sa.ForeignKeyConstraint(["edition_id"], ["form_edition.id"], name=op.f("fk_form_rule_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_rule")),
        sa.UniqueConstraint(
            "edition_id", "place", "series", "level", "way", name=op.f("uq_form_rule_edition_id_place_series_level_way")
        ),
    )
    with op.batch_alter_table("declaration_content", schema=None) as batch_op:
        batch_op.add_column(sa.Column("form_edition_id", sa.Integer(), nullable=True, comment="申报表版本"))


def downgrade() -> None:
    with op.batch_alter_table("declaration_content", schema=None) as batch_op:
        batch_op.drop_column("form_edition_id")
    op.drop_table("form_rule")
    op.drop_table("form_edition")
