"""The product as a bench measures it: on a scratch database, in this process, with whoever looks signed in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from benchmarks.seed import MASTER, Scene


def product(url: str, home: Path, *, forms: bool = True, **settings: Any) -> Any:
    """The application on the database at `url`, its roles brought up to date; `forms` keeps the tokens of forms."""
    os.environ["DATA_DIR"] = str(home)
    from app import create_app
    from app.security import sync_permissions

    app = create_app(
        SQLALCHEMY_DATABASE_URI=url,
        MASTER_KEY=MASTER,
        DEMO=True,
        SQLITE_SYNC="OFF",
        SESSION_COOKIE_NAME="zhicheng",
        SESSION_COOKIE_SECURE=False,
        WTF_CSRF_ENABLED=forms,
        LOG_REQUESTS=False,
        **settings,
    )
    with app.app_context():
        sync_permissions(app.appbuilder)
    return app


def signed_in(app: Any, scene: Scene, role: str) -> Any:
    """A client with the cookie of a fresh stay, as signing in makes it."""
    from models.accounts.account import Account
    from models.base import db
    from tests.sign_in import sign_in_for_test

    client = app.test_client()
    with app.app_context():
        sign_in_for_test(app, client, db.session.get(Account, scene.accounts[role]))
        db.session.remove()
    return client


def lists_of_declarations(app: Any, scene: Scene) -> list[tuple[Any, str]]:
    """(screen, a role that uses it) for every registered list whose rows are declarations."""
    from app.security import ACCESS
    from models.declarations.declaration import Declaration

    opens = {row.screen: row.opens for row in ACCESS}
    found = []
    for view in app.appbuilder.baseviews:
        if getattr(view, "model", None) is Declaration and "can_list" in view.base_permissions:
            found += [(view, role) for role in opens.get(view.class_permission_name, ()) if role in scene.accounts]
    return found
