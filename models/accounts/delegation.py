"""委托办理: who signs for the 负责人 of an office while he is away, and from when until when."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Date, DateTime, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts.account import Account
from models.base import Labelled, column


class DelegationState(Labelled):
    """Whether its days have come, or are over, follows from the dates."""

    GIVEN = "given", "已委托", "run"
    ENDED = "ended", "已终止", "off"


class Delegation(Model):
    """One delegation, last day included; both work for the same office."""

    __tablename__ = "delegation"
    __table_args__ = (
        Index("ix_delegation_delegate", "delegate_id", "until_on"),
        Index("ix_delegation_principal", "principal_id", "until_on"),
        Index("ix_delegation_organisation", "organisation_id", "id"),
        Index("ix_delegation_committee", "committee_id", "id"),
    )
    __protected__ = ("principal_id", "delegate_id", "from_on", "until_on", "state")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "委托人账号"})
    delegate_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "受托人账号"})
    principal_name: Mapped[str] = column("委托人", String(64))
    delegate_name: Mapped[str] = column("受托人", String(64))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), info={"label": "机构"})
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), info={"label": "评委会"})
    from_on: Mapped[date] = column("开始日期", Date)
    until_on: Mapped[date] = column("截止日期", Date)
    reason: Mapped[str] = column("委托原因", String(200))
    made_at: Mapped[datetime] = column("委托时间", DateTime)
    ended_at: Mapped[datetime | None] = column("终止时间", DateTime)
    ended_by: Mapped[str] = column("终止人", String(64), default="")
    end_reason: Mapped[str] = column("终止原因", String(200), default="")
    state: Mapped[str] = column("状态", String(20), default=DelegationState.GIVEN, info={"enum": DelegationState})
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    principal: Mapped[Account] = relationship(foreign_keys=[principal_id], info={"label": "委托人账号"})
    delegate: Mapped[Account] = relationship(foreign_keys=[delegate_id], info={"label": "受托人账号"})

    def __repr__(self) -> str:
        return f"{self.principal_name}委托{self.delegate_name}"
