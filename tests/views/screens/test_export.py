"""导出查询结果: what a sheet shows is what the list shows, cell by cell, however the rows were read."""

from __future__ import annotations

import io
import re

import pytest
from flask import g
from openpyxl import load_workbook
from sqlalchemy import event, select

from app.security import ACCESS
from models.base import db
from models.office.journal import JournalEntry
from models.register.organisation import NodeKind
from tests.access.world import World
from tests.views.office_day import noon  # noqa: F401
from views.screens import export_page, exported
from views.screens.exported import cells
from views.screens.listing import ordering
from workflow.base import roles as r


def screens(app, role):
    """Every screen of the role that has a list."""
    mine = {row.screen for row in ACCESS if role in row.opens}
    return [view for view in app.appbuilder.baseviews if type(view).__name__ in mine and hasattr(view, "shown")]


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("role", r.ALL)
def test_every_cell_of_every_sheet_is_that_of_the_record(app, session, make, as_, role):
    account = World(make, as_).account(role)
    session.commit()
    with app.test_request_context():
        g.user = account
        for screen in screens(app, role):
            facts = [column for group in screen.groups.values() for column in group]
            for columns in (screen.shown, screen.sheet_columns(), [c for c in (*screen.shown, *facts) if c.direct]):
                query = screen.query()
                records = db.session.scalars(query.order_by(*ordering(screen.model, screen.order))).unique()
                expected = [[column.plain(record) for column in columns] for record in records]
                made = (
                    [
                        ["" if cell is None else cell for cell in row]
                        for row in cells(db.session, screen.model, query, screen.order, columns)
                    ]
                    if columns
                    else []
                )
                assert not columns or made == expected, f"{type(screen).__name__}: {[c.name for c in columns]}"


def test_a_sheet_is_read_in_a_fixed_number_of_queries_per_batch(app, session, make, monkeypatch):
    """One statement for the rows; names of records are read once per batch, not once per row."""
    above = make.organisation(NodeKind.CITY, name="甲上级")
    for n in range(30):
        make.organisation(name=f"甲单位{n}", superior_id=above.id)
    account = make.account(r.HRSS_CONFIG)
    session.commit()
    monkeypatch.setattr(exported, "BATCH", 10)
    statements = []
    with app.test_request_context():
        g.user = account
        screen = next(view for view in app.appbuilder.baseviews if type(view).__name__ == "OrganisationScreen")
        event.listen(session.connection(), "before_cursor_execute", lambda *given: statements.append(given[2]))
        query = screen.query().where(screen.model.name.startswith("甲"))
        rows = list(cells(db.session, screen.model, query, screen.order, [c for c in screen.shown if c.direct]))
    assert len(rows) == 31 and len(statements) <= 2  # the rows, and the names of the regions


# --- long sheets --------------------------------------------------------------------------------------------


def long_export(client, address):
    """Ask for a sheet; the page of its job."""
    answer = client.post(address)
    assert answer.status_code == 302 and "/job/show/" in answer.headers["Location"]
    return answer.headers["Location"]


def test_a_long_sheet_is_a_job_with_the_same_rows(browser, make, session, monkeypatch):
    monkeypatch.setattr(export_page, "LONG", 10)
    for n in range(25):
        make.organisation(name=f"甲单位{n:02d}")
    client = browser(make.account(r.HRSS_CONFIG))
    home = long_export(client, "/organisationscreen/export?name=甲单位")
    page = client.get(home).get_data(as_text=True)
    assert "已导出 25 行" in page and "导出：" in page
    fetched = client.get(re.search(r'href="([^"]*/fetch/\d+)"', page)[1])
    rows = list(load_workbook(io.BytesIO(fetched.data)).active.iter_rows(values_only=True))
    monkeypatch.setattr(export_page, "LONG", 100)
    short = load_workbook(io.BytesIO(client.post("/organisationscreen/export?name=甲单位").data)).active
    assert len(rows) == 26 and rows == list(short.iter_rows(values_only=True))
    entries = session.scalars(select(JournalEntry).where(JournalEntry.verb == "export")).all()
    assert len(entries) == 2 and all('"count":25' in entry.details for entry in entries)


def test_the_job_of_another_is_absent(browser, make, session, monkeypatch):
    monkeypatch.setattr(export_page, "LONG", 0)
    make.organisation(name="甲单位")
    home = long_export(browser(make.account(r.HRSS_CONFIG)), "/organisationscreen/export?name=甲单位")
    other = browser(make.account(r.HRSS_CONFIG))
    assert other.get(home).status_code == other.get(home.replace("show", "fetch")).status_code == 404


def test_who_may_export_no_more_gets_no_sheet(app, browser, make, session, monkeypatch):
    """The job asks again for permission and for rows when it runs, not when it was asked for."""
    monkeypatch.setattr(export_page, "LONG", 0)
    make.organisation(name="甲单位")
    screen = next(view for view in app.appbuilder.baseviews if view.endpoint == "OrganisationScreen")
    monkeypatch.setattr(type(screen), "may", lambda self, permission: permission != "export")
    client = browser(make.account(r.HRSS_CONFIG))
    page = client.get(long_export(client, "/organisationscreen/export?name=甲单位")).get_data(as_text=True)
    assert "没有导出" in page and "/fetch/" not in page


def test_the_journal_is_exported_at_once_since_its_reader_has_no_jobs(browser, make, session, monkeypatch):
    monkeypatch.setattr(export_page, "LONG", 0)
    make.organisation(name="甲单位")
    reader = browser(make.account(r.AUDIT_ADMIN))
    assert reader.post("/journal/export").data[:2] == b"PK"
