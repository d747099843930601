"""The lists of a review cost the same however many rows they show; and no picker turns a name into a code."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from models.awards.publicity import Publicity, PublicityKind
from models.review.ballot import Poll, PollState
from tests.conftest import NOON
from tests.views.office_day import noon, page_of  # noqa: F401
from workflow.base import roles as r
from workflow.base.remembered import forget

pytestmark = pytest.mark.usefixtures("noon")
LISTS = ("plan-search", "draw-plan", "draw", "session", "poll", "result", "result-publicity", "expert-pool")


@contextmanager
def counting(engine):
    """How many statements reach the database."""
    seen = []

    def note(connection, cursor, statement, *more):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def review(make, session):
    """One more session of everything the lists show."""

    def one():
        held = make.sitting(state="voting")
        session.add_all([Poll(session=held.review, members=5, attending=5, state=PollState.OPEN)])
        day = NOON.date()
        session.add(
            Publicity(
                kind=PublicityKind.RESULT,
                title="公示",
                plan_id=held.plan.id,
                posted_on=day,
                starts_on=day,
                ends_on=day,
                place="网站",
                contents=[],
                complaint_department="处",
                complaint_telephone="0731",
                handler="经办",
            )
        )
        session.flush()

    return one


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_five_costs_what_a_list_of_one_costs(browser, make, engine, session, review, name):
    desk = browser(make.account(r.SUPERVISOR))
    review()
    assert desk.get(f"/{name}/list/").status_code == 200
    forget(session)
    with counting(engine) as one:
        desk.get(f"/{name}/list/")
    for _ in range(4):
        review()
    forget(session)
    with counting(engine) as five:
        page = page_of(desk.get(f"/{name}/list/"))
    assert "共 " in page
    assert len(five) <= len(one), [
        (n, " ".join(s.split("FROM", 1)[-1].split())[:120]) for s, n in Counter(five).most_common(6)
    ]


def test_an_experts_name_finds_no_code(browser, make):
    committee = make.committee()
    expert = make.expert(series=committee.series)
    asked = f"/lookup/Expert?q={expert.person.name}"
    assert browser(make.account(r.COMMITTEE_OFFICE, committee_id=committee.id)).get(asked).json["results"] == []
    assert [found["text"] for found in browser(make.account(r.HRSS_AUDIT)).get(asked).json["results"]] == [expert.code]
