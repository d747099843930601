"""So many tries a day, counted before anything is answered; quiet minutes give none of them back.

A delay by address (`sign_in`) slows down one guesser. What is guessed at by many, from many addresses and slowly, is
guarded here: a certificate, or an address that registers. A day's count lies in the row of that day alone.
"""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from models.accounts.sign_in import AddressDelay
from workflow.base import clock
from workflow.base.unit_of_work import UnitOfWork

#: Wrong questions about one certificate.
VERIFICATIONS = 20
#: New accounts from one address; an office shares one.
REGISTRATIONS = 60


def left(session: Session, what: str, most: int) -> int:
    """How many tries are left today."""
    row = session.get(AddressDelay, _key(what))
    today = clock.database_now(session).date()
    return most if row is None or row.last_at.date() != today else max(0, most - row.failures)


def spend(uow: UnitOfWork, what: str, most: int) -> bool:
    """Take one try of today's; whether there was one."""
    now = clock.database_now(uow.session)
    row = uow.session.get(AddressDelay, _key(what), with_for_update=True)
    if row is None:
        uow.session.add(AddressDelay(address=_key(what), failures=1, last_at=now))
        return True
    if row.last_at.date() != now.date():
        row.failures, row.last_at = 1, now
        return True
    if row.failures >= most:
        return False
    row.failures, row.last_at = row.failures + 1, now
    return True


def give_back(uow: UnitOfWork, what: str) -> None:
    """A try that was none of a guesser."""
    row = uow.session.get(AddressDelay, _key(what), with_for_update=True)
    if row is not None and row.failures > 0:
        row.failures -= 1


def _key(what: str) -> str:
    return "day:" + hashlib.sha256(what.encode()).hexdigest()[:40]
