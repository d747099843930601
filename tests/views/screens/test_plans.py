"""How SQLite finds a page: led by what is asked, in the order of the list, without sorting what it does not show."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime

import pytest
from sqlalchemy import event

from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from workflow.base import roles as r

TODAY = date(2026, 6, 1)


@contextmanager
def told(session):
    """Every statement that runs in the block, with what it was given."""
    found, engine = [], session.get_bind()

    def note(connection, cursor, statement, parameters, *_):
        found.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def plans(session, statements, table):
    """The plan of each statement that looks for keys in that table."""
    connection = session.connection().connection.driver_connection
    found = []
    for statement, given in statements:
        if f"SELECT {table}" in statement and "LIMIT" in statement and "count(" not in statement:
            steps = connection.execute("EXPLAIN QUERY PLAN " + statement, given).fetchall()
            found.append(" / ".join(step[3] for step in steps))
    return found


@pytest.fixture
def on_sqlite(session):
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by its statistics; the benchmarks hold it at a million rows")


@pytest.mark.parametrize(
    ("role", "address", "expected"),
    [
        (r.CITY_OFFICER, "/auditscreen/list/?desk=waiting", "ix_reading_lies (reader=? AND lies=?)"),
        (r.CITY_OFFICER, "/unitdeskscreen/list/?desk=waiting", "ix_reading_lies (reader=? AND lies=?)"),
        (r.CITY_OFFICER, "/auditscreen/list/", "PRIMARY KEY (reader=?)"),
        (r.HRSS_AUDIT, "/trailscreen/list/?state=revoked", "ix_reading_state (reader=? AND state=?)"),
        (r.HRSS_AUDIT, "/trailscreen/list/?region_code=430102", "ix_reading_region (reader=? AND region_code=?)"),
        (
            r.HRSS_AUDIT,
            "/trailscreen/list/?level=assistant&region_code=430102",
            "ix_reading_region (reader=? AND region_code=?)",
        ),
    ],
)
def test_a_page_of_keys_is_read_in_its_order(on_sqlite, browser, make, session, monkeypatch, role, address, expected):
    from views.screens import listing

    monkeypatch.setattr(listing, "GATHERED", -1)  # as if more waited than are put in the order of their deadlines
    client = browser(make.account(role, organisation=make.organisation(kind="city")))
    with told(session) as statements:
        assert client.get(address).status_code == 200
        [plan] = plans(session, statements, "reading.declaration_id")
    assert expected in plan and "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    ("asked", "index"), [("", "ix_declaration_filed"), ("issued=no", "ix_declaration_state_filed")]
)
def test_certificates_to_be_issued_are_walked_by_the_day_they_were_filed(
    on_sqlite, browser, make, session, monkeypatch, asked, index
):
    from views.screens import listing

    monkeypatch.setattr(listing, "MOST", 1)  # as if more fitted than anybody counts
    for _ in range(3):
        make.declaration(state=S.FILED, filed_on=TODAY)
    client = browser(make.account(r.HRSS_CERT))
    with told(session) as statements:
        assert client.get(f"/certificateissuescreen/list/?{asked}").status_code == 200
        [plan] = plans(session, statements, "declaration.id")
    assert index in plan and "TEMP B-TREE" not in plan


def steps_of_rows(session, statements):
    """The plan of each statement that reads the rows of a page by their keys."""
    connection = session.connection().connection.driver_connection
    return [
        " / ".join(step[3] for step in connection.execute("EXPLAIN QUERY PLAN " + statement, given).fetchall())
        for statement, given in statements
        if statement.startswith("SELECT declaration.id, ") and "declaration.id IN" in statement
    ]


@pytest.mark.parametrize(
    "asked", ["", "year=2026", "year=2026&state=under_audit&level=full_senior", "applicant_name=王", "mode=green"]
)
@pytest.mark.parametrize(
    "role", [r.CITY_OFFICER, r.DISTRICT_OFFICER, r.BUREAU_OFFICER, r.COMMITTEE_OFFICE, r.HRSS_AUDIT]
)
def test_the_rows_of_a_page_are_looked_up_by_their_keys_whatever_is_asked(
    on_sqlite, app, browser, make, session, role, asked
):
    """A year or a desk beside the keys leads to no index: that would read a third of the province for twenty rows."""
    office, committee = make.organisation(kind="city"), make.committee()
    client = browser(make.account(role, organisation=office, committee=committee))
    make.declaration(
        state=S.UNDER_AUDIT,
        batch=make.batch(committee=committee),
        route=(office,),
        position=1,
        applicant_name="王测",
        mode="green",
        level="full_senior",
        reached_committee_at=datetime(2026, 5, 2),
    )
    seen = 0
    for view in app.appbuilder.baseviews:
        if getattr(view, "model", None) is not Declaration or "can_list" not in view.base_permissions:
            continue
        with told(session) as statements:
            client.get(f"{view.route_base}/list/?{asked}")
            for plan in steps_of_rows(session, statements):
                seen += 1
                first, *others = plan.split(" / ")
                assert first == "SEARCH declaration USING INTEGER PRIMARY KEY (rowid=?)", plan
                assert not any("ix_route_step_desk" in step for step in others), plan
    assert seen
