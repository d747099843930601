"""The statistics over HTTP: who opens them, what they count for whom, their charts and their files."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime
from html import unescape

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as S
from models.office.journal import JournalEntry
from reports.charts.script import script_version
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
    """The number on the card of that name."""
    return re.sub("<[^>]+>", "", re.search(rf"<small>{name}</small><b>(.*?)</b>", page.text, re.S)[1]).strip()


def card_of(page, name):
    """The figure of that name: its part of the page."""
    return re.search(rf'<section class="card statistic[^>]*id="{name}">.*?</section>', page.text, re.S)[0]


def drawing(page, name):
    """What the browser is given to draw."""
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', card_of(page, name), re.S)[1])


def ways(page, name):
    """What a click on the bars of a figure opens, and what it limits the page to."""
    return [way for trace in drawing(page, name)["data"] for way in trace.get("customdata", [])]


def total(answer):
    """How many rows a list says it has."""
    found = re.search(r"共 (\d+) 条", re.sub("<[^>]+>", "", answer.text))
    return int(found[1]) if found else 0


@pytest.mark.parametrize("role", r.ALL)
def test_the_dashboard_opens_for_those_who_lead_and_audit(browser, make, role):
    expected = 200 if role in READERS else 403
    client = browser(make.account(role))
    for address in ("/dashboard/", "/dashboard/cockpit/", "/dashboard/wall/"):
        assert client.get(address).status_code == expected


def test_a_page_that_does_not_exist_is_not_found(browser, office):
    assert browser(office).get("/dashboard/nothing/").status_code == 404


def test_a_leader_begins_in_the_cockpit_and_reaches_the_workbench(browser, office):
    client = browser(office)
    assert client.get("/").headers["Location"] == "/dashboard/"
    page = client.get("/dashboard/")
    assert "领导驾驶舱" in page.text
    assert 'href="/home/"' in page.text


def test_whoever_works_begins_at_the_workbench(browser, make):
    assert browser(make.account(r.CITY_OFFICER)).get("/").headers["Location"] == "/home/"


def test_a_leader_reads_the_whole_province(browser, office):
    page = browser(office).get("/dashboard/")
    assert read(page, "申报") == "3"
    assert read(page, "通过率") == "50.0%"
    assert "长沙市" in page.text
    assert "株洲市" in page.text


def test_a_city_reads_what_reached_it(browser, make, office):
    city = make.organisation(name="长沙市人社局", region_code="430100")
    make.declaration(state=S.UNDER_AUDIT, position=1, route=[city], unit=make.unit(region_code="430102"))
    page = browser(make.account(r.CITY_OFFICER, organisation=city)).get("/dashboard/")
    assert read(page, "申报") == "1"
    assert "株洲市</a></th>" not in card_of(page, "declared_by_region")


def test_another_citys_address_by_hand_counts_nothing_and_says_so(browser, make, office):
    city = make.organisation(name="长沙市人社局", region_code="430100")
    make.declaration(state=S.UNDER_AUDIT, position=1, route=[city], unit=make.unit(region_code="430102"))
    page = browser(make.account(r.CITY_OFFICER, organisation=city)).get("/dashboard/?region=4302")
    assert page.status_code == 200
    assert read(page, "申报") == "0"
    assert "没有符合条件的记录" in page.text


@pytest.mark.parametrize("query", ["year=2019", "year=2026&region=4331", "year=2026&sent=2027-01-01.."])
def test_a_year_without_data_and_a_filter_that_matches_nothing_are_said(browser, office, query):
    page = browser(office).get(f"/dashboard/?{query}")
    assert page.status_code == 200
    assert "不能识别" not in page.text
    assert "没有符合条件的记录" in page.text
    assert 'class="figure"' not in page.text


def test_conditions_stay_in_the_address_and_in_the_fields(browser, office):
    page = browser(office).get("/dashboard/?region=4302&year=2026&level=")
    assert read(page, "申报") == "1"
    assert '<option value="4302" selected>' in page.text
    assert 'action="/dashboard/cockpit/sheet?year=2026&amp;region=4302"' in page.text


def test_an_unreadable_condition_is_named_and_ignored(browser, office):
    page = browser(office).get("/dashboard/?region=<b>&series=9999999&year=99999999999999999999&nobody=1")
    assert page.status_code == 200
    assert read(page, "申报") == "3"
    assert page.text.count("不能识别") == 4
    assert "<b>”" not in page.text


def test_a_click_opens_the_rows_and_with_the_filter_limits_the_whole_page(browser, office):
    client = browser(office)
    page = client.get("/dashboard/?level=associate_senior")
    opens, limits = next(way for way in ways(page, "declared_by_region") if "4301" in way[0])
    assert opens.startswith("/trailscreen/list/?cell=declaration%3A")
    assert limits == "/dashboard/?year=2026&level=associate_senior&region=4301"
    assert read(client.get(limits), "申报") == "2"
    assert f'href="{limits}"'.replace("&", "&amp;") in page.text, "the table leads there as well"


def test_a_condition_by_click_is_a_chip_that_can_be_taken_away(browser, office):
    page = browser(office).get("/dashboard/?stage=submitted")
    assert "到达阶段：提交 <a" in page.text
    assert '<input type="hidden" name="stage" value="submitted">' in page.text
    assert read(page, "申报") == "1"


def test_the_list_says_which_number_it_shows_and_lets_go_of_it(browser, office):
    client = browser(office)
    opens = ways(client.get("/dashboard/"), "declared_by_region")[0][0]
    rows = client.get(opens)
    assert "统计数字 · 申报：" in rows.text
    assert "市州：长沙市" in rows.text
    assert 'aria-label="去掉该条件"' in rows.text
    assert total(rows) == 2
    assert total(client.get(f"{opens}&number=ZZ")) == 0, "further conditions limit it further"


def test_the_file_of_a_number_has_its_rows(browser, office):
    client = browser(office)
    opens = ways(client.get("/dashboard/"), "declared_by_region")[0][0]
    sheet = load_workbook(io.BytesIO(client.post(opens.replace("/list/", "/export")).data)).active
    assert sheet.max_row == 1 + 2


@pytest.mark.parametrize(
    "cell", ["declaration:region=x&nobody=1", "nothing:year=2026", "plan:year=2026", "declaration:%00"]
)
def test_a_cell_that_cannot_be_read_is_named(browser, office, cell):
    page = browser(office).get("/trailscreen/list/", query_string={"cell": cell})
    assert page.status_code == 200
    assert "查询条件“统计数字”不能识别" in page.text


def test_the_committee_reaches_its_rows_at_its_own_desk(browser, make):
    committee = make.committee()
    make.declaration(state=S.QUALIFIED, batch=make.batch(committee=committee), reached_committee_at=SENT)
    client = browser(make.account(r.COMMITTEE_OFFICE, committee=committee))
    opens = ways(client.get("/dashboard/"), "declared_by_series")[0][0]
    assert opens.startswith("/recheckscreen/list/")
    assert total(client.get(opens)) == 1


def test_a_number_leads_to_exactly_its_rows(browser, make, office):
    """A draft given up before it was submitted stood in the list and in no figure."""
    unit = make.unit(region_code="430102")
    make.declaration(state=S.WITHDRAWN, submitted_at=None, unit=unit)
    make.declaration(state=S.WITHDRAWN, submitted_at=SENT, unit=unit)
    make.declaration(state=S.DRAFT, unit=unit)
    client = browser(office)
    bars = drawing(client.get("/dashboard/"), "declared_by_series")["data"][0]
    for (opens, _limits), count in zip(bars["customdata"], bars["x"], strict=True):
        assert total(client.get(opens)) == count


def test_the_provinces_own_units_are_a_row_with_its_rows(browser, make):
    make.declaration(state=S.SUBMITTED, unit=make.unit(region_code="430000"))
    client = browser(make.account(r.LEADER))
    page = client.get("/dashboard/")
    links = re.findall(r'href="(/trailscreen/list/[^"]*)"', card_of(page, "declared_by_region"))
    assert "省直" in card_of(page, "declared_by_region")
    assert total(client.get(unescape(links[0]))) == 1


def test_a_figure_tells_where_its_number_comes_from(browser, office):
    found = card_of(browser(office).get("/dashboard/"), "declared_by_region")
    for word in ("这个数怎么来的", "口径", "依据", "统计时刻", "行数", "已提交的申报"):
        assert word in found


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
    answer = client.post("/dashboard/cockpit/sheet?region=4301")
    book = load_workbook(io.BytesIO(answer.data))
    assert {"各市州申报与通过", "各系列申报与通过", "评审阶段漏斗"} <= set(book.sheetnames)
    cells = [[cell.value for cell in row] for row in book["各市州申报与通过"].iter_rows()]
    assert cells[1][0].startswith("口径：")
    assert "条件：年度：2026；市州：长沙市" in cells[2][0]
    assert ["长沙市", 2, 1, 0, 0, 0] in [row[:6] for row in cells]
    entry = session.scalars(select(JournalEntry).where(JournalEntry.verb == "export_statistics")).one()
    assert entry.actor_id == office.id
    assert "长沙市" in entry.details


def test_one_figure_can_be_taken_alone(browser, office):
    client = browser(office)
    book = load_workbook(io.BytesIO(client.post("/dashboard/cockpit/sheet?year=2026&figure=funnel").data))
    assert book.sheetnames == ["评审阶段漏斗"]
    assert client.post("/dashboard/cockpit/sheet?figure=nothing").status_code == 404


def test_reading_the_page_writes_nothing_and_a_sheet_needs_a_post(browser, office, session):
    client = browser(office)
    client.get("/dashboard/")
    assert client.get("/dashboard/cockpit/sheet").status_code == 405
    assert session.scalar(select(JournalEntry.id).where(JournalEntry.verb == "export_statistics")) is None


def test_a_formula_in_a_name_stays_text_in_the_sheet(browser, office, make):
    make.declaration(state=S.SUBMITTED, title=make.title(series=make.series("=1+1")))
    book = load_workbook(io.BytesIO(browser(office).post("/dashboard/cockpit/sheet").data))
    cells = [cell for row in book["各系列申报与通过"].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]


def test_the_wall_looks_again_by_itself(browser, office):
    page = browser(office).get("/dashboard/wall/?region=4301")
    assert 'data-wall="60"' in page.text
    assert read(page, "申报") == "2"


def test_an_office_is_reminded_from_its_row_and_the_row_says_when(browser, make, session):
    district = make.organisation("district", name="芙蓉区人社局", region_code="430102")
    make.declaration(state=S.UNDER_AUDIT, route=[district], position=1)
    client = browser(make.account(r.LEADER))
    button = f'name="desk" value="{district.id}"'
    assert re.search(button, re.sub(r"\s+", " ", client.get("/dashboard/backlog/").text))
    sent = client.post("/dashboard/remind", data={"kind": "office", "desk": str(district.id)}, follow_redirects=True)
    assert "已向芙蓉区人社局发出催办消息" in sent.text
    assert "已催办" in sent.text and button not in re.sub(r"\s+", " ", sent.text)
    again = client.post("/dashboard/remind", data={"kind": "office", "desk": str(district.id)}, follow_redirects=True)
    assert "每个工作日只能催办一次" in again.text
    inbox = browser(make.account(r.DISTRICT_OFFICER, organisation_id=district.id)).get("/noticescreen/list/")
    assert "催办：在办申报 1 件" in inbox.text


def test_whoever_may_not_remind_is_offered_nothing(browser, make):
    district = make.organisation("district", region_code="430102")
    make.declaration(state=S.UNDER_AUDIT, route=[district], position=1)
    client = browser(make.account(r.HRSS_CERT))
    assert 'name="desk"' not in client.get("/dashboard/backlog/").text
    assert client.post("/dashboard/remind", data={"kind": "office", "desk": "1"}).status_code == 403
