"""申请复查 (令40号 第二十六条): an applicant whose result stands against him asks whether it came about rightly."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Date, DateTime, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.committees.committee import Committee
from models.declarations.declaration import Declaration


class AppealState(Labelled):
    """Asked, looked into by somebody who did not decide, decided, answered."""

    APPLIED = "applied", "待受理", "warn"
    INVESTIGATING = "investigating", "核查中", "run"
    MAINTAINED = "maintained", "维持原结果", "ok"
    FLAWED = "flawed", "程序有误", "bad"
    ANSWERED = "answered", "已答复", "off"
    WITHDRAWN = "withdrawn", "已撤回", "off"


class Remedy(Labelled):
    """What follows from a procedure that was wrong; a vote is never changed by it (118号 五(四))."""

    RESUME = "resume", "恢复办理", "ok"
    NEXT_YEAR = "next_year", "投票结果不变，下一年度另行申报", "warn"


class Appeal(Model):
    """One application against the result of one declaration."""

    __tablename__ = "appeal"
    __table_args__ = (Index("ix_appeal_committee", "committee_id", "state"),)
    __trailed__ = True
    __protected__ = ("declaration_id", "state")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), info={"label": "申报"}, index=True)
    #: whose office handles it; None: the province
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), info={"label": "办理评委会"})
    contested: Mapped[str] = column("申请复查的结果", String(1000), default="")  #: as it was told him
    text: Mapped[str] = column("申请理由", Text)
    telephone: Mapped[str] = column("联系电话", String(60), default="")
    applied_at: Mapped[datetime] = column("申请时间", DateTime)
    office_name: Mapped[str] = column("办理机构", String(200), default="")  #: as called on the day it was taken up
    investigator_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), info={"label": "核查人账号"})
    investigator: Mapped[str] = column("核查人", String(64), default="")
    finding: Mapped[str] = column("核查情况", Text, default="")
    flawed: Mapped[bool | None] = column("程序有误")
    remedy: Mapped[str] = column("后续处理", String(20), default="", info={"enum": Remedy})
    measures: Mapped[str] = column("纠正措施", Text, default="")
    decided_by: Mapped[str] = column("作出结论的人", String(64), default="")
    concluded_on: Mapped[date | None] = column("作出结论日期", Date)
    answer: Mapped[str] = column("答复内容", Text, default="")
    answered_on: Mapped[date | None] = column("答复日期", Date)
    state: Mapped[str] = column("状态", String(20), default=AppealState.APPLIED, info={"enum": AppealState}, index=True)
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    declaration: Mapped[Declaration] = relationship(info={"label": "申报"})
    committee: Mapped[Committee | None] = relationship(info={"label": "办理评委会"})

    def __repr__(self) -> str:
        return f"复查申请 {self.id}"
