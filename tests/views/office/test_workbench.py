"""工作台: rows instead of counts, the longest waiting first; the applicant's card; messages folded together."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from models.declarations.declaration import DeclarationState as S
from models.office.notice import Notice
from models.register.organisation import NodeKind
from views.office.workbench import ALIKE, ROWS
from workflow.base import roles
from workflow.base.clock import province_now


@pytest.fixture
def city(make):
    """A city's office and the account of its clerk."""
    office = make.organisation(kind=NodeKind.CITY)
    return office, make.account(roles.CITY_OFFICER, organisation=office)


@pytest.fixture
def waits_at(make, session):
    """A declaration that came to that office so many days ago."""

    def waiting(office, days):
        came = province_now(session) - timedelta(days=days)
        found = make.declaration(state=S.UNDER_AUDIT, position=1, route=[office], submitted_at=came, held_since=came)
        session.commit()
        return found

    return waiting


def page_of(browser, account):
    return browser(account).get("/home/").get_data(as_text=True)


def test_a_desk_shows_its_rows_the_longest_waiting_first(city, waits_at, browser):
    office, account = city
    names = [waits_at(office, days).applicant_name for days in (3, 30, 12)]
    page = page_of(browser, account)
    shown = re.findall(r'data-label="姓名" class="nb">([^<]+)<', page)
    assert shown == [names[1], names[2], names[0]]


def test_more_than_fit_lead_to_the_list(city, waits_at, browser):
    office, account = city
    for days in range(ROWS + 2):
        waits_at(office, days + 1)
    page = page_of(browser, account)
    assert page.count('data-label="姓名"') == ROWS
    assert "查看全部" in page and f"共\n  {ROWS + 2} 件" in page


def test_the_page_costs_the_same_number_of_queries_however_many_wait(city, waits_at, browser, session, engine):
    office, account = city
    client = browser(account)

    def queries():
        client.get("/home/")  # settings and the calendar are read once after a change
        seen = []

        def note(connection, cursor, statement, *rest):
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        client.get("/home/")
        event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    waits_at(office, 1)
    few = queries()
    for days in range(6):
        waits_at(office, days + 2)
    assert queries() == few, "a row costs a query"


def test_an_empty_desk_says_so(city, browser):
    assert "没有等待您办理的事项" in page_of(browser, city[1])


@pytest.fixture
def applicant(make):
    person = make.person()
    return person, make.account(roles.APPLICANT, person=person)


@pytest.mark.parametrize(
    ("state", "button"),
    [(S.DRAFT, "继续填写"), (S.AT_COMMITTEE, "查看进度"), (S.ISSUED, "下载证书"), (S.FAILED, "查看进度")],
)
def test_an_applicant_sees_where_it_is_and_one_next_button(applicant, make, browser, state, button):
    person, account = applicant
    declaration = make.declaration(state=state, person=person)
    page = page_of(browser, account)
    assert declaration.number in page and f">{button}</a>" in page


def test_a_draft_whose_batch_has_closed_says_so(applicant, make, browser, session):
    person, account = applicant
    today = province_now(session).date()
    make.declaration(state=S.DRAFT, person=person, batch=make.batch(closes_on=today - timedelta(days=30)))
    assert "已截止，不能再提交" in page_of(browser, account)


def test_alike_messages_are_folded_together(city, browser, session):
    office, account = city
    for n in range(ALIKE + 2):
        session.add(
            Notice(organisation_id=office.id, title="有新的申报待审核", text=f"第 {n} 件", at=datetime(2026, 7, 1))
        )
    session.commit()
    page = page_of(browser, account)
    assert page.count("<b>有新的申报待审核</b>") == 1
    assert "另有 2 条同类消息" in page
