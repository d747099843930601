"""A draw (抽取评委) by ZC-DRAW/1: what was frozen, committed, spoken, revealed and declined."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.review.plan import Plan
from models.sealed import Sealed


class DrawState(Labelled):
    FROZEN = "frozen", "名册已冻结", "run"
    COMMITTED = "committed", "已承诺待口令", "run"
    DRAWN = "drawn", "已抽取", "ok"
    CLOSED = "closed", "已办结", "ok"
    ABORTED = "aborted", "已中止", "bad"


class Draw(Model):
    __tablename__ = "draw"
    __table_args__ = (UniqueConstraint("plan_id", "attempt"),)
    __trailed__ = True
    __protected__ = ("attempt", "pool_hash", "commitment", "result_hash", "state")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), info={"label": "评审方案"})
    name: Mapped[str] = column("抽取编号", String(40))
    attempt: Mapped[int] = column("次数", Integer, least=1, most=99)
    manifest: Mapped[bytes] = column("冻结名册", LargeBinary)
    pool_hash: Mapped[str] = column("名册校验码", String(64))
    salt: Mapped[str] = column("身份承诺盐", Sealed("draw.salt"))
    r0: Mapped[str | None] = column("系统随机数", Sealed("draw.r0"))
    commitment: Mapped[str | None] = column("承诺值", String(64))
    result: Mapped[bytes | None] = column("抽取结果", LargeBinary)
    result_hash: Mapped[str | None] = column("结果校验码", String(64))
    witnesses: Mapped[str] = column("监督人员", String(300), default="")  #: as papers print them; see Witness
    drawn_at: Mapped[datetime | None] = column("抽取时间", DateTime)
    abort_reason: Mapped[str] = column("中止原因", Text, default="")
    abort_asked_by: Mapped[int | None] = column("提请中止账号", Integer)
    state: Mapped[str] = column("状态", String(20), default=DrawState.FROZEN, info={"enum": DrawState})
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    plan: Mapped[Plan] = relationship(info={"label": "评审方案"})
    contributions: Mapped[list[Contribution]] = relationship(order_by="Contribution.label")
    declines: Mapped[list[Decline]] = relationship(order_by="Decline.id")

    def __repr__(self) -> str:
        return f"{self.name} 第 {self.attempt} 次"


class Contribution(Model):
    """A value spoken by a supervisor, typed in under his own label."""

    __tablename__ = "contribution"
    __table_args__ = (UniqueConstraint("draw_id", "label"), UniqueConstraint("draw_id", "account_id"))
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"))
    account_id: Mapped[int] = column("账号", Integer)
    label: Mapped[str] = column("监督方代号", String(40))
    value: Mapped[str] = column("口令", String(80))


class Witness(Model):
    """Who watched a draw: an account of the office or of the supervisors, or somebody declared from outside."""

    __tablename__ = "draw_witness"
    __table_args__ = (UniqueConstraint("draw_id", "name"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"))
    account_id: Mapped[int | None] = column("账号", Integer)
    name: Mapped[str] = column("姓名", String(60))
    organisation: Mapped[str] = column("单位", String(200))
    post: Mapped[str] = column("职务", String(60))


class Decline(Model):
    """A drawn expert who cannot come; the walk goes on to the next in the same order."""

    __tablename__ = "decline"
    __table_args__ = (UniqueConstraint("draw_id", "code"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"))
    code: Mapped[str] = column("评委代码", String(12))
    reason: Mapped[str] = column("原因", String(40))
    note: Mapped[str] = column("通知记录", String(300), default="")
