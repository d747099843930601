"""Review committees (评委会), what they may review, who formed them, and what they charge."""

from __future__ import annotations

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Integer, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.committees.catalogue import SENIOR, Series, Specialty, TitleLevel
from models.register.organisation import Organisation


class CommitteeLevel(Labelled):
    """评委会级别 (令40号 第七条)."""

    SENIOR = "senior", "高级"
    INTERMEDIATE = "intermediate", "中级"
    JUNIOR = "junior", "初级"


#: Which title levels a committee of each level reviews.
REVIEWS: dict[str, tuple[str, ...]] = {
    CommitteeLevel.SENIOR: SENIOR,
    CommitteeLevel.INTERMEDIATE: (TitleLevel.INTERMEDIATE,),
    CommitteeLevel.JUNIOR: (TitleLevel.ASSISTANT, TitleLevel.TECHNICIAN),
}


class CommitteeKind(Labelled):
    """评委会类型 (附件3 1.10): 自主 and 基层 follow their own filed plan instead of the province's dates (118号
    二(五))."""

    ORDINARY = "ordinary", "普通"
    OWN = "own", "自主"
    ENTRUSTED = "entrusted", "委托"
    JOINT = "joint", "联合"
    GRASSROOTS = "grassroots", "基层"


class CommitteeHost(Labelled):
    """组建主体: whose committee it is; plans of 高校 and 医院 are filed 5, not 10 working days ahead (118号 五(一))."""

    GENERAL = "general", "主管部门、市州"
    UNIVERSITY = "university", "高校"
    HOSPITAL = "hospital", "医院"
    ENTERPRISE = "enterprise", "企业"
    SCHOOL = "school", "中小学教师系列"


#: Committees of one employer: several may exist side by side for the same scope.
OF_ONE_EMPLOYER = (CommitteeHost.UNIVERSITY, CommitteeHost.HOSPITAL, CommitteeHost.ENTERPRISE)
#: Hosts whose plans are filed 5, not 10 working days ahead (118号 五(一)).
SHORT_LEAD = (CommitteeHost.UNIVERSITY, CommitteeHost.HOSPITAL)


class CommitteeState(Labelled):
    """Due to expire and expired are derived from the validity dates, not stored."""

    APPLIED = "applied", "组建申请", "run"
    APPROVED = "approved", "已核准", "ok"
    CANCELLED = "cancelled", "已注销", "off"
    WITHDRAWN = "withdrawn", "取消组建权", "bad"


class Committee(Model):
    __tablename__ = "committee"
    __table_args__ = (CheckConstraint("valid_to > valid_from", name="validity"),)
    __trailed__ = True
    __protected__ = ("name", "state", "level", "series_id", "valid_from", "valid_to")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    name: Mapped[str] = column("评委会名称", String(120), unique=True)
    level: Mapped[str] = column("级别", String(20), info={"enum": CommitteeLevel})
    kind: Mapped[str] = column(
        "类型",
        String(20),
        default=CommitteeKind.ORDINARY,
        info={"enum": CommitteeKind},
        hint="自主、基层及中小学教师系列按报备的评审方案执行（118号 二(五)）",
    )
    host: Mapped[str] = column(
        "组建主体",
        String(20),
        default=CommitteeHost.GENERAL,
        info={"enum": CommitteeHost},
        hint="高校、医院的评审方案提前 5 个工作日报备，其他提前 10 个工作日（118号 五(一)）",
    )
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), info={"label": "职称系列"}, index=True)
    account_name: Mapped[str] = column(
        "评委会账号", String(64), unique=True, hint="公服登录用户名，不能与其他评委会重复"
    )
    valid_from: Mapped[date] = column("有效期起", Date)
    valid_to: Mapped[date] = column("有效期止", Date, hint="不超过 3 年（令40号 第八条）")
    by_specialty: Mapped[bool] = column(
        "按专业组建",
        Boolean,
        default=False,
        hint="高评会按系列组建不少于 25 人，按专业组建不少于 11 人（令40号 第九条）",
    )
    size: Mapped[int] = column("评委人数", Integer, hint="单数（令40号 第九条）", least=1, most=99)
    size_exception: Mapped[str] = column(
        "人数调整依据文号", String(120), default="", hint="少于规定人数的填写，保存后上传批复文件（令40号 第九条）"
    )
    region_code: Mapped[str] = column("评审范围（行政区划）", String(6), default="430000", info={"list": "region"})
    state: Mapped[str] = column(
        "状态", String(20), default=CommitteeState.APPLIED, info={"enum": CommitteeState}, index=True
    )
    reason: Mapped[str] = column("注销原因", String(500), default="")
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}

    series: Mapped[Series] = relationship(lazy="joined", info={"label": "职称系列"})
    specialties: Mapped[list[CommitteeSpecialty]] = relationship(back_populates="committee")
    offices: Mapped[list[CommitteeOffice]] = relationship(back_populates="committee")
    fees: Mapped[list[CommitteeFee]] = relationship(back_populates="committee")

    @property
    def own_calendar(self) -> bool:
        """自主评审单位, 中小学教师系列, 基层系列: bound by the plan they have filed, not by 09-28 and 12-24 (118号
        二(五))."""
        return self.kind in (CommitteeKind.OWN, CommitteeKind.GRASSROOTS) or self.host == CommitteeHost.SCHOOL

    def __repr__(self) -> str:
        return self.name


class CommitteeSpecialty(Model):
    """评审专业: without any, the committee reviews the whole series."""

    __tablename__ = "committee_specialty"
    __table_args__ = (UniqueConstraint("committee_id", "specialty_id"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), info={"label": "评委会"})
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialty.id"), info={"label": "评审专业"})
    committee: Mapped[Committee] = relationship(back_populates="specialties", info={"label": "评委会"})
    specialty: Mapped[Specialty] = relationship(lazy="joined", info={"label": "评审专业"})


class CommitteeOffice(Model):
    """组建单位."""

    __tablename__ = "committee_office"
    __table_args__ = (UniqueConstraint("committee_id", "organisation_id"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), info={"label": "评委会"})
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info={"label": "组建单位"})
    committee: Mapped[Committee] = relationship(back_populates="offices", info={"label": "评委会"})
    organisation: Mapped[Organisation] = relationship(lazy="joined", info={"label": "组建单位"})


class CommitteeFee(Model):
    """缴费标准 (118号 八(六)，湘发改价费规〔2023〕284号)."""

    __tablename__ = "committee_fee"
    __table_args__ = (UniqueConstraint("committee_id", "item"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), info={"label": "评委会"})
    item: Mapped[str] = column("缴费项目", String(40))
    amount: Mapped[float] = column("缴费金额（元）", Numeric(10, 2), least=0, most=100000)
    committee: Mapped[Committee] = relationship(back_populates="fees", info={"label": "评委会"})
