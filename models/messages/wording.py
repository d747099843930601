"""The texts of messages as the office words them (消息文本): each counts from its day, the old ones are kept."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Date, DateTime, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts.account import Account
from models.base import Labelled, column
from models.messages.letter import MessageKind


class Place(Labelled):
    """Where a text is read."""

    INBOX = "inbox", "站内消息"
    MAIL = "mail", "电子邮件"
    SMS = "sms", "短信"
    VOICE = "voice", "语音电话"


class Wording(Model):
    """One text of one kind by one channel, with named fields; the newest whose day has come counts."""

    __tablename__ = "message_wording"
    __table_args__ = (Index("ix_message_wording_place", "kind", "place", "effective_on"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    kind: Mapped[str] = column("消息类别", String(20), info={"enum": MessageKind})
    place: Mapped[str] = column("渠道", String(10), info={"enum": Place})
    text: Mapped[str] = column("文本", Text)
    effective_on: Mapped[date] = column("启用日期", Date)
    made_at: Mapped[datetime] = column("修订时间", DateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    made_by: Mapped[Account | None] = relationship(info={"label": "修订人"})

    def __repr__(self) -> str:
        return f"{MessageKind(self.kind).label}·{Place(self.place).label}"
