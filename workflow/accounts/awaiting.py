"""Whoever registered a unit and waits for its superior: what he is told where he signs in, and what waits of him."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.accounts.registration import Registration
from models.accounts.registration import RegistrationState as S
from workflow.base.unit_of_work import UnitOfWork

_CLAUSE = "118号 四(二)1"


def of(session: Session, account: Account) -> Registration | None:
    """The registration that the account came of."""
    newest = select(Registration).where(Registration.account_id == account.id).order_by(Registration.id.desc())
    return session.scalar(newest.limit(1))


def told(session: Session, account: Account) -> str:
    """Why the account of a registration cannot sign in yet; nothing for any other. Only who knows its password is
    told."""
    registration = of(session, account)
    if registration is None or account.active:
        return ""
    if registration.state == S.WAITING:
        above = registration.superior.name
        return f"单位注册待核验：请将单位授权书和登记证书送“{above}”，核验通过后即可登录（{_CLAUSE}）。"
    if registration.state == S.REJECTED:
        by = f"{registration.superior.name} {registration.decided_at:%Y-%m-%d}"
        return f"单位注册不予通过（{by}）：{registration.reason} 请更正后重新注册，可用原用户名。"
    return ""


def undecided(uow: UnitOfWork, account: Account) -> str | None:
    """Nobody opens the account of a registration past the superior."""
    registration = of(uow.session, account)
    if registration is None or registration.state == S.VERIFIED:
        return None
    if registration.state == S.WAITING:
        return f"单位注册待“{registration.superior.name}”核验（{_CLAUSE}）；核验通过即启用，请联系该单位。"
    return f"单位注册不予通过（{_CLAUSE}）：{registration.reason}；请注册人更正后重新注册。"


def released(uow: UnitOfWork, username: str, code: str) -> None:
    """A user name that only a rejected registration of the same organisation holds is free again."""
    held = (
        select(Account)
        .join(Registration, Registration.account_id == Account.id)
        .where(Account.username == username.strip(), Registration.state == S.REJECTED, Registration.code == code)
    )
    account = uow.session.scalar(held)
    if account is not None and not account.active:
        account.username = f"{account.username[:50]}-{account.id}"
        account.email = f"{account.username.lower()}@{account.email.partition('@')[2]}"
        uow.session.flush()
        uow.record("release_username", account, label="释放用户名")
