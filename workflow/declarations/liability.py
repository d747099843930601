"""《真实性审核责任卡》 (118号 四(二)1): its items, its signing, and whether a declaration has one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.declarations.liability import CheckResult, LiabilityCard, LiabilityCheck
from workflow.accounts.colleague import colleague
from workflow.base.remembered import once
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import content

#: Items of the card.
LIABILITY_ITEMS = (
    ("education", "学历、学位证件查询认证"),
    ("awards", "奖项及相关证件查询认证"),
    ("papers", "论文、论著检索核实"),
    ("projects", "项目、业绩材料核实"),
    ("tenure", "任职年限核对确认"),
)
#: Where the form holds what an item is about; any of them filled in makes it an item to check.
ABOUT = {
    "education": ("education",),
    "awards": ("awards", "patents", "licences"),
    "papers": ("papers",),
    "projects": ("projects", "achievements"),
    "tenure": ("titles", "experience"),
}


def compose(uow: UnitOfWork, declaration: Declaration, checkers: Mapping[str, str], note: str) -> LiabilityCard:
    """The card with who checked each item: accounts of the unit, never the applicant's."""
    who = {
        item: colleague(uow, checkers[item], declaration, what=f"“{wording}”的审核人", field=item)
        for item, wording in LIABILITY_ITEMS
    }
    return LiabilityCard(
        declaration_id=declaration.id,
        signed_at=uow.now.replace(microsecond=0),
        account_id=uow.actor.id,
        signed_by=uow.actor.full_name,
        organisation_name=uow.actor.desk,
        note=note,
        content_hash=content.digest(uow.session, declaration),
        checks=[
            LiabilityCheck(
                item=item,
                wording=wording,
                checker_id=who[item].id,
                checker_name=who[item].full_name,
                result=found(declaration, item),
                checked_on=uow.today,
            )
            for item, wording in LIABILITY_ITEMS
        ],
    )


def found(declaration: Declaration, item: str) -> CheckResult:
    """What signing the card says of an item: 属实 of what is declared, 无此项 where nothing of the kind is."""
    filled = declaration.content.sections or {}
    return CheckResult.TRUE if any(filled.get(section) for section in ABOUT[item]) else CheckResult.NONE


def told(card: LiabilityCard) -> list[dict[str, str | int | None]]:
    """The lines of the card for the trail."""
    return [{"item": c.wording, "checker": c.checker_name, "key": c.item, "account": c.checker_id} for c in card.checks]


def keep(uow: UnitOfWork, card: LiabilityCard) -> None:
    """The card is signed: from now on it counts, and a seal covers it."""
    uow.session.add(card)
    uow.record("sign_card", card)


def cards_of(session: Session, declaration: Declaration) -> list[LiabilityCard]:
    """Every card of the declaration, the newest first."""
    cards = (
        select(LiabilityCard).where(LiabilityCard.declaration_id == declaration.id).order_by(LiabilityCard.id.desc())
    )
    return once(session, (cards_of, declaration), lambda: list(session.scalars(cards).unique()))


def card_of(session: Session, declaration: Declaration) -> LiabilityCard | None:
    """The newest card of the declaration, or None while it is not signed."""
    return next(iter(cards_of(session, declaration)), None)


def signed() -> ColumnElement[bool]:
    """The clause that a declaration has a card signed for what was handed in."""
    card = select(LiabilityCard.id).where(
        LiabilityCard.declaration_id == Declaration.id, LiabilityCard.content_hash == Declaration.content_hash
    )
    return card.correlate(Declaration).exists()
