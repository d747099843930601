"""Filing of results (评审结果备案): a batch of candidates with no open objection."""

from __future__ import annotations

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.declarations.declaration import Declaration
from models.review.plan import Plan


class FilingState(Labelled):
    SUBMITTED = "submitted", "待备案审核", "run"
    APPROVED = "approved", "审核通过", "ok"
    RETURNED = "returned", "退回", "warn"


class Filing(Model):
    __tablename__ = "filing"
    __trailed__ = True
    __protected__ = ("plan_id", "document", "filed_on", "state")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), info={"label": "评审方案"}, index=True)
    application_number: Mapped[str] = column("备案申请文号", String(60))
    summary: Mapped[str] = column("评审总结", Text)
    objected: Mapped[str] = column("有异议人员说明", Text, default="")
    people: Mapped[int] = column("备案人数", Integer, default=0, least=0, most=99999)
    applied_on: Mapped[date] = column("申请日期", Date)
    document: Mapped[str] = column("备案文号", String(60), default="")
    filed_on: Mapped[date | None] = column("备案时间", Date)
    opinion: Mapped[str] = column("审核意见", Text, default="")
    state: Mapped[str] = column(
        "状态", String(20), default=FilingState.SUBMITTED, info={"enum": FilingState}, index=True
    )
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    plan: Mapped[Plan] = relationship(info={"label": "评审方案"})
    candidates: Mapped[list[Declaration]] = relationship(
        primaryjoin="Filing.id == foreign(Declaration.filing_id)", viewonly=True, order_by="Declaration.id"
    )

    def __repr__(self) -> str:
        return self.application_number
