"""Accounts an administrator looks after: never used, and locked (GB/T 22239-2019 8.1.4.1).

Whether an expert has signed in is nobody's to know: it would show who sits in a session (令40号 第二十三条).
"""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import Select, select

from models.accounts.account import SYSTEM_NAME, Account
from workflow.base.roles import APPLICANT, EXPERT


def never_used() -> Select[tuple[int]]:
    """Accounts of staff in use that have never signed in, by key; neither applicants nor experts."""
    spared = Account.roles.any(Role.name.in_((APPLICANT, EXPERT)))
    active = Account.__table__.c.active
    found = select(Account.id).where(active, Account.last_login.is_(None), Account.username != SYSTEM_NAME, ~spared)
    return found.with_hint(Account, "INDEXED BY ix_ab_user_never_used", "sqlite")


def locked(now: datetime) -> Select[tuple[int]]:
    """Accounts in use that are locked at that moment, by key."""
    active = Account.__table__.c.active
    found = select(Account.id).where(active, Account.locked_until > now, Account.username != SYSTEM_NAME)
    return found.with_hint(Account, "INDEXED BY ix_ab_user_locked_until", "sqlite")
