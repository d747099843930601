"""开通向导 on the screen: everybody is led to pages he may open, and only where he has something to do."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from app.security import ACCESS
from views.office.first_day import LINKS
from workflow.base import roles as r
from workflow.office import first_day

READERS = next(row.opens for row in ACCESS if row.screen == "FirstDayView")


def page_of(answer):
    return answer.get_data(as_text=True)


def test_every_step_says_where_it_is_done():
    assert list(LINKS) == [step.key for step in first_day.STEPS]


def test_every_link_names_a_page_of_the_product(application):
    endpoints = {rule.endpoint for rule in application.url_map.iter_rules()}
    assert {endpoint for links in LINKS.values() for _label, endpoint, _given in links} <= endpoints


@pytest.mark.parametrize("role", READERS)
def test_every_link_on_the_page_opens_for_its_reader(browser, make, role):
    them = browser(make.account(role, committee=make.committee() if role == r.COMMITTEE_OFFICE else None))
    page = page_of(them.get("/firstday/"))
    part = page.partition("<main")[2]
    links = set(re.findall(r'class="op">(.*?)</td>', part, re.DOTALL)) - {""}
    addresses = {address for cell in links for address in re.findall(r'href="([^"]+)"', cell)}
    for address in addresses:
        assert them.get(address.replace("&amp;", "&")).status_code == 200, address


def test_who_has_a_step_is_told_on_his_workbench_until_the_first_declaration_is_there(browser, make, session):
    make.title(series=make.series())
    for name in r.THREE_ADMINS[1:]:
        make.account(name)
    sysadmin = browser(make.account(r.SYSTEM_ADMIN))
    assert "您可以办理：省厅配置岗" in page_of(sysadmin.get("/home/"))
    make.declaration(state="at_committee", reached_committee_at=datetime(2026, 5, 10))
    session.commit()
    assert "开通向导</a></p>" not in page_of(sysadmin.get("/home/"))


def test_an_applicant_is_told_nothing_of_it(browser, make):
    assert "开通" not in page_of(browser(make.account(r.APPLICANT, person=make.person())).get("/home/"))
