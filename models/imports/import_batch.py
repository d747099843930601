"""Imports (批量导入): one uploaded table, what each of its rows would do, and what it did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, DateTime, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts.account import Account
from models.base import Labelled, column
from models.jobs.job import Job
from models.sealed import Sealed


class ImportState(Labelled):
    RECEIVED = "received", "正在核对", "run"
    PREVIEWED = "previewed", "待提交", "warn"
    UNREADABLE = "unreadable", "无法导入", "bad"
    COMMITTING = "committing", "正在提交", "run"
    COMMITTED = "committed", "已提交", "ok"
    UNDOING = "undoing", "正在撤销", "run"
    UNDONE = "undone", "已撤销", "off"
    DISCARDED = "discarded", "已放弃", "off"


class RowAction(Labelled):
    """What a row does, or why it does nothing."""

    NEW = "new", "新增", "ok"
    CHANGED = "changed", "变更", "run"
    UNCHANGED = "unchanged", "无变化", "off"
    WRONG = "wrong", "失败", "bad"


class ImportBatch(Model):
    """One uploaded table; its counts are those of the last look at its rows."""

    __tablename__ = "import_batch"
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    kind: Mapped[str] = column("导入内容", String(30), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    file_name: Mapped[str] = column("文件", String(120))
    sha256: Mapped[str] = column("文件摘要", String(64))
    choices: Mapped[dict[str, Any]] = column("适用", JSON, default=dict)
    dictionary: Mapped[str] = column("模板代码表版本", String(20), default="")
    notes: Mapped[list[str]] = column("提示", JSON, default=list)
    state: Mapped[str] = column(
        "状态", String(20), default=ImportState.RECEIVED, info={"enum": ImportState}, index=True
    )
    total: Mapped[int] = column("行数", Integer, default=0)
    fresh: Mapped[int] = column("新增", Integer, default=0)
    changed: Mapped[int] = column("变更", Integer, default=0)
    unchanged: Mapped[int] = column("无变化", Integer, default=0)
    wrong: Mapped[int] = column("失败", Integer, default=0)
    sentence: Mapped[str] = column("说明", String(500), default="")
    created_at: Mapped[datetime] = column("上传时间", DateTime)
    committed_at: Mapped[datetime | None] = column("提交时间", DateTime)
    undone_at: Mapped[datetime | None] = column("撤销时间", DateTime)
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    account: Mapped[Account] = relationship(info={"label": "导入人"})
    job: Mapped[Job | None] = relationship(info={"label": "后台任务"})

    @property
    def succeeds(self) -> int:
        """成功 n 条: the rows that can be imported, also those that change nothing."""
        return self.fresh + self.changed + self.unchanged

    def __repr__(self) -> str:
        return f"{self.file_name}（{self.created_at:%m-%d %H:%M}）"


class ImportPart(Model):
    """Some hundred rows of the table with what each does. Sealed: a list of experts holds identity numbers."""

    __tablename__ = "import_part"
    __table_args__ = (UniqueConstraint("batch_id", "place"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    place: Mapped[int] = column("次序", Integer)
    fresh: Mapped[int] = column("新增", Integer, default=0)
    changed: Mapped[int] = column("变更", Integer, default=0)
    unchanged: Mapped[int] = column("无变化", Integer, default=0)
    wrong: Mapped[int] = column("失败", Integer, default=0)
    content: Mapped[str] = column("内容", Sealed("import_part.content"))  #: JSON, see workflow.imports.import_rows


class ImportMeaning(Model):
    """What a sender's word stands for: asked once, remembered."""

    __tablename__ = "import_meaning"
    __table_args__ = (UniqueConstraint("account_id", "kind", "field", "word"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    kind: Mapped[str] = column("导入内容", String(30))
    field: Mapped[str] = column("栏目", String(40))
    word: Mapped[str] = column("表中写法", String(120))
    meaning: Mapped[str] = column("系统取值", String(120))
