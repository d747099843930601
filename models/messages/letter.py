"""The outbox (外发消息): one row per message and channel, written together with the message in the inbox."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import Boolean, DateTime, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Labelled, column
from models.sealed import Sealed


class Channel(Labelled):
    """By which way a message leaves the house; in the inbox it stands in any case."""

    MAIL = "mail", "电子邮件"
    SMS = "sms", "短信"
    VOICE = "voice", "语音电话"


class MessageKind(Labelled):
    """What a message is about: what a person chooses by."""

    DUTY = "duty", "待办"
    CORRECTION = "correction", "补正"
    PUBLICITY = "publicity", "公示"
    RESULT = "result", "结果"
    REMINDER = "reminder", "提醒"
    PROGRESS = "progress", "进度"


class LetterState(Labelled):
    """How far a message has come outside the house."""

    WAITING = "waiting", "待发送", "run"
    SENDING = "sending", "发送中", "run"
    RETRY = "retry", "失败待重试", "warn"
    SENT = "sent", "已发出", "ok"
    ARRIVED = "arrived", "已送达", "ok"
    BUNDLED = "bundled", "并入汇总", "off"
    GIVEN_UP = "given_up", "已放弃", "bad"
    DROPPED = "dropped", "不再发送", "off"


class Letter(Model):
    """One message by one channel. Its key goes with every try, so that a partner knows it again; `token` is of the
    run that has it, until `lease_until`."""

    __tablename__ = "letter"
    __table_args__ = (
        Index("ix_letter_due", "state", "next_at"),
        Index("ix_letter_account", "account_id", "channel", "state"),
    )
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    key: Mapped[str] = column("幂等键", String(40), unique=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    kind: Mapped[str] = column("消息类别", String(20), info={"enum": MessageKind})
    channel: Mapped[str] = column("渠道", String(10), info={"enum": Channel})
    receiver: Mapped[str] = column("接收地址", Sealed("letter.receiver"))
    subject: Mapped[str] = column("主题", String(120))
    text: Mapped[str] = column("外发内容", Text)
    digest: Mapped[bool] = column("每日汇总", Boolean, default=False)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"), index=True)
    made_at: Mapped[datetime] = column("产生时间", DateTime)
    next_at: Mapped[datetime | None] = column("下次发送时间", DateTime)
    lease_until: Mapped[datetime | None] = column("占用至", DateTime)
    token: Mapped[str] = column("占用标记", String(40), default="")
    tries: Mapped[int] = column("发送次数", Integer, default=0, least=0, most=1000)
    last_at: Mapped[datetime | None] = column("最近发送时间", DateTime)
    sent_at: Mapped[datetime | None] = column("发出时间", DateTime)
    arrived_at: Mapped[datetime | None] = column("送达时间", DateTime)
    receipt: Mapped[str] = column("回执编号", String(120), default="")
    error: Mapped[str] = column("最近未成功原因", String(300), default="")
    state: Mapped[str] = column("状态", String(20), default=LetterState.WAITING, info={"enum": LetterState})
    version: Mapped[int] = column("版本", Integer)
    __mapper_args__ = {"version_id_col": version}

    def __repr__(self) -> str:
        return f"外发消息 {self.id}（{Channel(self.channel).label}）"  # what it is about is for its receiver
