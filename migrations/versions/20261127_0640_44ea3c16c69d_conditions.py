"""The conditions of declaring as rows of the office, and what was judged by them

Revision ID: 44ea3c16c69d
Revises: 91b3e6d0f4a7
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "44ea3c16c69d"
down_revision = "91b3e6d0f4a7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "condition",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("alt_id", sa.String(length=40), nullable=False, comment="条件编号"),
        sa.Column("series", sa.Integer(), nullable=False, comment="系列序号"),
        sa.Column("branch", sa.String(length=80), nullable=False, comment="分支"),
        sa.Column("level", sa.String(length=20), nullable=False, comment="职称级别"),
        sa.Column("title_target", sa.String(length=80), nullable=False, comment="职称名称"),
        sa.Column("way", sa.String(length=20), nullable=False, comment="取得方式"),
        sa.Column("exception_kind", sa.String(length=20), nullable=False, comment="途径"),
        sa.Column("degree", sa.String(length=80), nullable=False, comment="学历学位"),
        sa.Column("held_level", sa.String(length=20), nullable=False, comment="现任职称级别"),
        sa.Column("held_basis", sa.String(length=20), nullable=False, comment="任职起算"),
        sa.Column("held_years", sa.Integer(), nullable=True, comment="任职年限"),
        sa.Column("work_years", sa.Integer(), nullable=True, comment="从业年限"),
        sa.Column("work_counts_from", sa.String(length=20), nullable=False, comment="从业起算"),
        sa.Column("extra", sa.String(length=300), nullable=False, comment="附加条件"),
        sa.Column("counting", sa.String(length=12), nullable=False, comment="年限计算"),
        sa.Column("article", sa.String(length=120), nullable=False, comment="条款"),
        sa.Column("effective_from", sa.String(length=10), nullable=False, comment="施行日期"),
        sa.Column("effective_to", sa.String(length=10), nullable=False, comment="废止日期"),
        sa.Column("document", sa.String(length=200), nullable=False, comment="文件"),
        sa.Column("confidence", sa.String(length=10), nullable=False, comment="可信程度"),
        sa.Column("source", sa.String(length=300), nullable=False, comment="来源"),
        sa.Column("note", sa.String(length=600), nullable=False, comment="备注"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="状态"),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True, comment="确认时间"),
        sa.Column("confirmed_page", sa.String(length=120), nullable=False, comment="原文出处（页、条）"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("held_years >= 0 AND held_years <= 60", name=op.f("ck_condition_held_years_bounds")),
        sa.CheckConstraint("series >= 0 AND series <= 9999", name=op.f("ck_condition_series_bounds")),
        sa.CheckConstraint("work_years >= 0 AND work_years <= 60", name=op.f("ck_condition_work_years_bounds")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["ab_user.id"], name=op.f("fk_condition_confirmed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition")),
        sa.UniqueConstraint("alt_id", name=op.f("uq_condition_alt_id")),
    )
    op.create_index("ix_condition_series_level", "condition", ["series", "level"], unique=False)
    op.create_index(op.f("ix_condition_state"), "condition", ["state"], unique=False)

    op.create_table(
        "condition_examined",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("series", sa.Integer(), nullable=False, comment="系列序号"),
        sa.Column("branch", sa.String(length=80), nullable=False, comment="分支或专业"),
        sa.Column("levels", sa.String(length=80), nullable=False, comment="职称级别"),
        sa.Column("examination", sa.String(length=200), nullable=False, comment="考试"),
        sa.Column("document", sa.String(length=200), nullable=False, comment="文件"),
        sa.Column("confidence", sa.String(length=10), nullable=False, comment="可信程度"),
        sa.Column("source", sa.String(length=300), nullable=False, comment="来源"),
        sa.Column("note", sa.String(length=600), nullable=False, comment="备注"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="状态"),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True, comment="确认时间"),
        sa.Column("confirmed_page", sa.String(length=120), nullable=False, comment="原文出处（页、条）"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("series >= 0 AND series <= 9999", name=op.f("ck_condition_examined_series_bounds")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["ab_user.id"], name=op.f("fk_condition_examined_confirmed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_examined")),
    )
    op.create_index(op.f("ix_condition_examined_state"), "condition_examined", ["state"], unique=False)

    op.create_table(
        "condition_exclusion",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("code", sa.String(length=40), nullable=False, comment="代码"),
        sa.Column("name", sa.String(length=120), nullable=False, comment="情形"),
        sa.Column("test", sa.String(length=200), nullable=False, comment="判断依据"),
        sa.Column("effect", sa.String(length=80), nullable=False, comment="处理"),
        sa.Column("document", sa.String(length=200), nullable=False, comment="文件"),
        sa.Column("confidence", sa.String(length=10), nullable=False, comment="可信程度"),
        sa.Column("source", sa.String(length=300), nullable=False, comment="来源"),
        sa.Column("note", sa.String(length=600), nullable=False, comment="备注"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="状态"),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True, comment="确认时间"),
        sa.Column("confirmed_page", sa.String(length=120), nullable=False, comment="原文出处（页、条）"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本"),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["ab_user.id"], name=op.f("fk_condition_exclusion_confirmed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_exclusion")),
        sa.UniqueConstraint("code", name=op.f("uq_condition_exclusion_code")),
    )
    op.create_index(op.f("ix_condition_exclusion_state"), "condition_exclusion", ["state"], unique=False)

    op.create_table(
        "condition_judgement",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("judged_at", sa.DateTime(), nullable=False, comment="核对时间"),
        sa.Column("cutoff", sa.Date(), nullable=False, comment="材料有效截止日（含）"),
        sa.Column("verdict", sa.String(length=10), nullable=False, comment="结论"),
        sa.Column("effective", sa.String(length=10), nullable=False, comment="效力"),
        sa.Column("rows_sha256", sa.String(length=64), nullable=False, comment="条件行校验码"),
        sa.Column("body", sa.JSON(), nullable=False, comment="逐条结果"),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_condition_judgement_declaration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_judgement")),
        sa.UniqueConstraint(
            "declaration_id", "judged_at", name=op.f("uq_condition_judgement_declaration_id_judged_at")
        ),
    )


def downgrade() -> None:
    op.drop_table("condition_judgement")
    op.drop_index(op.f("ix_condition_exclusion_state"), "condition_exclusion")

    op.drop_table("condition_exclusion")
    op.drop_index(op.f("ix_condition_examined_state"), "condition_examined")

    op.drop_table("condition_examined")
    op.drop_index(op.f("ix_condition_state"), "condition")
    op.drop_index("ix_condition_series_level", "condition")

    op.drop_table("condition")
