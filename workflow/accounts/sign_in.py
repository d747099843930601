"""Signing in and out: locking after failures, delays by address, stays that end, and the second factor.

GB/T 22239-2019 third level 8.1.4.1. A failure is kept, so the verbs here answer instead of refusing. The
password is compared before the unit of work opens, because that is slow on purpose: `verified` first, the
verb after. No sentence tells which part was wrong, and a wrong name takes as long as a wrong password.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from models.accounts.account import SYSTEM_NAME, Account
from models.accounts.sign_in import AddressDelay, SignIn
from models.register.person import Person
from models.sealed import blind_index
from workflow.accounts import awaiting, familiar, password
from workflow.base import clock, row_check, settings
from workflow.base import roles as r
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork

T = TypeVar("T")
WRONG = "用户名或密码不正确，或账号不可用。连续输错多次，账号将暂时锁定；忘记密码请联系系统管理员重置。"
SLOW_DOWN = "从本机所在网络登录失败次数过多，请 {seconds} 秒后再试。"
FREE_FAILURES = 20  #: of one address; an office shares one
LONGEST_DELAY = 900

#: What is told to an account when it signs in; other rooms add to it by `at_sign_in`.
_tidings: list[Callable[[UnitOfWork], object]] = []


def at_sign_in(tell: Callable[[UnitOfWork], T]) -> Callable[[UnitOfWork], T]:
    """Decorator: the function below is called in the unit of work of every sign-in, with the account as actor."""
    _tidings.append(tell)
    return tell


def by_name(session: Session, name: str) -> Account | None:
    """The account of that user name or identity number; never the system account."""
    name = name.strip()
    own = select(Account).where(func.lower(Account.username) == name.lower(), Account.username != SYSTEM_NAME)
    number = select(Account).join(Person).where(Person.id_index == blind_index(name))
    return session.scalar(own) or session.scalar(number)


def verified(account: Account | None, given: str) -> bool:
    """Whether `given` is the account's password; as slow for nobody as for somebody."""
    return password.matches(account.password if account is not None else None, given)


