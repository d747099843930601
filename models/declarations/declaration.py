"""A declaration (申报): one person asking for one title in one yearly batch, and the route it travels."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, Boolean, Date, DateTime, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.batches.batch import Batch
from models.committees.catalogue import Series, Specialty, Title, TitleLevel
from models.committees.committee import Committee
from models.paths.path import AcceptanceOffice, Way
from models.register.organisation import Organisation
from models.register.person import Person


class DeclarationState(Labelled):
    """REQUIREMENTS §5.1; 公示期满 (D4, D12) is derived from the dates of the publicity."""

    DRAFT = "draft", "草稿", "off"
    SUBMITTED = "submitted", "待单位受理", "run"
    UNIT_REVIEW = "unit_review", "单位审核中", "run"
    UNIT_PUBLICITY = "unit_publicity", "单位公示中", "run"
    UNDER_AUDIT = "under_audit", "上级审核中", "run"
    AT_COMMITTEE = "at_committee", "待评委会复核", "run"
    QUALIFIED = "qualified", "复核合格待入方案", "run"
    PLANNED = "planned", "已入方案", "run"
    IN_REVIEW = "in_review", "评审中", "run"
    PASSED = "passed", "评审通过待公示", "ok"
    FAILED = "failed", "未通过", "bad"
    RESULT_PUBLICITY = "result_publicity", "结果公示中", "run"
    OBJECTED = "objected", "异议核查", "warn"
    FILING = "filing", "备案审核中", "run"
    FILED = "filed", "已备案", "ok"
    ISSUED = "issued", "已发证", "ok"
    REPORTED = "reported", "已报送人社部", "ok"
    RETURNED = "returned", "退回补正", "warn"
    TERMINATED = "terminated", "终止当年度", "bad"
    WITHDRAWN = "withdrawn", "已撤回放弃", "off"
    REVOKED = "revoked", "已撤销", "bad"


class DeclarationMode(Labelled):
    """申报方式."""

    NORMAL = "normal", "正常申报"
    EXCEPTIONAL = "exceptional", "破格申报"
    TRANSFER = "transfer", "跨系列转评"
    GREEN = "green", "绿色通道"
    ENTRUSTED = "entrusted", "委托评审"


class Channel(Labelled):
    """推荐渠道 (118号 四(一))."""

    UNIT = "unit", "所在单位推荐"
    AGENCY = "agency", "人事代理机构推荐"
    FALLBACK = "fallback", "人社部门兜底受理"


class Declaration(Model):
    __tablename__ = "declaration"
    __table_args__ = (
        Index("ix_declaration_unit_state", "unit_id", "state"),
        Index("ix_declaration_committee_state", "committee_id", "state"),
        Index("ix_declaration_state_id", "state", "id"),
        Index("ix_declaration_statistics", "year", "series_id", "region_code", "state"),
        Index("ix_declaration_plan", "plan_id", "state"),
        Index("ix_declaration_state_filed", "state", "filed_on", "id"),
        Index(
            "ix_declaration_filed",
            "filed_on",
            "id",
            "state",
            sqlite_where=text("filed_on IS NOT NULL"),
            postgresql_where=text("filed_on IS NOT NULL"),
        ),
        Index(
            "ix_declaration_due",
            "due_on",
            "position",
            "state",
            sqlite_where=text("due_on IS NOT NULL"),
            postgresql_where=text("due_on IS NOT NULL"),
        ),
    )
    __trailed__ = True
    __protected__ = ("number", "person_id", "title_id", "state", "filed_on", "filing_number")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    number: Mapped[str] = column("申报编号", String(24), unique=True)
    year: Mapped[int] = column("申报年度", Integer)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), info={"label": "年度批次"}, index=True)
    way: Mapped[str] = column("取得方式", String(20), info={"enum": Way})
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info={"label": "申报人"}, index=True)
    applicant_name: Mapped[str] = column("姓名", String(60), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info={"label": "所在单位"})
    #: the unit as the applicant chose it: a merger moves `unit_id`, not what he signed
    declared_unit_id: Mapped[int | None] = column(
        "填报时所在单位", Integer, default=lambda context: context and context.get_current_parameters()["unit_id"]
    )
    region_code: Mapped[str] = column("行政区划", String(6), info={"list": "region"})
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), info={"label": "申报系列"})
    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), info={"label": "申报职称"})
    level: Mapped[str] = column("职称级别", String(20), info={"enum": TitleLevel})
    specialty_id: Mapped[int | None] = mapped_column(ForeignKey("specialty.id"), info={"label": "申报专业"})
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), info={"label": "评委会"})
    office_id: Mapped[int | None] = mapped_column(ForeignKey("acceptance_office.id"), info={"label": "受理机构"})
    mode: Mapped[str] = column("申报方式", String(20), default=DeclarationMode.NORMAL, info={"enum": DeclarationMode})
    channel: Mapped[str] = column("推荐渠道", String(20), default=Channel.UNIT, info={"enum": Channel})
    needs_quota: Mapped[bool] = column("占用事业单位职数", Boolean, default=False)
    secret: Mapped[bool] = column(
        "涉密人员或涉密成果", Boolean, default=False, hint="涉密材料信息严禁网上填写提交（118号 一）"
    )
    state: Mapped[str] = column("状态", String(20), default=DeclarationState.DRAFT, info={"enum": DeclarationState})
    came_from: Mapped[str | None] = column("上一状态", String(20), info={"enum": DeclarationState})
    position: Mapped[int] = column("当前审核层级", Integer, default=-1)  #: -1 applicant, 0 unit, 1… nodes
    signing_id: Mapped[int | None] = column("待负责人签署", Integer)  #: while an opinion on it waits for the 负责人
    returned_from: Mapped[int | None] = column("退回层级", Integer)
    held_since: Mapped[datetime | None] = column("到达现办理人时间", DateTime)
    due_on: Mapped[date | None] = column("办理期限", Date)  #: of a returned case: the last day of who has it now
    path_version: Mapped[int | None] = column("审核路径版本", Integer)  #: of the path the route was taken from
    submitted_at: Mapped[datetime | None] = column("提交时间", DateTime)
    active_key: Mapped[str | None] = column("在办键", String(40), unique=True)  #: one a year while in hand
    content_hash: Mapped[str | None] = column("提交内容摘要", String(64))  #: workflow.declarations.content
    publicised_hash: Mapped[str | None] = column("公示内容摘要", String(64))  #: of what the unit posted last
    quota_id: Mapped[int | None] = mapped_column(ForeignKey("quota.id"), info={"label": "评审职数"}, index=True)
    reached_committee_at: Mapped[datetime | None] = column("到达评委会时间", DateTime)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), info={"label": "评审方案"})
    votes_yes: Mapped[int | None] = column("同意票", Integer)
    score: Mapped[int | None] = column("综合得分（百分之一分）", Integer)
    voted_on: Mapped[date | None] = column("投票表决日", Date)
    result_reason: Mapped[str] = column("未通过或终止原因", String(1000), default="")
    filing_id: Mapped[int | None] = mapped_column(ForeignKey("filing.id"), info={"label": "备案"}, index=True)
    filing_number: Mapped[str | None] = column("备案文号", String(60))
    filed_on: Mapped[date | None] = column("取得时间", Date)
    paper_received_on: Mapped[date | None] = column("纸质材料收到日期", Date)
    paper_by: Mapped[str] = column("纸质材料接收人", String(40), default="")
    paper_by_id: Mapped[int | None] = column("接收人账号", Integer)
    paper_place: Mapped[str] = column("纸质材料存放地点", String(80), default="")
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}

    batch: Mapped[Batch] = relationship(info={"label": "年度批次"})
    person: Mapped[Person] = relationship(info={"label": "申报人"})
    unit: Mapped[Organisation] = relationship(info={"label": "所在单位"})
    series: Mapped[Series] = relationship(info={"label": "申报系列"})
    title: Mapped[Title] = relationship(info={"label": "申报职称"})
    specialty: Mapped[Specialty | None] = relationship(info={"label": "申报专业"})
    committee: Mapped[Committee | None] = relationship(info={"label": "评委会"})
    office: Mapped[AcceptanceOffice | None] = relationship(info={"label": "受理机构"})
    content: Mapped[DeclarationContent] = relationship(
        back_populates="declaration", uselist=False, cascade="all, delete-orphan"
    )
    route: Mapped[list[RouteStep]] = relationship(order_by="RouteStep.position", cascade="all, delete-orphan")
    #: The level where it lies and the one after, for lists; verbs ask the route, which follows a move at once.
    here: Mapped[RouteStep | None] = relationship(
        primaryjoin="and_(foreign(RouteStep.declaration_id) == Declaration.id, foreign(RouteStep.position) == "
        "Declaration.position)",
        viewonly=True,
        info={"label": "当前审核层级"},
    )
    onward: Mapped[RouteStep | None] = relationship(
        primaryjoin="and_(foreign(RouteStep.declaration_id) == Declaration.id, foreign(RouteStep.position) == "
        "Declaration.position + 1)",
        viewonly=True,
        info={"label": "下一审核层级"},
    )

    @property
    def is_review(self) -> bool:
        """Whether a committee decides (评审), not the last organisation of the path."""
        return self.way == Way.REVIEW

    def __repr__(self) -> str:
        return f"{self.number} {self.applicant_name}"


class DeclarationContent(Model):
    """What the applicant filled in, section by section, apart from the row that lists read."""

    __tablename__ = "declaration_content"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), unique=True)
    sections: Mapped[dict[str, Any]] = column("申报内容", JSON, default=dict)
    promised_at: Mapped[datetime | None] = column("承诺时间", DateTime)
    promised_hash: Mapped[str | None] = column("承诺内容摘要", String(64))
    promised_from: Mapped[str] = column("承诺设备", String(200), default="")
    form_version: Mapped[str] = column("表单版本", String(20), default="")
    form_edition_id: Mapped[int | None] = column("申报表版本", Integer)  #: workflow.forms.editions; None: as declared
    carried_from: Mapped[str] = column("带入自申报编号", String(24), default="")
    carried: Mapped[list[str]] = column("带入后尚未核对的部分", JSON, default=list)
    #: workflow.declarations.degree_check
    degree_checks: Mapped[dict[str, Any]] = column("学历学位核验", JSON, default=dict)

    declaration: Mapped[Declaration] = relationship(back_populates="content")


class RouteStep(Model):
    """A level of the audit path as it stood at submission (审核层级); later changes do not touch it."""

    __tablename__ = "route_step"
    __table_args__ = (
        UniqueConstraint("declaration_id", "position"),
        Index("ix_route_step_desk", "organisation_id", "reached_at", "declaration_id"),
    )
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    position: Mapped[int] = column("层级", Integer)  #: 0 the unit, 1… auditing organisations
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info={"label": "审核机构"})
    fast_return: Mapped[bool] = column("退回直达申报人", Boolean, default=False)
    final: Mapped[bool] = column("最终机构", Boolean, default=False)
    deadline: Mapped[date | None] = column("本级审核截止", Date)
    reached_at: Mapped[datetime | None] = column("到达时间", DateTime)
    done_at: Mapped[datetime | None] = column("办结时间", DateTime)

    organisation: Mapped[Organisation] = relationship(lazy="joined", info={"label": "审核机构"})


#: The code list of the office from which returns and refusals take their cause.
CAUSES = "退回原因"


class Correction(Model):
    """一次性补正告知 (118号 四(三)): every item that must be supplied, told once, with the term."""

    __tablename__ = "correction"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    position: Mapped[int] = column("退回层级", Integer)
    items: Mapped[list[dict[str, str]]] = column("补正事项", JSON)
    facts: Mapped[list[str]] = column("可更改的申报信息", JSON, default=list)  #: workflow.declarations.content
    cause: Mapped[str] = column("退回原因", String(20), default="")  #: code of the list CAUSES
    opinion: Mapped[str] = column("审核意见", Text)
    issued_at: Mapped[datetime] = column("告知时间", DateTime)
    due_on: Mapped[date | None] = column("补正期限", Date)  #: None until it has come down to the applicant
    answered_at: Mapped[datetime | None] = column("补正时间", DateTime)
    organisation_name: Mapped[str] = column("告知机构", String(120))
    #: what was declared when it was returned: sections, materials, case facts; None for a return in words alone
    returned: Mapped[dict[str, Any] | None] = column("退回时的申报内容", JSON, deferred=True)
