"""Messages (消息) to a person, to the desk of an organisation or committee, or to all who hold a role."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, DateTime, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.accounts.account import Account
from models.accounts.charter import capacities_of
from models.base import column


class Notice(Model):
    """One message; exactly one of person, organisation, committee, account and role receives it."""

    __tablename__ = "notice"
    __table_args__ = tuple(  # what is unread, and what was read last, without looking at all the others
        Index(f"ix_notice_{of}", of, "read_at")
        for of in ("person_id", "organisation_id", "committee_id", "account_id", "role")
    )
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    role: Mapped[str | None] = column("接收角色", String(20))
    at: Mapped[datetime] = column("时间", DateTime)
    title: Mapped[str] = column("标题", String(120))
    text: Mapped[str] = column("内容", Text)
    link: Mapped[str] = column("链接", String(200), default="")
    read_at: Mapped[datetime | None] = column("阅读时间", DateTime)

    def __repr__(self) -> str:
        return self.title


def addressed(account: Account, *, of_office: bool) -> list[ColumnElement[bool]]:
    """To the person, the committee, the account itself, one of its roles, and `of_office` to its organisation: each
    by itself, since each has an index."""
    names = sorted({name for role in account.roles for name in capacities_of(role)})
    to = {
        Notice.person_id: account.person_id,
        Notice.organisation_id: account.organisation_id if of_office else None,
        Notice.committee_id: account.committee_id,
        Notice.account_id: account.id,
    }
    return [Notice.role == name for name in names] + [of == key for of, key in to.items() if key]
