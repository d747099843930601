"""时点数据: kept by button or by the month, opened on every page, compared, refused once the file was changed."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

import pypdfium2
import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as S
from models.jobs.job import Job, JobState
from models.office.frozen_figures import FrozenFigures, Occasion
from models.office.journal import JournalEntry
from reports.figures.figure import Page
from tests.owner import behind
from views.statistics import freezing
from workflow.accounts import accounts
from workflow.base import roles as r
from workflow.base.unit_of_work import attempt
from workflow.jobs.periodic import PERIODIC, ask_due
from workflow.storage import frozen_figures, stocktaking
from workflow.storage.store import digest_of


@pytest.fixture(autouse=True)
def _nothing_at_hand(file_store):
    """No declarations of another test are remembered, and the store is this test's own."""
    freezing._columns.clear()


@pytest.fixture
def changsha(make):
    """A county of 长沙 that three declarations of the year have reached, and one of 株洲 with another."""
    district = make.organisation("district", region_code="430102")
    for region, route in (("430102", [district]), ("430102", [district]), ("430103", []), ("430202", [])):
        make.declaration(state=S.SUBMITTED, unit=make.unit(region_code=region), route=route, position=1)
    return district


@pytest.fixture
def kept(changsha, browser, make, session):
    """What the 省厅审核岗 has kept."""
    page = browser(make.account(r.HRSS_AUDIT)).post("/dashboard/frozen/freeze", data={"reason": "上半年统计通报"})
    assert page.status_code == 302
    return session.scalars(select(FrozenFigures)).one()


@pytest.fixture
def leader(make):
    return make.account(r.LEADER)


def words(page):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.text))


def card(page):
    return re.search(r'class="kpi"><small>申报</small><b>(?:<a[^>]+>)?([\d,]+)', page.text)[1]


# -- keeping ---------------------------------------------------------------------------------------------


def test_it_is_kept_with_its_reason_and_its_digest_stands_in_the_journal(kept, session, make):
    assert (kept.occasion, kept.reason) == (Occasion.ASKED, "上半年统计通报")
    entry = session.scalars(select(JournalEntry).where(JournalEntry.verb == "freeze_figures")).one()
    assert kept.sha256 in entry.details and "上半年统计通报" in entry.details
    job = session.scalars(select(Job).where(Job.kind == freezing.KIND)).one()
    assert job.state == JobState.DONE and kept.sha256 in job.sentence


@pytest.mark.parametrize("reason", ["", "  ", "年报"])
def test_without_a_reason_it_is_refused(browser, make, session, reason):
    page = browser(make.account(r.HRSS_CONFIG)).post("/dashboard/frozen/freeze", data={"reason": reason})
    assert page.status_code == 422
    assert session.scalar(select(Job.id)) is None


def test_others_read_it_and_do_not_keep_any(browser, leader, session):
    assert browser(leader).post("/dashboard/frozen/freeze", data={"reason": "上半年统计"}).status_code == 403
    assert "生成时点数据" not in browser(leader).get("/dashboard/frozen/list/").text


def test_once_a_month_it_is_kept_by_itself(changsha, session, app, monkeypatch):
    only = {freezing.KIND: PERIODIC[freezing.KIND]}
    monkeypatch.setattr("workflow.jobs.periodic.PERIODIC", only)
    system = accounts.install_system_account(session)
    with app.app_context():
        for day in (datetime(2026, 7, 1, 0, 5), datetime(2026, 7, 31, 23), datetime(2026, 8, 3, 9)):
            ask_due(session, system, day)
    found = session.scalars(select(FrozenFigures)).all()
    assert [one.occasion for one in found] == [Occasion.MONTHLY] * 2
    assert [job.title for job in session.scalars(select(Job).order_by(Job.id))] == [
        "每月时点数据（2026-07）",
        "每月时点数据（2026-08）",
    ]


def test_where_nobody_has_declared_nothing_is_kept(session, app):
    with app.app_context():
        assert not PERIODIC[freezing.KIND].needed(session, datetime(2026, 7, 1))


# -- opening it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", list(Page))
def test_every_page_opens_as_of_then_and_says_so(kept, browser, make, page):
    client = browser(make.account(r.SUPERVISOR))
    address = "/dashboard/" if page is Page.COCKPIT else f"/dashboard/{page.value}/"
    seen = client.get(f"{address}?frozen={kept.id}&year=2026")
    assert seen.status_code == 200
    assert f"正在查看时点数据 {kept}" in words(seen)
    assert "/list/?cell=" not in seen.text, "the rows of today are not those of then"
    assert f"frozen={kept.id}" in re.search(r'<nav class="pages".*?</nav>', seen.text, re.DOTALL)[0]


def test_it_says_what_was_then_whatever_has_happened_since(kept, browser, leader, make):
    make.declaration(state=S.SUBMITTED, unit=make.unit(region_code="430102"))
    client = browser(leader)
    assert card(client.get(f"/dashboard/?year=2026&frozen={kept.id}")) == "4"
    assert card(client.get("/dashboard/?year=2026")) == "5"


def test_a_county_sees_its_own_as_of_then(kept, changsha, browser, make):
    officer = make.account(r.DISTRICT_OFFICER, organisation_id=changsha.id)
    assert card(browser(officer).get(f"/dashboard/?year=2026&frozen={kept.id}")) == "2"


def test_a_moment_that_is_not_there_is_refused(browser, leader):
    for word in ("99", "x", "1,2"):
        page = browser(leader).get(f"/dashboard/?frozen={word}")
        assert page.status_code == 422
        assert "时点数据不存在" in page.text


