"""The application with the three screens of `tests/views/try_screens.py` in it, for `test_screens.py`."""

from __future__ import annotations

import pytest

from models.base import db
from tests.answers import held
from tests.conftest import MASTER
from workflow.base import abilities
from workflow.base import roles as r

TRIED = ("TryOrganisationScreen", "TryDeskScreen", "TrySpecialtyScreen", "TryFeeScreen")


@pytest.fixture(scope="module")
def tried_application(application, database_url):
    """A second application whose MENU and ACCESS also name the tried screens; everything is put back after."""
    from app import create_app, menu, security

    entries, rows, built, pages = list(menu.MENU), list(security.ACCESS), list(menu._entries), dict(abilities._known)
    menu.MENU.extend(menu.Entry("试用", name, f"tests.views.try_screens:{name}") for name in TRIED)
    security.ACCESS.extend(
        security.Access(name, (r.HRSS_CONFIG, r.UNIT_OFFICER, r.LEADER), (r.HRSS_CONFIG,)) for name in TRIED
    )
    tried = create_app(
        TESTING=True,
        DEMO=True,
        WTF_CSRF_ENABLED=False,
        SQLALCHEMY_DATABASE_URI=database_url,
        SQLITE_SYNC="OFF",
        MASTER_KEY=MASTER,
        FAB_PASSWORD_HASH_METHOD="pbkdf2:sha256:1000",
        SESSION_COOKIE_SECURE=False,
        JOBS_HERE=True,
    )
    _synchronise(tried)
    yield held(tried)
    menu.MENU[:], security.ACCESS[:], menu._entries[:] = entries, rows, built
    abilities._known.clear()
    abilities._known.update(pages)
    _synchronise(application)


def _synchronise(application):
    from app.security import sync_permissions

    with application.app_context():
        sync_permissions(application.appbuilder)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def tried(tried_application, session, monkeypatch):
    """`tried(account)` is a client of the application with the tried screens, on this test's session."""
    from tests.sign_in import sign_in_for_test

    monkeypatch.setattr(tried_application.appbuilder, "_session", session)

    def _client(account):
        session.commit()
        return sign_in_for_test(tried_application, tried_application.test_client(), account)

    return _client
