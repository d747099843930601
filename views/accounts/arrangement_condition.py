"""岗位安排: a query condition for accounts that still want a role or an office, or whose role does not fit theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_

from models.accounts.account import Account
from models.base import db
from views.screens.query import Condition
from workflow.register.fit import misfits

WITHOUT_ROLE, WITHOUT_OFFICE, MISFIT = "norole", "nooffice", "misfit"


class ArrangementCondition(Condition):
    """`arranged=norole` in the address."""

    def clause(self, given: Mapping[str, str]) -> tuple[Any, str]:
        """What is wanting of an account in use."""
        word = given.get(self.name, "").strip()
        active = Account.__table__.c.active
        if word == WITHOUT_ROLE:
            return and_(active, ~Account.roles.any()), ""
        if word == WITHOUT_OFFICE:
            nowhere = and_(Account.organisation_id.is_(None), Account.committee_id.is_(None))
            return and_(active, nowhere, Account.person_id.is_(None)), ""
        if word == MISFIT:
            return Account.id.in_([account.id for account, _sentence in misfits(db.session)]), ""
        return None, self._unreadable(word) if word else ""


def arrangement_condition() -> ArrangementCondition:
    """The condition for the list of accounts."""
    offered = [
        (WITHOUT_ROLE, "尚未授予角色"),
        (WITHOUT_OFFICE, "没有所在机构和评委会"),
        (MISFIT, "角色与机构不符"),
    ]
    return ArrangementCondition("arranged", "岗位安排", "choice", None, options=offered)