def test_a_file_that_was_changed_is_refused_everywhere(kept, browser, leader, file_store):
    client = browser(leader)
    assert client.get(f"/dashboard/?frozen={kept.id}").status_code == 200
    path = file_store.shelf.path(f"{frozen_figures.under(kept)}/{kept.sha256}")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)
    page = client.get(f"/dashboard/?frozen={kept.id}")
    assert page.status_code == 422
    assert "校验码不符" in page.text
    assert "不符" in words(client.get(f"/dashboard/frozen/show/{kept.id}"))


def test_a_row_that_was_changed_leads_to_no_other_file(kept, browser, leader, session):
    behind(session, "UPDATE frozen_figures SET sha256 = :zero", {"zero": "0" * 64})
    assert browser(leader).get(f"/dashboard/?frozen={kept.id}").status_code == 422


def test_another_file_under_a_changed_row_is_refused_as_well(kept, browser, leader, session, file_store):
    """Whoever writes to database and store has no key for the seal of the row."""
    forged = file_store.shelf.path(f"{frozen_figures.under(kept)}/{kept.sha256}").read_bytes() + b" "
    digest = digest_of(forged)
    file_store.put(digest, forged, under=frozen_figures.under(kept))
    behind(session, "UPDATE frozen_figures SET sha256 = :digest", {"digest": digest})
    page = browser(leader).get(f"/dashboard/?frozen={kept.id}")
    assert page.status_code == 422 and "绕过系统" in page.text
    assert "不符" in words(browser(leader).get(f"/dashboard/frozen/show/{kept.id}"))


def test_the_stocktaking_counts_the_file_and_the_sweep_leaves_it(kept, session, file_store):
    count = stocktaking.verify(session, file_store)
    assert (count.files, count.faults) == (1, [])
    assert not list(stocktaking.unnamed(session, file_store.shelf))


def test_files_say_the_moment_and_own_figures_know_it(kept, browser, leader):
    client = browser(leader)
    book = load_workbook(io.BytesIO(client.post(f"/dashboard/cockpit/sheet?frozen={kept.id}&year=2026").data))
    assert any(f"时点数据：截至 {kept}" in str(row[0].value) for row in book.active.iter_rows())
    page = client.get(f"/dashboard/own/?subject=desk&rows=rank&frozen={kept.id}&year=2026")
    assert "正在查看时点数据" in page.text and page.status_code == 200


def test_the_years_report_is_made_from_it_with_its_time_on_every_page(kept, browser, leader, make, session):
    make.declaration(state=S.SUBMITTED, unit=make.unit(region_code="430102"))
    client = browser(leader)
    client.post("/dashboard/report?year=2026", data={"frozen": str(kept.id)})
    job = session.scalars(select(Job).where(Job.kind == "statistics")).one()
    assert f"时点数据：{kept}" in job.title
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/job/fetch/{job.id}").data))
    names = {name.rpartition(".")[2]: name for name in archive.namelist() if "明细" not in name}
    rows = load_workbook(io.BytesIO(archive.read(names["xlsx"])))["各市州申报与通过"].iter_rows(values_only=True)
    assert any(row[:2] == ("长沙市", 3) for row in rows)
    pages = [p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(archive.read(names["pdf"]))]
    assert pages and all(f"时点数据：截至 {kept}" in page for page in pages)


# -- comparing -------------------------------------------------------------------------------------------


def test_two_moments_are_compared_number_by_number(kept, browser, leader, make):
    make.declaration(state=S.SUBMITTED, unit=make.unit(region_code="430102"))
    make.declaration(state=S.SUBMITTED, unit=make.unit(region_code="430302"))
    client = browser(leader)
    page = words(client.get(f"/dashboard/frozen/compare?then={kept.id}&year=2026"))
    assert "长沙市 申报数 3 4 +1 33.3%" in page
    assert "湘潭市 申报数 0 1 +1 —" in page
    assert "株洲市 申报数" not in page, "what has not changed is left out"
    assert "株洲市 申报数 1 1 0 0.0%" in words(client.get(f"/dashboard/frozen/compare?then={kept.id}&year=2026&all=1"))
    book = load_workbook(io.BytesIO(client.post(f"/dashboard/frozen/sheet?then={kept.id}&year=2026").data))
    rows = list(book["各市州申报与通过"].iter_rows(values_only=True))
    (row,) = [row for row in rows if row[:2] == ("长沙市", "申报数")]
    assert row[2:5] == (3, 4, 1) and round(row[5], 3) == 0.333


def test_a_moment_compared_with_itself_has_no_change(kept, browser, leader):
    page = words(browser(leader).get(f"/dashboard/frozen/compare?then={kept.id}&now={kept.id}&year=2026"))
    assert "两个时点的数完全相同" in page and "+1" not in page


def test_nothing_chosen_is_told_and_a_page_that_is_not_there_is_not_found(browser, leader):
    client = browser(leader)
    assert "还没有时点数据" in client.get("/dashboard/frozen/compare").text
    assert client.get("/dashboard/frozen/compare?page=nothing").status_code == 404
    assert client.post("/dashboard/frozen/sheet").status_code == 422


def test_the_work_is_that_of_the_system_account_or_of_who_may(changsha, session, make, as_):
    system = accounts.install_system_account(session)

    def keep(uow):
        return frozen_figures.keep(uow, io.BytesIO(b"x"), taken_at=uow.now)

    assert attempt(system, keep, session=session).reason == "每月自动生成"
