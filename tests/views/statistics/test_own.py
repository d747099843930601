"""自助分析: one's own figure from declared dimensions, kept, opened again, deleted."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as S
from models.office.list_choice import SavedQuery
from tests.views.statistics.test_dashboard import total
from workflow.base import roles as r

FIGURE = "subject=declaration&rows=region&columns=level&measure=count&year=2026"


@pytest.fixture
def leader(make):
    for region in ("430102", "430103", "430202"):
        make.declaration(state=S.SUBMITTED, unit=make.unit(region_code=region))
    return make.account(r.LEADER)


def words(page):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.text))


def test_rows_columns_and_a_measure_are_seen_at_once(browser, leader):
    page = browser(leader).get(f"/dashboard/own/?{FIGURE}")
    assert "申报按市州、级别：数量" in words(page)
    assert re.search(r"长沙市 2 2 株洲市 1 1", words(page))


def test_every_number_of_it_opens_its_rows(browser, leader):
    client = browser(leader)
    link = re.search(r'<td class="num"><a href="(/trailscreen[^"]+)"', client.get(f"/dashboard/own/?{FIGURE}").text)[1]
    assert total(client.get(link.replace("&amp;", "&"))) == 2


def test_without_a_choice_nothing_is_counted(browser, leader):
    page = browser(leader).get("/dashboard/own/")
    assert page.status_code == 200
    assert "选择统计对象和行" in page.text
    assert browser(leader).post("/dashboard/own/sheet").status_code == 422


def test_what_cannot_be_read_is_named_and_ignored(browser, leader):
    page = browser(leader).get("/dashboard/own/?subject=declaration&rows=<x>&columns=y&measure=z&chart=q&series=abc")
    assert page.status_code == 200
    assert page.text.count("不能识别") == 5
    assert "<x>" not in page.text


def test_it_is_taken_as_a_file(browser, leader):
    book = load_workbook(io.BytesIO(browser(leader).post(f"/dashboard/own/sheet?{FIGURE}").data))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert ["长沙市", 2, 2] in rows


def test_a_view_is_kept_opened_with_the_numbers_of_now_and_deleted(browser, leader, session):
    client = browser(leader)
    kept = client.post(f"/dashboard/own/keep?{FIGURE}", data={"name": "市州级别"}, follow_redirects=True)
    assert "已保存视图“市州级别”" in kept.text
    saved = session.scalars(select(SavedQuery)).one()
    assert client.get(f"/dashboard/own/{saved.id}/").headers["Location"] == f"/dashboard/own/?{FIGURE}"
    assert "已删除视图" in client.post(f"/dashboard/own/{saved.id}/", follow_redirects=True).text
    gone = client.get(f"/dashboard/own/{saved.id}/", follow_redirects=True)
    assert "不存在或已被删除" in gone.text


def test_a_page_with_its_conditions_is_kept_as_well(browser, leader, session):
    client = browser(leader)
    client.post("/dashboard/own/keep?page=cockpit&year=2026&region=4301", data={"name": "长沙"})
    saved = session.scalars(select(SavedQuery)).one()
    assert client.get(f"/dashboard/own/{saved.id}/").headers["Location"] == "/dashboard/?year=2026&region=4301"


def test_nobody_opens_or_deletes_the_view_of_another(browser, make, leader, session):
    browser(leader).post(f"/dashboard/own/keep?{FIGURE}", data={"name": "我的"})
    saved = session.scalars(select(SavedQuery)).one()
    other = browser(make.account(r.SUPERVISOR))
    assert "不存在或已被删除" in other.get(f"/dashboard/own/{saved.id}/", follow_redirects=True).text
    other.post(f"/dashboard/own/{saved.id}/")
    assert session.get(SavedQuery, saved.id) is not None


def test_a_view_needs_a_name(browser, leader):
    page = browser(leader).post(f"/dashboard/own/keep?{FIGURE}", data={"name": " "}, follow_redirects=True)
    assert "请填写常用查询的名称" in page.text
