"""Which piles a person may see: those of his own office; receipts, with their declaration."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false

from models.accounts.account import Account
from models.declarations.declaration import Declaration
from models.declarations.paper_pile import PaperPile, PaperReceipt
from workflow.base import policy
from workflow.base import roles as r
from workflow.base.scopes import part_of, scope

policy.NOUNS[PaperPile] = "纸质材料批次"
part_of(PaperReceipt, PaperReceipt.declaration_id, Declaration)


@scope(PaperPile, "office", "本机构接收的纸质材料批次", *policy.OFFICERS, r.HRSS_AUDIT, r.COMMITTEE_OFFICE)
def piles_of_my_office(actor: Account) -> ColumnElement[bool]:
    """The office that has scanned it, whoever of it did."""
    if actor.committee_id:
        return PaperPile.committee_id == actor.committee_id
    if not actor.organisation_id:
        return false()
    return and_(PaperPile.organisation_id == actor.organisation_id, PaperPile.committee_id.is_(None))
