"""What an account has arranged for itself on a list: queries it asks again (常用查询), columns it wants to see
(显示列)."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import column


class SavedQuery(Model):
    """Conditions and order of one list under a name; numbers of persons stand in it as their blind index only."""

    __tablename__ = "saved_query"
    __table_args__ = (UniqueConstraint("account_id", "screen", "name"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "账号"})
    screen: Mapped[str] = column("界面", String(80))
    name: Mapped[str] = column("名称", String(30))
    conditions: Mapped[str] = column("查询条件", Text)  #: as in the address of the list
    saved_at: Mapped[datetime] = column("保存时间", DateTime)

    def __repr__(self) -> str:
        return self.name


class ColumnChoice(Model):
    """The columns of one list that an account wants to see, in their order."""

    __tablename__ = "column_choice"
    __table_args__ = (UniqueConstraint("account_id", "screen"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "账号"})
    screen: Mapped[str] = column("界面", String(80))
    names: Mapped[str] = column("显示列", Text)

    def __repr__(self) -> str:
        return self.names
