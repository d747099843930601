"""Who of an office checks or is responsible (审核人, 负责人): accounts of the office, picked and not typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models.accounts.account import Account
from models.declarations.declaration import Declaration
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork

#: Whoever declares or judges does not act for an office, whatever unit his account names.
_NO_OFFICE = frozenset({roles.APPLICANT, roles.EXPERT})


def staff(uow: UnitOfWork) -> list[Account]:
    """Accounts in use that act for the actor's own office, himself first."""
    actor = uow.actor
    if not (actor.committee_id or actor.organisation_id):
        return [actor]
    mine = (
        Account.committee_id == actor.committee_id
        if actor.committee_id
        else Account.organisation_id == actor.organisation_id
    )
    found = uow.session.scalars(select(Account).where(mine, Account.__table__.c.active.is_(True)).order_by(Account.id))
    others = [a for a in found.unique() if a.id != actor.id and set(a.role_names) - _NO_OFFICE]
    return [actor, *others]


def offered(uow: UnitOfWork, subject: Any) -> Sequence[tuple[str, str]]:
    """The staff of the office for a field that names one of them; without whom the case is about."""
    people = [a for a in staff(uow) if not (isinstance(subject, Declaration) and is_himself(a, subject))]
    return [(str(a.id), f"{a.full_name}（{a.username}）") for a in people]


def is_himself(account: Account, declaration: Declaration) -> bool:
    """Whether an account is, or cannot be told from, the applicant."""
    if account.person_id is not None:
        return account.person_id == declaration.person_id
    return account.full_name == declaration.applicant_name


def colleague(uow: UnitOfWork, given: str, declaration: Declaration, *, what: str, field: str) -> Account:
    """The account that was picked, or whom the office has by exactly that name. Refused: anybody else, and the
    applicant."""
    people = staff(uow)
    named = [a for a in people if str(a.id) == given] or [a for a in people if a.full_name == given]
    if len(named) != 1:
        raise Refused(
            f"{what}须是本单位的在用账号，“{given}”不是（118号 四(二)1 谁审核、谁负责）；"
            "请从列表中选择，没有账号的请系统管理员先开通。",
            field=field,
        )
    if is_himself(named[0], declaration):
        raise Refused(f"{what}不能是申报人本人（118号 四(二)1）；请由他人审核。", field=field)
    return named[0]


def colleagues(uow: UnitOfWork, *names: str) -> dict[str, int]:
    """Name as typed → the account in use of the actor's own office that bears exactly this name.

    The actor himself comes first; a name that several colleagues share, or nobody bears, is left out: it stays a word.
    """
    wanted, actor = set(names) - {""}, uow.actor
    found: dict[str, set[int]] = {}
    mine = (
        Account.committee_id == actor.committee_id
        if actor.committee_id
        else Account.organisation_id == actor.organisation_id
    )
    if wanted - {actor.full_name} and (actor.committee_id or actor.organisation_id):
        parts = select(Account.id, Account.last_name, Account.first_name).where(
            mine, Account.__table__.c.active.is_(True)
        )
        for key, last, first in uow.session.execute(parts):
            found.setdefault(f"{last or ''}{first or ''}", set()).add(key)
    known = {name: keys.pop() for name, keys in found.items() if name in wanted and len(keys) == 1}
    return known | ({actor.full_name: actor.id} if actor.full_name in wanted else {})
