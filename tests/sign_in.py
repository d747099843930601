"""Sign a test client in without the sign-in page: the row and the cookie it would have made."""

from __future__ import annotations

import secrets

from models.accounts.sign_in import SignIn
from models.base import db
from workflow.accounts import sign_in
from workflow.base import clock


def sign_in_for_test(app, client, account, *, second_factor=True):
    """Give `client` the cookie of a fresh stay of `account`; nothing is journalled."""
    token = secrets.token_hex(32)
    now = clock.machine_now()
    stay = SignIn(
        key=sign_in.digest(token),
        account_id=account.id,
        epoch=account.session_epoch,
        started_at=now,
        second_factor_at=now if second_factor else None,
    )
    db.session.add(stay)
    db.session.commit()
    with client.session_transaction() as cookie:
        cookie.update(_user_id=str(account.id), _fresh=True, token=token)
        cookie["seen"] = int(now.replace(tzinfo=clock.PROVINCE).timestamp())
    return client
