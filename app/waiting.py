"""待办: how much waits behind each menu entry, one statement for the whole page, kept for a few seconds.

The statement is the dearest part of a small page, and every page asks it. So its answer is kept per account for
`KEEP` seconds, and forgotten at once when the account itself does something: what one has just done is never
shown as still waiting, what others do appears within seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, current_app, request, session
from sqlalchemy import Select, func, select

from models.accounts.account import Account
from models.base import db

#: What waits for the account: a select of the ids, or None when nothing ever waits for it.
Waiting = Callable[[Account], "Select[Any] | None"]
#: Counting stops here; the badge shows 999+.
MOST = 1000
KEEP = 10.0
_MOST_KEPT = 4000
_kept: dict[tuple[int, int, tuple[int, ...]], tuple[float, dict[int, int]]] = {}


def counts(account: Account, asked: Mapping[int, Waiting]) -> dict[int, int]:
    """`{number: what waits}` for the numbered questions, counted up to MOST."""
    if current_app.testing:
        return _count(account, asked)
    key, now = (account.id, session.get("acts", 0), tuple(asked)), time.monotonic()
    found = _kept.get(key)
    if found is None or now - found[0] > KEEP:
        if len(_kept) > _MOST_KEPT:
            _kept.clear()
        found = _kept[key] = (now, _count(account, asked))
    return found[1]


def _count(account: Account, asked: Mapping[int, Waiting]) -> dict[int, int]:
    columns = [
        select(func.count()).select_from(ids.limit(MOST).subquery()).scalar_subquery().label(f"n{number}")
        for number, ids in ((number, ask(account)) for number, ask in asked.items())
        if ids is not None
    ]
    if not columns:
        return {}
    row = db.session.execute(select(*columns)).one()
    return {int(name[1:]): value for name, value in row._mapping.items()}


def forget() -> None:
    """Nothing is kept any more, for who measures what counting costs."""
    _kept.clear()


def forget_after_acting(app: Flask) -> None:
    """After each POST of an account its counts are asked anew, by whichever process serves the next page."""

    def acted(response: Response) -> Response:
        if request.method == "POST" and "token" in session:
            session["acts"] = (session.get("acts", 0) + 1) % 1_000_000
        return response

    app.after_request(acted)
