"""A role fits the kind of organisation: whose desk a role opens is asked of where its holder works.

One table, asked wherever a role meets an account: when the 安全管理员 gives it, when an account is made with roles
(installation, registration, a committee's account), when an import gives it, when an account is moved to another
organisation; `misfits` names the accounts that stood before or whose organisation has changed its kind since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import ColumnElement, Select, select, union
from sqlalchemy.orm import Session, selectinload

from models.accounts.account import Account
from models.accounts.charter import PLAYS, RoleAbility, RoleCharter
from models.committees.committee import Committee
from models.register.organisation import NodeKind, Organisation
from workflow.base import roles as r
from workflow.base.abilities import carried

_SUPERIORS = (NodeKind.BUREAU, NodeKind.PROVINCIAL, NodeKind.UNIVERSITY, NodeKind.ENTERPRISE, NodeKind.CENTRAL)


@dataclass(frozen=True)
class Fit:
    """Standing roles, the kinds of organisation whose desk they open, and the clause that gives them that desk."""

    roles: tuple[str, ...]
    kinds: tuple[str, ...]
    clause: str


# fmt: off
FITS: tuple[Fit, ...] = (
    Fit((r.UNIT_OFFICER,),      (NodeKind.UNIT, NodeKind.AGENCY, *_SUPERIORS),     "118号 四(二)1"),
    Fit((r.BUREAU_OFFICER,),    _SUPERIORS,                                        "附件2 1.1.3"),
    Fit((r.DISTRICT_OFFICER,),  (NodeKind.DISTRICT, NodeKind.DIRECT_COUNTY),       "附件3 1.12"),
    Fit((r.CITY_OFFICER,),      (NodeKind.CITY,),                                  "附件3 1.12"),
    Fit((*r.HRSS, r.LEADER),    (NodeKind.PROVINCE,),                              "附件3 1.1–1.24"),
    Fit((r.SUPERVISOR,),        (NodeKind.SUPERVISION, NodeKind.PROVINCE),         "118号 五(二)"),
)
# fmt: on
_BY_ROLE = {role: fit for fit in FITS for role in fit.roles}
#: Whose desk is a committee's, not an organisation's.
_OF_COMMITTEE = "附件3 1.10"


def misfit(
    session: Session, roles: Iterable[Any], organisation: Organisation | None, committee: Committee | None
) -> str | None:
    """Why one of these roles does not fit where the account works, or None."""
    for role in roles:
        for capacity in carried(role):
            if sentence := _misfit(session, capacity, organisation, committee):
                built = f"角色“{role.name}”承担了“{capacity}”；" if capacity != role.name else ""
                return built + sentence
    return None


def _misfit(
    session: Session, capacity: str, organisation: Organisation | None, committee: Committee | None
) -> str | None:
    if capacity == r.COMMITTEE_OFFICE:
        if committee is not None:
            return None
        return (
            f"“{capacity}”只授予某一评委会的账号（{_OF_COMMITTEE}），该账号没有所属评委会；"
            "请先由系统管理员变更所属，或在评委会管理中开通评委会账号。"
        )
    fit = _BY_ROLE.get(capacity)
    if fit is None or (organisation is not None and organisation.kind in fit.kinds):
        return None
    if organisation is None and _first_day(session, fit):
        return None
    kinds = "、".join(NodeKind(kind).label for kind in fit.kinds)
    stands = (
        f"该账号的所在机构“{organisation.name}”是{NodeKind(organisation.kind).label}"
        if organisation is not None
        else "该账号没有所在机构"
    )
    return (
        f"“{capacity}”只授予{kinds}的账号（{fit.clause}），{stands}；请先由系统管理员变更所属，或授予与机构相符的角色。"
    )


def _first_day(session: Session, fit: Fit) -> bool:
    """Somebody must enter the first organisation: a provincial desk needs none while the province is not entered."""
    if NodeKind.PROVINCE not in fit.kinds:
        return False
    entered = select(Organisation.id).where(Organisation.kind.in_(fit.kinds), Organisation.active)
    return session.scalar(entered.limit(1)) is None


def misfits(session: Session, most: int | None = None) -> list[tuple[Account, str]]:
    """Accounts in use whose role does not fit where they work, each with the sentence: for the list on 账号管理 and
    for whoever prepares an upgrade; only a person can say whether role or organisation has to change. `most` ends the
    search after so many, for the workbench.
    """
    suspects = union(*_suspicions()).subquery()
    found = select(Account).join(suspects, suspects.c.id == Account.id).where(Account.__table__.c.active)
    found = found.options(selectinload(Account.roles)).order_by(Account.id).limit(most)
    accounts = session.scalars(found).unique()
    told = [(a, misfit(session, sorted(a.roles, key=lambda x: x.name), a.organisation, a.committee)) for a in accounts]
    return [(account, sentence) for account, sentence in told if sentence]


def _suspicions() -> list[Select[tuple[int]]]:
    """Who may not fit. Of the offices few hold a role, and each is asked where he works; of the units so many do that
    it is asked the other way round, who of another kind of organisation or of none holds it."""
    found = []
    for fit in FITS:
        if r.UNIT_OFFICER in fit.roles:
            elsewhere = select(Organisation.id).where(
                Organisation.kind.in_([k for k in NodeKind if k not in fit.kinds])
            )
            holds = Account.roles.any(Role.name.in_(fit.roles))
            found.append(select(Account.id).where(Account.organisation_id.in_(elsewhere), holds))
            found.append(_nowhere().where(holds))
        else:
            here = Account.organisation.has(Organisation.kind.in_(fit.kinds))
            found.append(_holders(Role.name.in_(fit.roles)).where(~here))
    built = select(RoleCharter.role_id).join(RoleAbility, RoleAbility.charter_id == RoleCharter.id)
    built = built.where(RoleAbility.name.startswith(PLAYS), RoleAbility.given)
    homeless = _holders(Role.name == r.COMMITTEE_OFFICE).where(Account.committee_id.is_(None))
    return [*found, homeless, _holders(Role.id.in_(built))]


def _nowhere() -> Select[tuple[int]]:
    """Accounts of staff without an organisation; a person's own account has none by its nature."""
    found = select(Account.id).where(Account.organisation_id.is_(None), Account.person_id.is_(None))
    return found.with_hint(Account, "INDEXED BY ix_ab_user_nowhere", "sqlite")


def _holders(clause: ColumnElement[bool]) -> Select[tuple[int]]:
    """Accounts that hold such a role, found by the role."""
    held = assoc_user_role.c
    by_role = select(held.user_id).join(Role, Role.id == held.role_id).where(clause)
    return select(Account.id).where(Account.id.in_(by_role))
