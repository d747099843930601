"""Within one request the database is asked each thing once: the facts of a case, and what a guard wants to know."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import event

from models.declarations.declaration import DeclarationState as S
from models.review.ballot import Roll
from tests.views.declarations.test_declare import mine, start, world  # noqa: F401
from tests.views.office_day import noon  # noqa: F401
from tests.views.review.test_voting import desk, held, opened, slip, watch  # noqa: F401
from workflow.base import roles as r
from workflow.base.flow import Flow, Step
from workflow.base.unit_of_work import UnitOfWork, asking


@pytest.fixture
def asked(engine):
    """`asked(request)`: what a request reads, with its values, and how often."""

    def count(request):
        seen = Counter()

        def note(_connection, _cursor, statement, parameters, _context, _many):
            if statement.startswith("SELECT"):
                seen[statement, str(parameters)] += 1

        event.listen(engine, "before_cursor_execute", note)
        try:
            answer = request()
        finally:
            event.remove(engine, "before_cursor_execute", note)
        assert answer.status_code in (200, 302), answer.status_code
        return seen

    return count


def about(seen, table):
    """The statements that read from a table, each with how often it was sent."""
    return {
        said: times for (said, _given), times in seen.items() if f"FROM {table} " in said or f"FROM {table}\n" in said
    }


PAGES = ("section/declaring", "section/education", "materials", "check", "")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_a_declaration_reads_its_facts_once(world, browser, session, asked, page):  # noqa: F811
    client = browser(world.account)
    start(client, world)
    key = mine(session, world).id
    seen = asked(lambda: client.get(f"/declare/{key}/{page}".rstrip("/")))
    assert set(about(seen, "material").values()) == {1}


def test_a_desk_asks_every_question_once_however_many_buttons_hang_on_it(make, browser, session, asked):
    unit = make.organisation(name="长沙市第三医院")
    declaration = make.declaration(state=S.UNIT_PUBLICITY, unit=unit, position=0)
    client = browser(make.account(r.UNIT_OFFICER, organisation_id=unit.id))
    seen = asked(lambda: client.get(f"/unitdeskscreen/show/{declaration.id}"))
    for table in ("liability_card", "publicity", "objection", "material"):
        assert set(about(seen, table).values()) <= {1}, table


def test_a_vote_asks_its_guards_once(opened, browser, asked, session):  # noqa: F811
    booth = browser(opened.judges[0])
    seen = asked(lambda: booth.post("/expert/booth/", data=slip(opened.people, step="cast")))
    assert session.query(Roll).filter_by(voted=True).count() == 1, "the vote was cast"
    asked_of_the_roll = about(seen, "roll")
    assert set(asked_of_the_roll.values()) == {1}, "whether he is on the roll and has not voted: asked under the lock"
    assert len(asked_of_the_roll) <= 3, "and read for its seal before and after the mark"


# -- nothing is believed after a change -----------------------------------------------------------------


@pytest.fixture
def door(make, session):
    """A lifecycle whose guard counts how often it was asked, on a declaration."""
    asked = []

    def guard(uow, subject):
        asked.append(subject.paper_place)
        return None if subject.paper_place else "没有存放地点。"

    states = S
    flow = Flow("门", states, [Step(verb, verb, {S.DRAFT}, None, r.APPLICANT, [guard]) for verb in ("open", "close")])
    uow = UnitOfWork(make.account(r.APPLICANT), asking(make.account(), session=session).now, session)
    return flow, uow, make.declaration(), asked


def test_two_buttons_with_one_guard_ask_it_once(door):
    flow, uow, declaration, asked = door
    assert [bool(refusal) for _step, refusal in flow.expected(uow, declaration)] == [True, True]
    assert len(asked) == 1


def test_a_change_is_seen_at_once_written_or_not(door, session):
    flow, uow, declaration, _asked = door
    assert flow.refusal(uow, declaration, "open")
    declaration.paper_place = "三号窗口"
    assert flow.refusal(uow, declaration, "open") is None, "not yet written, and counted already"
    session.flush()
    assert flow.refusal(uow, declaration, "open") is None
    declaration.paper_place = ""
    session.flush()
    assert flow.refusal(uow, declaration, "open"), "what was kept of it is forgotten"


def test_what_another_actor_or_moment_was_told_is_not_told_again(door, make, session):
    flow, uow, declaration, asked = door
    other = UnitOfWork(make.account(r.APPLICANT), uow.now, session)
    session.flush()
    flow.refusal(uow, declaration, "open")
    flow.refusal(other, declaration, "open")
    assert len(asked) == 2
