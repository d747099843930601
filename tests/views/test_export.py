"""导出查询结果: what a sheet shows is what the list shows, cell by cell, however the rows were read."""

from __future__ import annotations

import pytest
from flask import g
from sqlalchemy import event

from app.security import ACCESS
from models.base import db
from models.organisation import NodeKind
from tests.access.world import World
from tests.views.office_day import noon  # noqa: F401
from views import exported, listing
from views.exported import cells
from workflow import roles as r


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
                records = db.session.scalars(query.order_by(*listing.ordering(screen.model, screen.order))).unique()
                expected = [[column.plain(record) for column in columns] for record in records]
                made = [["" if cell is None else cell for cell in row] for row in cells(db.session, screen.model, query, screen.order, columns)] if columns else []
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
