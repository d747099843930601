"""Messages (消息) to a person, to the desk of an organisation or committee, or to all who hold a role."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import column


class Notice(Model):
    """One message; exactly one of person, organisation, committee, account and role receives it."""

    __tablename__ = "notice"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    role: Mapped[str | None] = column("接收角色", String(20), index=True)
    at: Mapped[datetime] = column("时间", DateTime)
    title: Mapped[str] = column("标题", String(120))
    text: Mapped[str] = column("内容", Text)
    link: Mapped[str] = column("链接", String(200), default="")
    read_at: Mapped[datetime | None] = column("阅读时间", DateTime)

    def __repr__(self) -> str:
        return self.title
