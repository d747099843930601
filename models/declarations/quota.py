"""Quota (职数) of an institution for a year, level and specialty; its places are counted in the row itself."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.committees.catalogue import Specialty, TitleLevel
from models.register.organisation import Organisation


class QuotaKind(Labelled):
    """职数类型: the ordinary vacancy and the special cases of 118号 三(二)2."""

    VACANCY = "vacancy", "空缺岗位"
    TALENT = "talent", "（1）引才工程高层次人才"
    SCARCE = "scarce", "（2）创新类急需紧缺人才"
    GRASSROOTS = "grassroots", "（3）乡镇满20年、基层青年博士、出站博士后"
    RETIREMENT = "retirement", "（4）退多补少"


class QuotaState(Labelled):
    """REQUIREMENTS §5.2 (Q0–Q6)."""

    DRAFT = "draft", "草稿", "off"
    DECLARED = "declared", "已申报", "run"
    EXAMINED = "examined", "初核通过待省厅审核", "run"
    APPROVED = "approved", "已核准", "ok"
    RETURNED = "returned", "退回", "warn"
    REJECTED = "rejected", "不通过", "bad"
    CLEARED = "cleared", "年度清零", "off"


class Quota(Model):
    __tablename__ = "quota"
    __table_args__ = (
        Index("ix_quota_unit", "unit_id", "year", "level"),
        CheckConstraint("reserved >= 0 AND reserved <= reserve_limit", name="reserved"),
        CheckConstraint("used >= 0 AND used <= approved", name="used"),
    )
    __trailed__ = True
    __protected__ = ("unit_id", "year", "level", "approved", "reserve_limit", "reserved", "used", "state")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info={"label": "申报单位"})
    year: Mapped[int] = column("评审年度", Integer, least=2000, most=2100)
    kind: Mapped[str] = column("职数类型", String(20), default=QuotaKind.VACANCY, info={"enum": QuotaKind})
    level: Mapped[str] = column("职称级别", String(20), info={"enum": TitleLevel})
    specialty_id: Mapped[int | None] = mapped_column(ForeignKey("specialty.id"), info={"label": "申报专业"})
    establishment: Mapped[str] = column("岗位设置批复文号", String(80), default="")
    posts: Mapped[int] = column("核定岗位数", Integer, default=0, least=0, most=9999)
    held: Mapped[int] = column("已聘人数", Integer, default=0, least=0, most=9999)
    retiring: Mapped[int] = column("下一评审年度年底前退休人数", Integer, default=0, least=0, most=9999)
    requested: Mapped[int] = column("申报职数", Integer, least=0, most=9999)
    people: Mapped[list[dict[str, str]]] = column("人员名单（特殊情况）", JSON, default=list)
    statement: Mapped[str] = column("专项报告摘要", Text, default="")
    approved: Mapped[int] = column("核准职数", Integer, default=0, least=0, most=9999)
    reserve_limit: Mapped[int] = column("可推荐人数", Integer, default=0, least=0, most=9999)
    reserved: Mapped[int] = column("已推荐人数", Integer, default=0, least=0, most=9999)
    used: Mapped[int] = column("已核销人数", Integer, default=0, least=0, most=9999)
    document: Mapped[str] = column("核准文号", String(80), default="")
    state: Mapped[str] = column("状态", String(20), default=QuotaState.DRAFT, info={"enum": QuotaState}, index=True)
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    unit: Mapped[Organisation] = relationship(info={"label": "申报单位"})
    specialty: Mapped[Specialty | None] = relationship(info={"label": "申报专业"})

    @property
    def vacancies(self) -> int:
        """空缺岗位数."""
        return self.posts - self.held

    def __repr__(self) -> str:
        return f"{self.year} {TitleLevel(self.level).label} {self.approved or self.requested} 个"
