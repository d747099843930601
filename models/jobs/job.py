"""Long work (后台任务): asked for by an account, done by a worker; the browser can be closed meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, DateTime, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts.account import Account
from models.base import Labelled, column


class JobState(Labelled):
    """A running job whose worker has died goes back to waiting by itself (workflow/jobs/sweep.py)."""

    WAITING = "waiting", "等待办理", "run"
    RUNNING = "running", "正在办理", "run"
    DONE = "done", "已完成", "ok"
    FAILED = "failed", "未完成", "bad"
    CANCELLED = "cancelled", "已取消", "off"


class Job(Model):
    """One piece of long work. The row is the truth: the queue only carries its number."""

    __tablename__ = "job"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    kind: Mapped[str] = column("类别", String(20))
    title: Mapped[str] = column("任务", String(120))
    arguments: Mapped[dict[str, Any]] = column("参数", JSON, default=dict)
    home: Mapped[str] = column(
        "完成后查看", String(200), default=""
    )  #: where the work is looked at while and after it runs
    state: Mapped[str] = column("状态", String(20), default=JobState.WAITING, info={"enum": JobState}, index=True)
    lane: Mapped[str] = column("队列", String(10), default="short")  #: "short" or "long" (workflow/jobs/bell.py)
    token: Mapped[str] = column(
        "办理凭据", String(32), default=""
    )  #: of the run that holds the job; only it may end it
    tries: Mapped[int] = column("办理次数", Integer, default=0)
    sentence: Mapped[str] = column("说明", String(500), default="")
    result: Mapped[str] = column("结果文件", String(120), default="")  #: the name under which the file is fetched
    digest: Mapped[str] = column("结果文件摘要", String(64), default="")  #: where it lies in the store
    size: Mapped[int] = column("结果文件字节数", Integer, default=0)
    asked_at: Mapped[datetime] = column("提出时间", DateTime)
    started_at: Mapped[datetime | None] = column("开始时间", DateTime)
    ended_at: Mapped[datetime | None] = column("结束时间", DateTime)
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    account: Mapped[Account] = relationship(info={"label": "提出人"})

    def __repr__(self) -> str:
        return self.title
