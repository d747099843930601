"""A pile of paper as an office scans it (纸质材料接收): what was found, and what was received."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import Boolean, DateTime, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts.account import Account
from models.base import Labelled, column
from models.declarations.declaration import Declaration
from models.jobs.job import Job
from models.sealed import Sealed


class PileState(Labelled):
    """Where a pile stands."""

    READING = "reading", "正在识别", "run"
    READ = "read", "待核收", "warn"
    CLOSED = "closed", "已办结", "ok"
    DISCARDED = "discarded", "已放弃", "off"


class PaperPile(Model):
    """One upload of an office: files in any order, of any cases. Only that office sees it."""

    __tablename__ = "paper_pile"
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    office: Mapped[str] = column("接收机构", String(120))
    handler: Mapped[str] = column("上传人", String(60))
    files: Mapped[int] = column("文件数", Integer, least=1, most=100)
    pages: Mapped[int] = column("页数", Integer, least=1, most=9999)
    state: Mapped[str] = column("状态", String(20), default=PileState.READING, info={"enum": PileState}, index=True)
    sentence: Mapped[str] = column("说明", String(500), default="")
    found: Mapped[str] = column(
        "逐页结果", Sealed("paper_pile.found"), default="[]"
    )  #: JSON, see workflow.papers.found
    uploaded_at: Mapped[datetime] = column("上传时间", DateTime)
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    account: Mapped[Account] = relationship(info={"label": "上传账号"})
    job: Mapped[Job | None] = relationship(info={"label": "后台任务"})

    def __repr__(self) -> str:
        return f"纸质材料 {self.id}（{self.uploaded_at:%m-%d %H:%M}）"


class PaperReceipt(Model):
    """What of a case lay in a pile when its office confirmed it: whole, or with what was asked for."""

    __tablename__ = "paper_receipt"
    __table_args__ = (UniqueConstraint("pile_id", "declaration_id"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    pile_id: Mapped[int] = mapped_column(ForeignKey("paper_pile.id"))
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    received_at: Mapped[datetime] = column("接收时间", DateTime)
    received_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    received_by: Mapped[str] = column("接收人", String(60))
    office: Mapped[str] = column("接收机构", String(120))
    pages: Mapped[int] = column("实收页数", Integer, least=0, most=9999)
    due: Mapped[int] = column("应收页数", Integer, least=1, most=9999)
    whole: Mapped[bool] = column("齐全", Boolean)
    wanting: Mapped[str] = column("需补齐", String(500), default="")
    held: Mapped[str] = column("已收各页", String(400), default="")  #: numbers of the pages that were right, as 1-4,6

    pile: Mapped[PaperPile] = relationship(info={"label": "批次"})
    declaration: Mapped[Declaration] = relationship(info={"label": "申报"})
