"""One case after the other: oldest deadline first, the next one offered, passed on to it, many at once."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event

from models.declarations.declaration import DeclarationState as S
from models.register.organisation import NodeKind
from tests.views.office_day import noon, page_of  # noqa: F401
from workflow.base import roles as r

pytestmark = pytest.mark.usefixtures("noon")
PASSED = {"opinion": "材料齐全", "publicity_checked": "1", "consistency": "pending"}


@pytest.fixture
def pile(make, session, browser):
    """Three cases at a district above which a city stands; that submitted last is due first."""
    district, city = make.organisation(NodeKind.DISTRICT), make.organisation(NodeKind.CITY)
    found = []
    for number in range(3):
        it = make.declaration(S.UNDER_AUDIT, position=1, route=[district, city])
        it.submitted_at = datetime(2026, 5, 1 + number, 9)
        next(stop for stop in it.route if stop.position == 1).deadline = date(2026, 6, 10) - timedelta(days=number)
        found.append(it)
    session.flush()
    return found[::-1], browser(make.account(r.DISTRICT_OFFICER, organisation=district))


def test_what_waits_lies_with_the_oldest_deadline_on_top(pile):
    order, client = pile
    text = page_of(client.get("/auditscreen/list/?desk=waiting"))
    places = [text.index(it.number) for it in order]
    assert places == sorted(places)
    text = page_of(client.get("/auditscreen/list/"))
    places = [text.index(it.number) for it in order]
    assert places == sorted(places), "without a desk the newest are on top, as before"


def after(client, it):
    page = page_of(client.get(f"/auditscreen/show/{it.id}"))
    return re.search(r'data-next="[^"]*/(\d+)"', page).group(1)


def test_the_next_case_is_that_with_the_next_deadline_and_behind_the_last_the_first(pile):
    (first, second, third), client = pile
    assert [after(client, it) for it in (first, second, third)] == [str(it.id) for it in (second, third, first)]


def test_passed_and_on_to_the_next(pile):
    (first, second, third), client = pile
    assert "通过并审下一件" in page_of(client.get(f"/auditscreen/show/{second.id}"))
    answer = client.post(f"/auditscreen/act/{second.id}/approve", data=PASSED | {"then": "next"})
    assert answer.location.endswith(f"/auditscreen/show/{third.id}") and second.position == 2
    client.post(f"/auditscreen/act/{first.id}/approve", data=PASSED)
    answer = client.post(f"/auditscreen/act/{third.id}/approve", data=PASSED | {"then": "next"})
    assert "desk=waiting" in answer.location, "nothing is left"


def test_many_pass_at_once_or_none(pile):
    order, client = pile
    keys = [f"{it.id}:{it.version}" for it in order]
    client.post("/auditscreen/bulk/approve", data={"key": keys, "confirmed": "1"} | PASSED)
    assert {it.position for it in order} == {2}


def test_of_a_very_long_desk_the_oldest_are_walked_not_sorted(pile, monkeypatch, session):
    from views.screens import listing

    order, client = pile
    monkeypatch.setattr(listing, "GATHERED", 1)
    told = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: told.append(given[2]))
    text = page_of(client.get("/auditscreen/list/?desk=waiting"))
    assert all(it.number in text for it in order)
    assert not any("ORDER BY CASE" in statement for statement in told)
