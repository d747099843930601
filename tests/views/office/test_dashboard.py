"""The dashboard over HTTP: who opens it, what it counts for whom, its figures and its sheet."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as S
from models.office.journal import JournalEntry
from reports.figure import bars, script_version
from workflow.base import roles as r

SENT = datetime(2026, 5, 1)
READERS = (r.LEADER, r.SUPERVISOR, *r.HRSS, r.COMMITTEE_OFFICE, r.CITY_OFFICER, r.DISTRICT_OFFICER, r.BUREAU_OFFICER)


@pytest.fixture
def office(make):
    """Two cities with declarations; the province's leader."""
    for region, state in (("430102", S.SUBMITTED), ("430103", S.FAILED), ("430202", S.ISSUED)):
        make.declaration(state=state, unit=make.unit(region_code=region))
    return make.account(r.LEADER)


def read(page, name):
    """The figure on the card of that name."""
    return re.search(rf"<small>{name}</small><b>([^<]*)</b>", page.text)[1]


def figures(page):
    """What the browser is given to draw."""
    return [json.loads(text) for text in re.findall(r'<script type="application/json">(.*?)</script>', page.text, re.S)]


@pytest.mark.parametrize("role", r.ALL)
def test_the_dashboard_opens_for_those_who_lead_and_audit(browser, make, role):
    expected = 200 if role in READERS else 403
    assert browser(make.account(role)).get("/dashboard/").status_code == expected


def test_a_leader_reads_the_whole_province(browser, office):
    page = browser(office).get("/dashboard/")
    assert read(page, "申报总数") == "3"
    assert read(page, "通过率") == "50.0%"
    assert "长沙市" in page.text
    assert "株洲市" in page.text


def test_a_city_reads_what_reached_it(browser, make, office):
    city = make.organisation(name="长沙市人社局", region_code="430100")
    make.declaration(state=S.UNDER_AUDIT, position=1, route=[city], unit=make.unit(region_code="430102"))
    page = browser(make.account(r.CITY_OFFICER, organisation=city)).get("/dashboard/")
    assert read(page, "申报总数") == "1"
    assert "株洲市" not in figures(page)[0]["layout"]["yaxis"]["ticktext"]


def test_conditions_stay_in_the_address_and_in_the_fields(browser, office):
    page = browser(office).get("/dashboard/?city=430200&year=2026&level=")
    assert read(page, "申报总数") == "1"
    assert '<option value="430200" selected>' in page.text
    assert 'action="/dashboard/sheet?city=430200' in page.text


def test_an_unreadable_condition_is_named_and_ignored(browser, office):
    page = browser(office).get("/dashboard/?city=<b>&series=9999999&year=99999999999999999999")
    assert page.status_code == 200
    assert read(page, "申报总数") == "3"
    assert page.text.count("不能识别") == 3
    assert "<b>”" not in page.text


def test_a_bar_leads_to_its_rows(browser, office):
    page = browser(office).get("/dashboard/?level=associate_senior")
    by_city, funnel, _by_series = figures(page)
    link = "/trailscreen/list/?year=2026&level=associate_senior&region_code=430100&counted=yes"
    assert link in by_city["data"][0]["customdata"]
    assert link.replace("&", "&amp;") in page.text
    assert funnel["data"][0]["customdata"] == []


def test_the_rows_behind_a_bar_are_as_many_as_it_says(browser, office):
    client = browser(office)
    by_city = figures(client.get("/dashboard/?way=review"))[0]
    rows = client.get(by_city["data"][0]["customdata"][0])
    assert "已忽略" not in rows.text
    assert by_city["data"][0]["x"][0] == rows.text.count("/trailscreen/show/") == 2


def test_a_bar_of_someone_without_a_list_leads_nowhere(browser, make):
    committee = make.committee()
    make.declaration(state=S.QUALIFIED, batch=make.batch(committee=committee), reached_committee_at=SENT)
    page = browser(make.account(r.COMMITTEE_OFFICE, committee=committee)).get("/dashboard/")
    assert figures(page)[0]["data"][0]["customdata"] == [""]
    assert 'href=""' not in page.text and "点击柱子" not in page.text


def test_a_figure_leads_to_exactly_its_rows(browser, make, office):
    """A draft given up before it was submitted stood in the list and in no figure."""
    unit = make.unit(region_code="430102")
    make.declaration(state=S.WITHDRAWN, submitted_at=None, unit=unit)
    make.declaration(state=S.WITHDRAWN, submitted_at=SENT, unit=unit)
    make.declaration(state=S.DRAFT, unit=unit)
    client = browser(office)
    for figure in figures(client.get("/dashboard/")):
        for link, count in zip(figure["data"][0]["customdata"], figure["data"][0]["x"], strict=False):
            assert f"共 {count} 条" in re.sub("<[^>]+>", "", client.get(link).text), link


def test_the_provinces_own_units_have_no_rows_to_lead_to(browser, make):
    make.declaration(state=S.SUBMITTED, unit=make.unit(region_code="430000"))
    page = browser(make.account(r.LEADER)).get("/dashboard/")
    assert figures(page)[0]["data"][0]["customdata"] == [""]
    assert "region_code=430000" not in page.text


def test_bars_carry_their_figures_and_nothing_to_press():
    figure = bars(["长沙市", "株洲市"], [3, 1], ["3 · 50.0%", "1"], links=["/a", "/b"])
    assert figure["data"][0]["text"] == ["3 · 50.0%", "1"]
    assert figure["config"]["displayModeBar"] is False
    assert figure["config"]["showSendToCloud"] is False
    assert figure["layout"]["yaxis"]["ticktext"] == ["长沙市", "株洲市"]


def test_the_drawing_script_comes_from_our_host_and_is_kept(browser, office):
    client = browser(office)
    page = client.get("/dashboard/")
    address = f"/dashboard/plotly-{script_version()}.js"
    assert f'src="{address}"' in page.text
    assert "//cdn" not in page.text
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.mimetype == "text/javascript"
    assert client.get("/dashboard/plotly-0.0.0.js").status_code == 404
    assert client.get("/dashboard/").headers["Cache-Control"] == "no-store"


def test_the_page_keeps_the_policy_of_the_house(browser, office):
    policy = browser(office).get("/dashboard/").headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts
    assert "http" not in policy


def test_the_sheet_says_what_the_page_says_and_is_journalled(browser, office, session):
    client = browser(office)
    answer = client.post("/dashboard/sheet?city=430100")
    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["按市州申报与通过", "按系列申报与通过", "评审阶段漏斗", "申报汇总"]
    cells = [[cell.value for cell in row] for row in book["按市州申报与通过"].iter_rows()]
    assert "条件：2026 年度、长沙市" in cells[1][0]
    assert ["长沙市", 2, 2, 1, 0, "0.0%"] in cells
    entry = session.scalars(select(JournalEntry).where(JournalEntry.verb == "export_statistics")).one()
    assert entry.actor_id == office.id
    assert "长沙市" in entry.details


def test_reading_the_page_writes_nothing_and_a_sheet_needs_a_post(browser, office, session):
    client = browser(office)
    client.get("/dashboard/")
    assert client.get("/dashboard/sheet").status_code == 405
    assert session.scalar(select(JournalEntry.id).where(JournalEntry.verb == "export_statistics")) is None


def test_a_formula_in_a_name_stays_text_in_the_sheet(browser, office, make):
    make.declaration(state=S.SUBMITTED, title=make.title(series=make.series("=1+1")))
    book = load_workbook(io.BytesIO(browser(office).post("/dashboard/sheet").data))
    cells = [cell for row in book["按系列申报与通过"].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]
