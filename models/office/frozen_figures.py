"""时点数据: all that the statistics count as it stood at one moment, kept as one file that nobody changes."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts.account import Account
from models.base import Labelled, column


class Occasion(Labelled):
    """Why figures were frozen."""

    MONTHLY = "monthly", "每月自动", "off"
    ASKED = "asked", "人工生成", "run"


class FrozenFigures(Model):
    """One moment. The file lies in the store under the row, named by its SHA-256; the row is never changed."""

    __tablename__ = "frozen_figures"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    taken_at: Mapped[datetime] = column("统计时点", DateTime, index=True)
    occasion: Mapped[str] = column("生成方式", String(20), info={"enum": Occasion})
    reason: Mapped[str] = column("事由", String(200))
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "生成人"})
    sha256: Mapped[str] = column("文件校验码", String(64))
    size: Mapped[int] = column("文件字节数", Integer)

    account: Mapped[Account] = relationship(info={"label": "生成人"})

    def __repr__(self) -> str:
        return f"{self.taken_at:%Y-%m-%d %H:%M}"
