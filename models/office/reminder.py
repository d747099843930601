"""催办: that an office or a committee was reminded of what lies there, by whom and when."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts.account import Account
from models.base import column


class Reminder(Model):
    """One reminder to one desk; no desk gets a second one on the same day, whoever sends it."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("organisation_id", "sent_on"),
        UniqueConstraint("committee_id", "sent_on"),
        CheckConstraint("(organisation_id IS NULL) <> (committee_id IS NULL)", name="one_desk"),
    )
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), info={"label": "机构"})
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), info={"label": "评委会"})
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "催办人"})
    sent_on: Mapped[date] = column("催办日期", Date)
    sent_at: Mapped[datetime] = column("催办时间", DateTime)
    lying: Mapped[int] = column("当时在办", Integer, least=0, most=10_000_000)
    late: Mapped[int] = column("其中超期", Integer, least=0, most=10_000_000)

    account: Mapped[Account] = relationship(info={"label": "催办人"})