def digest(token: str) -> str:
    """What the database keeps of a cookie's token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """How an attempt ended: a token for the cookie, or a sentence that tells nobody which part was wrong."""

    token: str = ""
    sentence: str = ""


def wait_seconds(session: Session, address: str) -> int:
    """How long an address must wait before its next attempt is looked at."""
    delay = session.get(AddressDelay, address) if address else None
    if delay is None or delay.failures <= FREE_FAILURES:
        return 0
    pause = min(2 ** (delay.failures - FREE_FAILURES), LONGEST_DELAY)
    left = delay.last_at + timedelta(seconds=pause) - clock.database_now(session)
    return max(0, int(left.total_seconds()) + (left.microseconds > 0))


def enter(
    uow: UnitOfWork,
    account: Account | None,
    *,
    correct: bool,
    second_factor_at: datetime | None = None,
    step: int | None = None,
) -> Entry:
    """Let the account in, or note the failure; after five in a row it is locked for a quarter of an hour.

    `uow.actor` is the account itself, or the system account when there is none of that name; with a new
    password the second factor of the old stay goes on. A code of the authenticator, told together with the password
    (its `step`), opens a locked account, and stands for the second factor: who guesses needs both at once and learns
    of neither. Never raises, so that the failure is kept.
    """
    address = uow.context.get("address", "")
    if account is None:
        _address_failed(uow.session, address)
        uow.record("sign_in_failed", "account:unknown", label="登录失败", reason="unknown")
        return Entry(sentence=WRONG)
    locked = familiar.shut(uow.session, account, uow.context, uow.now)
    if correct and account.active and _new_step(account, step):
        account.totp_last_step, second_factor_at = step, clock.database_now(uow.session)
        if locked:
            uow.record("open_by_factor", account, label="凭动态口令解除锁定")
            account.failed_logins, account.locked_until, locked = 0, None, False
    if locked or not account.active or not correct:
        reason = "locked" if locked else "disabled" if not account.active else "password"
        _tried(uow, account, address, counts=reason == "password")
        uow.record("sign_in_failed", account, label="登录失败", reason=reason)
        return Entry(sentence=(awaiting.told(uow.session, account) if correct and not locked else "") or WRONG)
    if sentence := row_check.forged_account(uow.session, account):
        uow.record("sign_in_failed", account, label="登录失败", reason="seal")
        return Entry(sentence=sentence)
    token = secrets.token_hex(32)
    _prune(uow.session, account)
    if account.plays(r.EXPERT):  # one stay per judge: whoever votes sits at one screen
        _end(uow.session, SignIn.account_id == account.id)
    uow.session.add(
        SignIn(
            key=digest(token),
            account_id=account.id,
            epoch=account.session_epoch,
            started_at=clock.database_now(uow.session),
            address=address,
            second_factor_at=second_factor_at,
        )
    )
    if account.locked_until is None or account.locked_until <= uow.now:  # a lock on others stays on them
        account.failed_logins, account.locked_until = 0, None
    familiar.entered(uow, account)
    account.login_count = (account.login_count or 0) + 1
    account.last_login = uow.now.replace(microsecond=0)
    uow.record("sign_in", account, label="登录")
    for tidings in _tidings:
        tidings(uow)
    return Entry(token=token)


def _new_step(account: Account, step: int | None) -> bool:
    """Whether a code was right, and newer than the last one."""
    return step is not None and (account.totp_last_step is None or step > account.totp_last_step)


def _tried(uow: UnitOfWork, account: Account, address: str, *, counts: bool) -> None:
    """A failure from outside: from an address of its own it counts there, from elsewhere for all elsewhere."""
    own = familiar.place(uow.session, account, uow.context)
    if own is None or not counts:
        _failed(uow, account, address, counts=counts)
        return
    _address_failed(uow.session, address)
    if familiar.failed(uow, own):
        uow.record("lock_account", account, label="锁定账号", where="来源地址")


def _failed(uow: UnitOfWork, account: Account, address: str, *, counts: bool) -> None:
    _address_failed(uow.session, address)
    if not counts:
        return
    if account.locked_until is not None and account.locked_until <= uow.now:  # it has run out: counted anew
        account.failed_logins, account.locked_until = 0, None
    account.failed_logins += 1
    if account.failed_logins >= settings.value(uow.session, "lock_after_failures"):
        account.locked_until = uow.now + timedelta(minutes=settings.value(uow.session, "lock_minutes"))
        uow.record("lock_account", account, label="锁定账号", until=account.locked_until)


def _address_failed(session: Session, address: str) -> None:
    now = clock.database_now(session)
    delay = session.get(AddressDelay, address, with_for_update=True)
    if delay is None:
        session.add(AddressDelay(address=address, failures=1, last_at=now))
    else:
        forgotten = now - delay.last_at > timedelta(seconds=LONGEST_DELAY)
        delay.failures, delay.last_at = (1 if forgotten else delay.failures + 1), now


def _prune(session: Session, account: Account) -> None:
    """Stays that cannot be continued any more need not be kept; the journal tells of them."""
    old = clock.database_now(session) - timedelta(days=1)
    session.execute(
        delete(SignIn).where(
            SignIn.account_id == account.id, or_(SignIn.started_at < old, SignIn.ended_at.is_not(None))
        )
    )


def leave(uow: UnitOfWork, key: str) -> None:
    """End one stay: its cookie is worth nothing from now on."""
    _end(uow.session, SignIn.key == key)
    uow.record("sign_out", uow.actor, label="退出")


def _end(session: Session, which: object) -> None:
    now = clock.database_now(session)
    session.execute(update(SignIn).where(which, SignIn.ended_at.is_(None)).values(ended_at=now))  # type: ignore[arg-type]


def end_everywhere(uow: UnitOfWork, account: Account) -> None:
    """Every cookie of the account dies: the epoch moves on, and the stays are closed."""
    account.session_epoch += 1
    _end(uow.session, SignIn.account_id == account.id)


def address_failed(uow: UnitOfWork) -> None:
    """A refused registration counts for its address as a failed sign-in does: nobody tries numbers out."""
    _address_failed(uow.session, uow.context.get("address", ""))


def old_password_wrong(uow: UnitOfWork, account: Account) -> None:
    """Who sits at an open screen and guesses the old password is counted like one who signs in."""
    _failed(uow, account, uow.context.get("address", ""), counts=True)
    if account.locked_until is not None:
        end_everywhere(uow, account)
    uow.record("old_password_wrong", account, label="当前密码输入错误")


# --- the second factor -------------------------------------------------------------------------------


def enrol_second_factor(uow: UnitOfWork, account: Account, secret: str, step: int, key: str) -> None:
    """Keep the secret of the account's authenticator, once its first code was right."""
    if account.totp_secret is not None:
        raise Refused("本账号已登记动态口令；如需更换，请联系安全管理员重置。", field="code")
    account.totp_secret, account.totp_last_step = secret, step
    _factor_given(uow, key)
    uow.record("enrol_second_factor", account, label="登记动态口令")


def give_second_factor(uow: UnitOfWork, account: Account, step: int | None, key: str) -> bool:
    """Note a code: right and newer than the last one, or counted as a failed sign-in."""
    address = uow.context.get("address", "")
    if familiar.shut(uow.session, account, uow.context, uow.now):
        return False
    if not _new_step(account, step):
        _tried(uow, account, address, counts=True)
        uow.record("second_factor_failed", account, label="动态口令不正确", reason="code" if step is None else "used")
        return False
    account.totp_last_step, account.failed_logins = step, 0
    _factor_given(uow, key)
    uow.record("second_factor", account, label="动态口令通过")
    return True


def _factor_given(uow: UnitOfWork, key: str) -> None:
    uow.session.execute(
        update(SignIn).where(SignIn.key == key).values(second_factor_at=clock.database_now(uow.session))
    )
