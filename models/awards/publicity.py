"""Publicity (公示) of a unit or of results, and objections (异议)."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import (
    JSON,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    and_,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.declarations.declaration import Declaration
from models.register.organisation import Organisation


class PublicityKind(Labelled):
    UNIT = "unit", "单位申报公示", "run"
    RESULT = "result", "评审结果公示", "run"


class PublicityState(Labelled):
    """Running and over follow from the dates; closing records the outcome."""

    POSTED = "posted", "公示中", "run"
    CLOSED = "closed", "已办结", "ok"
    VOID = "void", "已作废", "off"


class Publicity(Model):
    """One posting. The days count from the working day after posting (REQUIREMENTS §6.6)."""

    __tablename__ = "publicity"
    __table_args__ = (Index("ix_publicity_organisation", "organisation_id", "kind"),)
    __trailed__ = True
    __protected__ = ("starts_on", "ends_on", "state")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    kind: Mapped[str] = column("公示类别", String(20), info={"enum": PublicityKind})
    title: Mapped[str] = column("公示标题", String(120))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), info={"label": "公示单位"})
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), info={"label": "评审方案"}, index=True)
    posted_on: Mapped[date] = column("张榜日期", Date)
    starts_on: Mapped[date] = column("公示首日", Date)
    ends_on: Mapped[date] = column("公示末日", Date)
    place: Mapped[str] = column("公示地点或网址", String(200))
    contents: Mapped[list[str]] = column("公示内容", JSON, default=list)
    complaint_department: Mapped[str] = column("投诉受理部门", String(80))
    complaint_telephone: Mapped[str] = column("投诉电话", String(40))
    handler: Mapped[str] = column("经办人", String(40))
    handler_id: Mapped[int | None] = column("经办人账号", Integer)  #: once a name alone was kept
    head: Mapped[str] = column("负责人", String(40), default="")
    head_id: Mapped[int | None] = column("负责人账号", Integer)  #: once a name alone was kept
    outcome: Mapped[str] = column("公示结果", String(20), default="")
    state: Mapped[str] = column("状态", String(20), default=PublicityState.POSTED, info={"enum": PublicityState})
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}

    organisation: Mapped[Organisation | None] = relationship(info={"label": "公示单位"})
    people: Mapped[list[PublicityItem]] = relationship(back_populates="publicity")

    def __repr__(self) -> str:
        return self.title


class PublicityItem(Model):
    """A declaration in a posting."""

    __tablename__ = "publicity_item"
    __table_args__ = (UniqueConstraint("publicity_id", "declaration_id"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    publicity_id: Mapped[int] = mapped_column(ForeignKey("publicity.id"))
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    publicity: Mapped[Publicity] = relationship(back_populates="people")
    declaration: Mapped[Declaration] = relationship(info={"label": "参评人员"})


class ObjectionState(Labelled):
    """REQUIREMENTS §5.8 (X0–X4)."""

    REGISTERED = "registered", "已登记", "warn"
    INVESTIGATING = "investigating", "核查中", "run"
    UPHELD = "upheld", "查证属实", "bad"
    DISMISSED = "dismissed", "查证不属实", "ok"
    ANSWERED = "answered", "已答复", "off"


class Objection(Model):
    """An objection to one declaration while it is publicised, or a complaint afterwards."""

    __tablename__ = "objection"
    __trailed__ = True
    __protected__ = ("declaration_id", "state")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    publicity_id: Mapped[int | None] = mapped_column(ForeignKey("publicity.id"), index=True)
    named: Mapped[bool] = column("实名", default=True)
    informant: Mapped[str] = column("反映人", String(60), default="")
    telephone: Mapped[str] = column("联系方式", String(60), default="")
    text: Mapped[str] = column("异议内容", Text)
    registered_at: Mapped[datetime] = column("登记时间", DateTime)
    finding: Mapped[str] = column("核查结论", Text, default="")
    answer: Mapped[str] = column("答复内容", Text, default="")
    upheld: Mapped[bool | None] = column("是否属实")
    concluded_on: Mapped[date | None] = column("核查办结日期", Date)
    state: Mapped[str] = column(
        "状态", String(20), default=ObjectionState.REGISTERED, info={"enum": ObjectionState}, index=True
    )
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    declaration: Mapped[Declaration] = relationship(info={"label": "参评人员"})
    publicity: Mapped[Publicity | None] = relationship(info={"label": "公示"}, lazy="joined")

    @property
    def of_results(self) -> bool:
        """Whether it is about a posted result, or was raised outside a posting once the case was at its committee."""
        if self.publicity is not None:
            return self.publicity.kind == PublicityKind.RESULT
        reached = self.declaration.reached_committee_at
        return reached is not None and reached <= self.registered_at

    def __repr__(self) -> str:
        return f"异议 {self.id}"


def about_results() -> ColumnElement[bool]:
    """`Objection.of_results` as a clause."""
    posted = select(Publicity.id).where(Publicity.id == Objection.publicity_id, Publicity.kind == PublicityKind.RESULT)
    reached = select(Declaration.id).where(
        Declaration.id == Objection.declaration_id, Declaration.reached_committee_at <= Objection.registered_at
    )
    later = and_(Objection.publicity_id.is_(None), reached.correlate(Objection).exists())
    return or_(posted.correlate(Objection).exists(), later)
