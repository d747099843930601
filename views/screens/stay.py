"""Who is signed in: the signed cookie names a stay, the database says whether it still holds.

The cookie carries a random token and the moment it was last used; the row `SignIn` carries the hash of the
token, the start and the end. A cookie dies at logout, with a new password, new roles or a disabled account
(`Account.session_epoch`), after idling (15 min staff, 30 min applicants) and after `session_hours` (等保三级 8.1.4.1
b).
Idling is told from the cookie, so that reading a page writes nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, current_app, g, request, session
from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from flask_login import login_user
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from models.accounts.account import Account
from models.accounts.sign_in import SignIn
from models.base import db
from workflow.accounts import accounts, sign_in
from workflow.base import clock, settings

#: The moment of last use is written again after so many seconds, not with every answer.
GRAIN = 20


@dataclass(frozen=True)
class Stay:
    """What the gate must know of the present stay."""

    key: str
    second_factor_at: datetime | None


def address() -> str:
    """Where the request comes from (behind a proxy: what ProxyFix made of it)."""
    return (request.remote_addr or "")[:64]


#: The cookie by which a browser is known again that has signed in before; it opens nothing.
BROWSER = "zc_browser"
_BROWSER_DAYS = 400


def browser() -> str:
    """The word of this browser; nothing where none of ours has it."""
    word = request.cookies.get(BROWSER, "")
    return word if len(word) == 64 and word.isalnum() else ""


def context() -> dict[str, str]:
    """What a unit of work of this request remembers of its origin."""
    return {"address": address()}


def entering() -> dict[str, str]:
    """The same when somebody signs in: by which browser as well. One that has no word is given one."""
    g.browser = browser() or secrets.token_hex(32)
    return context() | {"browser": g.browser}


def known_again(answer: Response) -> Response:
    """Give the browser its word, for over a year; only with what follows a right password."""
    settings = current_app.config
    answer.set_cookie(
        BROWSER,
        g.browser,
        max_age=_BROWSER_DAYS * 86_400,
        path="/login/",
        secure=settings["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return answer


def remember(account: Account, token: str) -> None:
    """Give the browser the cookie of a stay that `workflow.accounts.sign_in.enter` has opened."""
    session.clear()  # nothing that was planted before signing in survives it
    login_user(account)
    session["token"] = token
    session["seen"] = _seconds(clock.database_now(db.session))


def load_account(account_id: str) -> Account | None:
    """Flask-Login's loader: the account of the cookie if its stay still holds, in one query."""
    token, seen = session.get("token"), session.get("seen")
    if not token or not isinstance(seen, int) or not str(account_id).isdigit():
        return None
    key = sign_in.digest(token)
    row = (
        db.session.execute(
            select(Account, SignIn.started_at, SignIn.second_factor_at)
            .join(SignIn, SignIn.account_id == Account.id)
            .where(
                SignIn.key == key,
                SignIn.ended_at.is_(None),
                SignIn.epoch == Account.session_epoch,
                Account.id == int(account_id),
                Account.active,
            )
            .outerjoin(assoc_user_role, assoc_user_role.c.user_id == Account.id)
            .outerjoin(Role, Role.id == assoc_user_role.c.role_id)
            .options(contains_eager(Account.roles))  # in brackets SQLite would read the roles of all accounts
        )
        .unique()
        .first()
    )
    if row is None:
        return None
    account, started_at, second_factor_at = row
    now = clock.database_now(db.session)
    longest = timedelta(hours=settings.value(db.session, "session_hours"))
    if now - started_at > longest or _seconds(now) - seen > idle_seconds(account):
        return None
    if _seconds(now) - seen >= GRAIN:
        session["seen"] = _seconds(now)
    g.stay = Stay(key, second_factor_at)
    return account


def idle_seconds(account: Account) -> int:
    """How long the account may stay idle: applicants longer than staff."""
    name = "session_idle_minutes_staff" if accounts.is_staff(account) else "session_idle_minutes_applicant"
    return 60 * int(settings.value(db.session, name))


def seconds_now() -> int:
    """The machine's time in seconds, for one-time codes."""
    return _seconds(clock.database_now(db.session))


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=clock.PROVINCE).timestamp())
