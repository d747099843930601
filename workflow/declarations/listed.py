"""Whoever is on the blacklist when a title would take effect (118号 七(一)): 期内不得申报、备案和发证."""

from __future__ import annotations

from models.declarations.declaration import Declaration
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations.objected import gives_the_title
from workflow.register import blacklist


def not_listed(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """Nobody obtains a title while he is listed, whenever he was."""
    entry = blacklist.blocked(uow.session, declaration.person_id, uow.today)
    if entry is None:
        return None
    return (
        f"{declaration.applicant_name} 已列入职称评审失信黑名单，记录期至 {entry.ends_on}，期内不得申报、备案和发证"
        "（118号 七(一)）；请由省厅审核岗办理“终止申报参评”。"
    )


def not_listed_at_effect(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """The last 通过 of an 初定 or 认定 gives the title: there it is asked."""
    return not_listed(uow, declaration) if gives_the_title(declaration) else None
