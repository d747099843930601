"""《真实性审核责任卡》 (118号 四(二)1): who of the unit has checked what of a declaration, and when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Date, DateTime, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column


class CheckResult(Labelled):
    """What the check of an item found; what is not true is sent back and never signed."""

    TRUE = "true", "属实", "ok"
    #: Nothing of the kind is declared: nobody vouches for what is not there.
    NONE = "none", "无此项", "off"


class LiabilityCard(Model):
    """A card as it was signed; signed anew after a return it is a new card, and the newest counts."""

    __tablename__ = "liability_card"
    __protected__ = ("declaration_id", "signed_at", "signed_by", "lines")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), info={"label": "申报"}, index=True)
    signed_at: Mapped[datetime] = column("签署时间", DateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), info={"label": "登记账号"})
    signed_by: Mapped[str] = column("登记人", String(64))
    organisation_name: Mapped[str] = column("签署单位", String(200))
    note: Mapped[str] = column("审核说明", Text, default="")
    content_hash: Mapped[str] = column("所核内容摘要", String(64), default="")  #: workflow.declarations.content

    checks: Mapped[list[LiabilityCheck]] = relationship(order_by="LiabilityCheck.id", cascade="all, delete-orphan")

    @property
    def lines(self) -> list[list[Any]]:
        """What the seal of the card covers of its items."""
        return [[c.item, c.wording, c.checker_id, c.checker_name, c.result, c.checked_on] for c in self.checks]


class LiabilityCheck(Model):
    """One item of a card. The checker is an account of the unit; older cards may hold a name alone."""

    __tablename__ = "liability_check"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("liability_card.id"), info={"label": "责任卡"}, index=True)
    item: Mapped[str] = column("审核项目代号", String(20))
    wording: Mapped[str] = column("审核项目", String(60))
    checker_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), info={"label": "审核人账号"})
    checker_name: Mapped[str] = column("审核人", String(40))
    result: Mapped[str] = column("审核结果", String(20), default=CheckResult.TRUE, info={"enum": CheckResult})
    checked_on: Mapped[date] = column("审核日期", Date)
