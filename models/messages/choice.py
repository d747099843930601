"""What each person has chosen (消息接收设置): where letters go, which kind comes by which channel, and when."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Labelled, column
from models.messages.letter import Channel, MessageKind
from models.sealed import Sealed


class How(Labelled):
    """When a message of a kind comes by a channel."""

    NONE = "none", "不接收"
    AT_ONCE = "at_once", "即时"
    DIGEST = "digest", "每日汇总"


class Contact(Model):
    """One row per account that has chosen anything. A mail address counts from its confirmation on."""

    __tablename__ = "message_contact"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), unique=True)
    mail: Mapped[str | None] = column("电子邮箱", Sealed("message_contact.mail"))
    asked_mail: Mapped[str | None] = column("待确认的电子邮箱", Sealed("message_contact.asked_mail"))
    code_hash: Mapped[str] = column("确认码摘要", String(64), default="")
    code_at: Mapped[datetime | None] = column("确认码发出时间", DateTime)
    code_tries: Mapped[int] = column("确认码填错次数", Integer, default=0, least=0, most=100)
    quiet_from: Mapped[int] = column("免打扰开始（时）", Integer, default=22, least=0, most=23)
    quiet_until: Mapped[int] = column("免打扰结束（时）", Integer, default=7, least=0, most=23)
    digest_at: Mapped[int] = column("每日汇总时间（时）", Integer, default=8, least=0, most=23)
    version: Mapped[int] = column("版本", Integer)
    __mapper_args__ = {"version_id_col": version}


class Choice(Model):
    """One kind by one channel, of one account; without a row it is not sent."""

    __tablename__ = "message_choice"
    __table_args__ = (UniqueConstraint("account_id", "kind", "channel"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    kind: Mapped[str] = column("消息类别", String(20), info={"enum": MessageKind})
    channel: Mapped[str] = column("渠道", String(10), info={"enum": Channel})
    how: Mapped[str] = column("接收方式", String(10), info={"enum": How})
