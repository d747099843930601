"""Places an account has signed in from: whoever fails from elsewhere does not lock the account out there.

A lock after five failures keeps a guesser out, and whoever knows a user name could use it to keep a judge from voting.
So failures from a browser or an address that the account has used count for that place alone, and failures from
elsewhere lock only elsewhere. A browser is known by a random word that it was given when it signed in: who holds it
proves possession of the machine, wherever its network address wanders. From anywhere else the account opens by its
second factor (workflow/accounts/sign_in.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.accounts.sign_in import AddressDelay
from workflow.base import settings
from workflow.base.unit_of_work import UnitOfWork


def of(session: Session, account: Account, address: str) -> AddressDelay | None:
    """What is known of that address for that account; None where it never signed in from there."""
    return session.get(AddressDelay, _key(account, address)) if address else None


def place(session: Session, account: Account, context: Mapping[str, Any]) -> AddressDelay | None:
    """The browser or else the address of a request, where the account has signed in from it."""
    return of(session, account, _browser(context)) or of(session, account, context.get("address", ""))


def _browser(context: Mapping[str, Any]) -> str:
    word = str(context.get("browser", ""))
    return f"browser {word}" if word else ""


def shut(session: Session, account: Account, context: Mapping[str, Any], now: datetime) -> bool:
    """Whether the account may not be tried from there at present."""
    own = place(session, account, context)
    if own is None:
        return account.locked_until is not None and account.locked_until > now
    return _full(session, own) and now < own.last_at + timedelta(minutes=settings.value(session, "lock_minutes"))


def failed(uow: UnitOfWork, own: AddressDelay) -> bool:
    """Count a failure from an address of its own; whether that shuts it."""
    own.failures = 1 if _full(uow.session, own) else own.failures + 1  # full, and tried again: it had run out
    own.last_at = uow.now.replace(microsecond=0)
    return _full(uow.session, own)


def entered(uow: UnitOfWork, account: Account) -> None:
    """The account has signed in from there: both the address and the browser are its own from now on."""
    now = uow.now.replace(microsecond=0)
    for where in filter(None, (uow.context.get("address", ""), _browser(uow.context))):
        own = of(uow.session, account, where)
        if own is None:
            uow.session.add(AddressDelay(address=_key(account, where), failures=0, last_at=now))
        else:
            own.failures, own.last_at = 0, now


def _full(session: Session, own: AddressDelay) -> bool:
    return own.failures >= int(settings.value(session, "lock_after_failures"))


def _key(account: Account, address: str) -> str:
    return f"own:{account.id}:{hashlib.sha256(address.encode()).hexdigest()[:32]}"
