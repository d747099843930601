"""The review plan (评审方案): candidates, demand for experts, scoring rules, ratio, venues."""

from __future__ import annotations

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.batches.batch import Batch
from models.committees.catalogue import Specialty
from models.committees.committee import Committee
from models.declarations.declaration import Declaration


class PlanState(Labelled):
    """REQUIREMENTS §5.3 (P0–P7)."""

    DRAFT = "draft", "草稿", "off"
    FILED = "filed", "已呈报待审核", "run"
    APPROVED = "approved", "已备案", "ok"
    RETURNED = "returned", "退回", "warn"
    REJECTED = "rejected", "不通过", "bad"
    DRAWN = "drawn", "已抽取评委", "ok"
    OPENED = "opened", "已开评", "run"
    REVIEWED = "reviewed", "评审结束", "ok"
    ARCHIVED = "archived", "已归档", "off"
    CANCELLED = "cancelled", "已撤销", "off"


class PlanKind(Labelled):
    """方案申报时，可将方案定义为正常方案和特殊方案，由不同的人进行审核 (附件3 1.14)."""

    NORMAL = "normal", "正常方案"
    SPECIAL = "special", "特殊方案"


class Plan(Model):
    __tablename__ = "plan"
    __trailed__ = True
    __protected__ = ("number", "kind", "opens_on", "state", "full_ratio", "associate_ratio")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    number: Mapped[str] = column("方案编号", String(24), unique=True)
    name: Mapped[str] = column("方案名称", String(120))
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), info={"label": "评委会"}, index=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), info={"label": "年度批次"}, index=True)
    year: Mapped[int] = column("年度", Integer, least=2000, most=2100)
    kind: Mapped[str] = column("方案类型", String(20), default=PlanKind.NORMAL, info={"enum": PlanKind})
    filed_on: Mapped[date | None] = column("呈报日期", Date)  #: the last time, as the next one
    approved_on: Mapped[date | None] = column("方案备案日期", Date)
    opens_on: Mapped[date] = column("开评日期", Date)
    arrival_place: Mapped[str] = column("报到地点", String(120))
    review_place: Mapped[str] = column("材料评审地点", String(120))
    interview_place: Mapped[str] = column("面试答辩地点", String(120))
    members: Mapped[int] = column("评委人数", Integer, least=1, most=99)
    unit_cap: Mapped[int] = column("同一单位评委上限", Integer, default=2, least=1, most=99)
    full_ratio: Mapped[int] = column("正高通过比例（%）", Integer, default=40, least=1, most=100)
    associate_ratio: Mapped[int] = column("副高及以下通过比例（%）", Integer, default=55, least=1, most=100)
    ratio_reason: Mapped[str] = column("突破比例控制说明", String(1000), default="")
    standards: Mapped[str] = column("执行的评价标准", String(500), default="")
    interview_scheme: Mapped[str] = column("面试答辩方案", Text, default="")
    recused_leave_denominator: Mapped[bool] = column("回避评委不计入出席人数", Boolean, default=False)
    training_contact: Mapped[str] = column("开评前业务对接记录", String(200), default="")
    state: Mapped[str] = column("状态", String(20), default=PlanState.DRAFT, info={"enum": PlanState}, index=True)
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}

    committee: Mapped[Committee] = relationship(info={"label": "评委会"})
    batch: Mapped[Batch] = relationship(info={"label": "年度批次"})
    needs: Mapped[list[PlanNeed]] = relationship(order_by="PlanNeed.code", cascade="all, delete-orphan")
    items: Mapped[list[ScoreItem]] = relationship(order_by="ScoreItem.id", cascade="all, delete-orphan")
    candidates: Mapped[list[Declaration]] = relationship(
        primaryjoin="Plan.id == foreign(Declaration.plan_id)", viewonly=True, order_by="Declaration.id"
    )

    def __repr__(self) -> str:
        return self.name


class PlanNeed(Model):
    """专家需求: how many experts of which specialty; one stratum of the draw."""

    __tablename__ = "plan_need"
    __table_args__ = (UniqueConstraint("plan_id", "code"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    code: Mapped[str] = column("专业组代码", String(20))
    specialty_id: Mapped[int | None] = mapped_column(ForeignKey("specialty.id"), info={"label": "专业"})
    name: Mapped[str] = column("专业组", String(60))
    need: Mapped[int] = column("人数", Integer, least=1, most=99)
    specialty: Mapped[Specialty | None] = relationship(info={"label": "专业"})


class ScoreKind(Labelled):
    """Item types of the 量化评分细则 (118号 三(四))."""

    SCORE = "score", "计分"
    BONUS = "bonus", "加分"
    DEDUCT = "deduct", "减分"
    VETO = "veto", "一票否决"


class ScorePhase(Labelled):
    MATERIAL = "material", "材料打分"
    INTERVIEW = "interview", "面试答辩打分"


class ScoreItem(Model):
    """打分细则: one item with its maximum in points."""

    __tablename__ = "score_item"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    phase: Mapped[str] = column("环节", String(20), info={"enum": ScorePhase})
    kind: Mapped[str] = column("类型", String(20), default=ScoreKind.SCORE, info={"enum": ScoreKind})
    name: Mapped[str] = column("评分项目", String(80))
    maximum: Mapped[int] = column("满分", Integer, least=0, most=100)
    criterion: Mapped[str] = column("评分标准", String(500), default="")
