"""Signing in: who is signed in now, who failed from where, and which passwords an account had before."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import column


class SignIn(Model):
    """One stay of one account: the cookie carries a random token, this row its hash. No row, no entry."""

    __tablename__ = "sign_in"
    key: Mapped[str] = column("会话摘要", String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    epoch: Mapped[int] = column("会话批次", Integer)
    started_at: Mapped[datetime] = column("登录时间", DateTime)
    address: Mapped[str] = column("来源地址", String(64), default="")
    second_factor_at: Mapped[datetime | None] = column("动态口令通过时间", DateTime)
    ended_at: Mapped[datetime | None] = column("退出时间", DateTime)


class AddressDelay(Model):
    """Failures from one address: the more there were lately, the longer the next attempt waits."""

    __tablename__ = "address_delay"
    address: Mapped[str] = column("来源地址", String(64), primary_key=True)
    failures: Mapped[int] = column("失败次数", Integer, default=0)
    last_at: Mapped[datetime] = column("最近失败时间", DateTime)


class FormerPassword(Model):
    """A hash an account has used (等保三级: a new password differs from the last five)."""

    __tablename__ = "former_password"
    __table_args__ = (Index("ix_former_password_account", "account_id", "set_at"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    hash: Mapped[str] = column("口令散列", String(256))
    set_at: Mapped[datetime] = column("设置时间", DateTime)
