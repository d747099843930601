"""Duties that may not meet in one hand: the one check that every door asks.

The pairs stand in models/accounts/apart.py, because the database refuses them as well. Asked here: when a role is made
or changed, when it is given to an account, when an account is made by a form, a command or an import, and when the
product starts (`clashes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_appbuilder.security.sqla.models import assoc_user_role
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.accounts.apart import ADMINS, pairs
from workflow.base.abilities import carried

_PAIRS = pairs()


def clash(capacities: Iterable[str]) -> str | None:
    """Why these standing roles may not be joined in one role or one account, or None."""
    names = list(dict.fromkeys(capacities))
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            if row := _PAIRS.get((one, other)):
                return f"“{one}”和“{other}”不能由同一人担任：{row.why}（{row.clause}）。"
    return None


def exclusion(roles: Sequence[Any]) -> str | None:
    """Why these roles may not be held together, or None (the database refuses it as well)."""
    names = {role.name for role in roles}
    admins = [name for name in ADMINS if name in names]
    if admins and len(names) > 1:
        others = "、".join(sorted(names - {admins[0]}))
        return (
            f"“{admins[0]}”不能同时是“{others}”：系统、安全、审计三员相互独立，且不办理业务"
            "（GB/T 22239-2019 8.1.4.2）；请另设账号。"
        )
    for at, role in enumerate(roles):
        for beside in roles[at + 1 :]:
            if sentence := clash((*carried(role), *carried(beside))):
                made = [r.name for r in (role, beside) if carried(r) != (r.name,)]
                built = "".join(f"“{name}”承担了上述岗位；" for name in made)
                return f"{sentence.rstrip('。')}；{built}请另设账号。"
    return None


def clashes(session: Session) -> list[tuple[Account, str]]:
    """Accounts that hold what may not meet in one hand, each with the sentence: from before a pair was declared.

    The database lets no new one in; those that stand are told when the product is prepared and on 角色与权限, for
    only a person can say which of the two roles has to go.
    """
    held = assoc_user_role.c
    several = select(held.user_id).group_by(held.user_id).having(func.count() > 1)
    accounts = session.scalars(select(Account).where(Account.id.in_(several)).order_by(Account.id)).unique()
    told = [(account, exclusion(sorted(account.roles, key=lambda role: role.name))) for account in accounts]
    return [(account, sentence) for account, sentence in told if sentence]
