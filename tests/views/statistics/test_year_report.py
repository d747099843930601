"""统计年报: asked for on a page, made as a job with the receiver's rights, one sheet file and one paper."""

from __future__ import annotations

import io
import zipfile

import pypdfium2
import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as S
from models.jobs.job import Job, JobState
from models.office.journal import JournalEntry
from workflow.base import roles as r


@pytest.fixture
def leader(make):
    for region in ("430102", "430103", "430202"):
        make.declaration(state=S.SUBMITTED, unit=make.unit(region_code=region))
    return make.account(r.LEADER)


@pytest.fixture
def report(browser, leader, session, file_store):
    """The job of a report of 长沙, and the archive that it has left."""
    client = browser(leader)
    client.post("/dashboard/report?year=2026&region=4301")
    job = session.scalars(select(Job)).one()
    return job, zipfile.ZipFile(io.BytesIO(client.get(f"/job/fetch/{job.id}").data))


def test_it_has_every_table_in_one_sheet_file(report):
    job, archive = report
    assert (job.state, job.title) == (JobState.DONE, "统计年报：年度：2026；市州：长沙市")
    sheet_file = next(name for name in archive.namelist() if name.endswith(".xlsx"))
    book = load_workbook(io.BytesIO(archive.read(sheet_file)))
    assert {"各市州申报与通过", "评审阶段漏斗"} <= set(book.sheetnames)
    rows = [[cell.value for cell in row] for row in book["各市州申报与通过"].iter_rows()]
    assert any(row[:2] == ["长沙市", 2] for row in rows)
    assert any("数据截至" in str(row[0]) for row in rows)


def test_every_number_stands_in_a_flat_table_and_the_cities_side_by_side(report):
    _job, archive = report
    name = next(name for name in archive.namelist() if name.endswith("_明细.xlsx"))
    book = load_workbook(io.BytesIO(archive.read(name)))
    head, *rows = book["明细"].iter_rows(values_only=True)
    found = [dict(zip(head, row, strict=True)) for row in rows]
    declared = [one for one in found if one["统计表"] == "各市州申报与通过" and one["指标"] == "申报数"]
    assert [(one["行"], one["数值"], one["显示"]) for one in declared] == [("长沙市", 2, "2"), ("合计", 2, "2")]
    whole = load_workbook(io.BytesIO(archive.read(name.replace("_明细", ""))))
    assert {one["统计表"] for one in found} >= {"评审阶段漏斗", "年龄段"} and len(whole.sheetnames) > 30
    titles, measures, _names, *cities = book["市州一览"].iter_rows(values_only=True)
    place = next(
        n for n, pair in enumerate(zip(titles, measures, strict=True)) if pair == ("各市州申报与通过", "申报数")
    )
    assert {city[0]: city[place] for city in cities}["长沙市"] == 2


def test_its_paper_says_the_moment_on_every_page(report):
    _job, archive = report
    paper_file = next(name for name in archive.namelist() if name.endswith(".pdf"))
    pages = pypdfium2.PdfDocument(archive.read(paper_file))
    words = [page.get_textpage().get_text_range() for page in pages]
    assert "各市州申报与通过" in "".join(words)
    assert all("数据截至" in page for page in words)


def test_the_journal_remembers_it(report, leader, session):
    entry = session.scalars(select(JournalEntry).where(JournalEntry.verb == "export_statistics")).one()
    assert entry.actor_id == leader.id
    assert report[0].digest in entry.details


def test_whoever_may_not_read_figures_gets_none(browser, make):
    assert browser(make.account(r.UNIT_OFFICER)).post("/dashboard/report").status_code == 403
