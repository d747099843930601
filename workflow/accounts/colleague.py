"""Who of an office checks or is responsible (审核人, 负责人): accounts of the office, picked and not typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models.accounts.account import HEAD, Account
from models.declarations.declaration import Declaration
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.register import person_name

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
    """Whether an account is, or cannot be told from, the applicant: by the person, and by name where it is tied to
    none (desks of units and offices are opened for a name)."""
    if account.person_id is not None:
        return account.person_id == declaration.person_id
    return person_name.fold(account.full_name) == person_name.fold(declaration.applicant_name)


def not_self(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """The applicant is never the auditor of his own case (REQUIREMENTS §3.1, 职责分离)."""
    if not is_himself(uow.actor, declaration):
        return None
    same = "" if uow.actor.person_id is not None else f"本账号姓名“{uow.actor.full_name}”与申报人相同，"
    return f"{same}申报人不得审核本人的申报（审核与申报职责分离，118号 四(二)1 实名审核）；请由本单位其他经办人办理。"


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


#: The roles in which somebody answers for an office.
_AT_A_DESK = (*roles.RECOMMENDERS, *roles.AUDITORS, roles.COMMITTEE_OFFICE)


def heads(uow: UnitOfWork) -> list[Account]:
    """Who of the actor's office is registered as 负责人 and has a role there."""
    return [a for a in staff(uow) if a.position == HEAD and a.plays(*_AT_A_DESK)]


def offered_heads(uow: UnitOfWork, subject: Any) -> Sequence[tuple[str, str]]:
    """The 负责人 to choose from: never the actor himself, nor whom the case is about."""
    return [
        (str(a.id), f"{a.full_name}（{a.username}）") for a in heads(uow) if a.id != uow.actor.id and _free(a, subject)
    ]


def _free(account: Account, subject: Any) -> bool:
    return not (isinstance(subject, Declaration) and is_himself(account, subject))


def only_head(uow: UnitOfWork, subject: Any) -> str:
    """The one that need not be chosen, where the office has but one."""
    offered = offered_heads(uow, subject)
    return offered[0][0] if len(offered) == 1 else ""


def headless(uow: UnitOfWork, clause: str) -> str | None:
    """The sentence for an office in which nobody is registered as 负责人, with what is to be done."""
    if heads(uow):
        return None
    return (
        f"须由经办人和负责人两人办理（{clause}），“{uow.actor.desk}”没有登记在岗的负责人；"
        "请系统管理员在“账号管理”中为负责人开通账号（岗位选“负责人”），由安全管理员授予本机构的岗位角色。"
    )


def head_of(uow: UnitOfWork, given: str | int | None, subject: Any, *, clause: str) -> Account:
    """The 负责人 who was picked. Refused: anybody who is not registered as such in this office, the actor, the
    applicant."""
    if sentence := headless(uow, clause):
        raise Refused(sentence, field="head")
    named = next((a for a in heads(uow) if str(a.id) == str(given or "")), None)
    if given is not None and str(given) == str(uow.actor.id):
        raise Refused(
            f"负责人不能是经办人本人（{clause} 经办人和负责人）；请选择另一名负责人，或由其他经办人办理。", field="head"
        )
    if named is None:
        others = offered_heads(uow, subject)
        alone = "本机构只有您（或申报人本人）登记为负责人，请另行登记一名，或由他人经办"
        what = "请选择负责人" if others else alone
        raise Refused(f"负责人须是本机构登记在岗的负责人账号（{clause}）；{what}。", field="head")
    if not _free(named, subject):
        raise Refused(f"负责人不能是申报人本人（{clause}）；请选择其他负责人。", field="head")
    return named


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
