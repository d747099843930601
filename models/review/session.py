"""The review session (评审会议): members who signed in, recusals, groups, reviews, scores, opinions."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_appbuilder import Model
from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.committees.expert import Expert
from models.declarations.declaration import Declaration
from models.review.plan import Plan, ScoreItem


class SessionState(Labelled):
    """REQUIREMENTS §5.4 (S0–S9)."""

    PREPARING = "preparing", "准备", "off"
    CHECK_IN = "check_in", "报到", "run"
    TRAINING = "training", "评委培训", "run"
    MATERIAL_REVIEW = "material_review", "材料复审", "run"
    MATERIAL_SCORING = "material_scoring", "材料打分", "run"
    INTERVIEW = "interview", "面试答辩", "run"
    DISCUSSION = "discussion", "小组评议", "run"
    VOTING = "voting", "大会投票", "run"
    SEALED = "sealed", "计票封存", "ok"
    ARCHIVED = "archived", "解散归档", "off"
    CANCELLED = "cancelled", "已中止", "bad"


#: States in which the committee meets: experts are at work and see what they judge.
UNDER_WAY = tuple(
    state
    for state in SessionState
    if state not in (SessionState.PREPARING, SessionState.SEALED, SessionState.ARCHIVED, SessionState.CANCELLED)
)


class ReviewSession(Model):
    __tablename__ = "review_session"
    __trailed__ = True
    __protected__ = ("plan_id", "state", "voted_on")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), unique=True, info={"label": "评审方案"})
    name: Mapped[str] = column("评审会议", String(120))
    opened_on: Mapped[date | None] = column("开评日期", Date)
    review_on: Mapped[date | None] = column("材料复审日期", Date)
    scoring_on: Mapped[date | None] = column("材料打分日期", Date)
    interview_on: Mapped[date | None] = column("面试答辩日期", Date)
    discussion_on: Mapped[date | None] = column("小组评议日期", Date)
    voted_on: Mapped[date | None] = column("投票表决日", Date, index=True)
    late_vote_reason: Mapped[str] = column("逾期投票说明", String(500), default="")
    devices: Mapped[str] = column("通讯工具保管记录", String(300), default="")
    training_note: Mapped[str] = column("评委培训记录", String(500), default="")
    waiver: Mapped[str] = column("本环节未完成说明", Text, default="")
    minutes: Mapped[str] = column("会议记录", Text, default="")
    tie_decision: Mapped[str] = column("并列处理决定", Text, default="")
    chair: Mapped[str] = column("主持人", String(40), default="")
    scrutineers: Mapped[str] = column("计票监票人", String(120), default="")
    call_off_reason: Mapped[str] = column("中止原因", Text, default="")
    call_off_asked_by: Mapped[int | None] = column("提请中止账号", Integer)
    state: Mapped[str] = column(
        "状态", String(20), default=SessionState.PREPARING, info={"enum": SessionState}, index=True
    )
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    plan: Mapped[Plan] = relationship(info={"label": "评审方案"})
    members: Mapped[list[Member]] = relationship(order_by="Member.id")

    def __repr__(self) -> str:
        return self.name


class Member(Model):
    """A drawn expert in a session: signed in, in a group, with promises signed."""

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("session_id", "expert_id"), UniqueConstraint("session_id", "code"))
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("review_session.id"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"), index=True)
    code: Mapped[str] = column("评委代码", String(12))  #: of this session alone, never that of the pool
    stratum: Mapped[str] = column("专业组", String(20))
    chair: Mapped[bool] = column("主任委员", Boolean, default=False)
    signed_in_at: Mapped[datetime | None] = column("报到时间", DateTime)
    secrecy_signed: Mapped[bool] = column("已签保密承诺", Boolean, default=False)
    recusal_declared: Mapped[bool] = column("已作回避声明", Boolean, default=False)
    expert: Mapped[Expert] = relationship(info={"label": "评委"})


class Recusal(Model):
    """An expert who must not see or judge one candidate (令40号 第二十四条)."""

    __tablename__ = "recusal"
    __table_args__ = (UniqueConstraint("session_id", "expert_id", "declaration_id"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("review_session.id"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"), index=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    reason: Mapped[str] = column("回避事由", String(120))


class InterviewSlot(Model):
    """面试通知: when, where and in which order a candidate answers."""

    __tablename__ = "interview_slot"
    __table_args__ = (UniqueConstraint("session_id", "declaration_id"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("review_session.id"))
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    starts_at: Mapped[datetime] = column("面试时间", DateTime)
    place: Mapped[str] = column("面试地点", String(120))
    group_name: Mapped[str] = column("面试分组", String(40))
    sequence: Mapped[int] = column("面试顺序", Integer, least=1, most=9999)
    minutes: Mapped[int] = column("时长（分钟）", Integer, default=15, least=5, most=180)
    panel: Mapped[list[int]] = column("面试评委", JSON, default=list)  #: ids of experts; none: all of the committee
    edition: Mapped[int] = column("通知版次", Integer, default=1, least=1, most=99)
    notified_at: Mapped[datetime | None] = column("通知时间", DateTime)
    confirmed_at: Mapped[datetime | None] = column("回执时间", DateTime)
    declaration: Mapped[Declaration] = relationship(info={"label": "参评人员"})

    @property
    def ends_at(self) -> datetime:
        """When the next may begin in the same room."""
        return self.starts_at + timedelta(minutes=self.minutes)


class MaterialReview(Model):
    """材料复审 by one expert of one candidate: 审核通过 or 审核不通过."""

    __tablename__ = "material_review"
    __table_args__ = (UniqueConstraint("session_id", "expert_id", "declaration_id"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("review_session.id"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"))
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    passed: Mapped[bool] = column("复审结果", Boolean)
    opinion: Mapped[str] = column("复审意见", String(1000), default="")


class Score(Model):
    """Points of one expert for one candidate and item, in hundredths of a point. Named, not secret."""

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("expert_id", "declaration_id", "item_id"),
        Index("ix_score_declaration", "declaration_id", "item_id"),
    )
    __protected__ = ("expert_id", "declaration_id", "item_id", "points")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("review_session.id"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"))
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("score_item.id"))
    points: Mapped[int] = column("得分（百分之一分）", Integer, least=0, most=10000)
    note: Mapped[str] = column("备注", String(300), default="")
    item: Mapped[ScoreItem] = relationship(info={"label": "评分项目"})


class ReviewOpinion(Model):
    """评审意见 of one expert on one candidate; the group's opinion refers to them (令40号 第二十条)."""

    __tablename__ = "review_opinion"
    __table_args__ = (UniqueConstraint("session_id", "expert_id", "declaration_id"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("review_session.id"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"))
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    text: Mapped[str] = column("评审意见", Text)
    fail_reason: Mapped[str] = column("未通过原因", String(1000), default="")
