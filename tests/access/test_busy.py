"""A crowd at every door: whatever is pressed while nobody can write, the answer says so and is no fault."""

from __future__ import annotations

from html import unescape

import pytest
from flask import has_request_context
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests.access.walk import NOBODY, Walker, lines
from tests.views.office_day import noon  # noqa: F401  (a fixture)
from workflow.base import roles, unit_of_work
from workflow.base.errors import TooBusy


@pytest.fixture
def crowded(session, monkeypatch):
    """Every entry of the journal finds the database locked, and patience is short; gives how often it did."""
    met = []

    def locked(connection, cursor, statement, *rest):
        if statement.startswith("INSERT INTO journal_entry") and has_request_context():
            met.append(statement)
            raise OperationalError(statement, {}, Exception("database is locked"))

    monkeypatch.setattr(unit_of_work, "PATIENCE", 1e-9)
    event.listen(session.get_bind(), "before_cursor_execute", locked)
    return met


@pytest.mark.parametrize(
    "role", [roles.HRSS_CONFIG, roles.APPLICANT, roles.COMMITTEE_OFFICE, roles.SYSTEM_ADMIN, NOBODY]
)
def test_whoever_presses_whatever_in_the_crowd_is_told_to_press_again(
    app,
    session,
    make,
    as_,
    noon,  # noqa: F811
    monkeypatch,
    crowded,
    role,
):
    walker, wrong = Walker(app, session, make, as_, role, monkeypatch), []
    for line in (line for line in lines() if line.method == "POST" and line.cells[role] != "shut"):
        found = {} if line.subject == "-" else walker._of(line.subject, "near")
        if found is None:
            continue
        before = len(crowded)
        data = {"key": f"{found['pk']}:"} if line.endpoint.endswith(".bulk_act") else {}
        answer = walker._undone("POST", walker.address(line, found), data)
        words = unescape(answer.get_data(as_text=True))
        if answer.status_code >= 500 or "被他人处理过" in words:
            wrong.append((str(line), answer.status_code))
        elif len(crowded) > before and answer.status_code not in (302, 303) and TooBusy.SENTENCE not in words:
            wrong.append((str(line), "does not say that it is busy"))
    assert wrong == []
    assert crowded or role == NOBODY, "nobody met the crowd"


def test_a_page_that_cannot_be_read_in_the_crowd_may_be_asked_for_again(browser, make, session):
    client = browser(make.account(roles.HRSS_CONFIG))

    def locked(connection, cursor, statement, *rest):
        if "FROM organisation" in statement:
            raise OperationalError(statement, {}, Exception("database is locked"))

    event.listen(session.get_bind(), "before_cursor_execute", locked)
    answer = client.get("/organisationscreen/list/")
    assert answer.status_code == 503 and "系统繁忙" in answer.get_data(as_text=True)
    assert answer.headers["Retry-After"]


def test_a_form_that_no_page_shows_again_carries_what_was_typed(browser, make, session, crowded):
    client = browser(make.account(roles.HRSS_CONFIG))
    answer = client.post("/logout/", data={"typed": "所填"})
    words = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 409 and TooBusy.SENTENCE in words
    assert 'name="typed" value="所填"' in words and "再按一次" in words
