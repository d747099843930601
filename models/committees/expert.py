"""The expert pool (评委库). Identities are secret: others see a code (令40号 第二十三条)."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Date, DateTime, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.committees.catalogue import Series, Specialty, TitleLevel
from models.register.organisation import Organisation
from models.register.person import Person


class ExpertState(Labelled):
    APPLIED = "applied", "申报入库", "run"
    IN_POOL = "in_pool", "在库", "ok"
    REFUSED = "refused", "未入库", "bad"
    REMOVED = "removed", "已出库", "off"


class Expert(Model):
    __tablename__ = "expert"
    __table_args__ = (UniqueConstraint("person_id", "series_id"),)
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    code: Mapped[str] = column("评委代码", String(12), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info={"label": "评委"})
    account_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info={"label": "工作单位"}, index=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), info={"label": "职称系列"})
    specialty_id: Mapped[int | None] = mapped_column(ForeignKey("specialty.id"), info={"label": "专业"})
    #: Whose recommendation it is: no other committee of the series changes it. Unknown for some of former years.
    committee_id: Mapped[int | None] = mapped_column(
        ForeignKey("committee.id"), info={"label": "推荐评委会"}, index=True
    )
    level: Mapped[str] = column("职称级别", String(20), default=TitleLevel.FULL_SENIOR, info={"enum": TitleLevel})
    title: Mapped[str] = column("职称", String(40))
    term_from: Mapped[date | None] = column("任期起", Date)
    term_to: Mapped[date | None] = column("任期止", Date)
    state: Mapped[str] = column("状态", String(20), default=ExpertState.APPLIED, info={"enum": ExpertState}, index=True)
    reason: Mapped[str] = column("原因", String(300), default="")
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    person: Mapped[Person] = relationship(info={"label": "评委"})
    unit: Mapped[Organisation] = relationship(info={"label": "工作单位"})
    series: Mapped[Series] = relationship(info={"label": "职称系列"})
    specialty: Mapped[Specialty | None] = relationship(info={"label": "专业"})

    def __repr__(self) -> str:
        return self.code


class Relation(Model):
    """A declared relation between an expert and a person (回避关系, 令40号 第二十四条)."""

    __tablename__ = "relation"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = column("关系", String(40))
    #: It ended: kept for the sessions in which it counted, and counts in none that is still to come.
    ended_at: Mapped[datetime | None] = column("结束时间", DateTime)
    ended_reason: Mapped[str | None] = column("结束原因", String(300))
