"""Long work has a lane, a token and a count of its runs; periodic work has its slots

Revision ID: a1f0c2d4000d
Revises: a1f0c2d4000b
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import set_aside

revision = "a1f0c2d4000d"
down_revision = "a1f0c2d4000b"
branch_labels = None
depends_on = None

UPGRADED = "系统升级时中断，没有写入任何数据；请重新办理。"


def upgrade() -> None:
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("lane", sa.String(length=10), nullable=False, server_default="short", comment="队列"))
        job.add_column(sa.Column("token", sa.String(length=32), nullable=False, server_default="", comment="办理凭据"))
        job.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0", comment="办理次数"))
        job.add_column(sa.Column("digest", sa.String(length=64), nullable=False, server_default="", comment="结果文件摘要"))
        job.add_column(sa.Column("size", sa.Integer(), nullable=False, server_default="0", comment="结果文件字节数"))
        job.add_column(sa.Column("started_at", sa.DateTime(), nullable=True, comment="开始时间"))
    with op.batch_alter_table("job") as job:
        for name in ("lane", "token", "tries", "digest", "size"):
            job.alter_column(name, server_default=None)
    # what was under way belonged to a process of the old kind, which is gone
    job = sa.table("job", sa.column("state", sa.String), sa.column("sentence", sa.String))
    op.execute(job.update().where(job.c.state.in_(("waiting", "running"))).values(state="failed", sentence=UPGRADED))
    op.create_table(
        "job_slot",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("name", sa.String(length=40), nullable=False, comment="定期任务"),
        sa.Column("slot", sa.String(length=40), nullable=False, comment="时段"),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_slot_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_slot")),
        sa.UniqueConstraint("name", "slot", name=op.f("uq_job_slot_name_slot")),
    )
    op.create_index(op.f("ix_job_slot_job_id"), "job_slot", ["job_id"])


def downgrade() -> None:
    op.drop_table("job_slot")
    set_aside.keep(op.get_bind(), "job", "state")
    op.execute("UPDATE job SET state = 'failed' WHERE state = 'cancelled'")
    with op.batch_alter_table("job") as job:
        for name in ("started_at", "size", "digest", "tries", "token", "lane"):
            job.drop_column(name)
