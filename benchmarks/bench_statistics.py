"""The pages of the statistics as their readers open them, and what is made of all figures: 统计年报 and 时点数据."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select

from benchmarks.measure import table, verdict
from benchmarks.product import product, signed_in
from benchmarks.seed import YEARS, Scene
from workflow.base import roles as r

READERS = (r.LEADER, r.CITY_OFFICER, r.COMMITTEE_OFFICE)
#: First byte of a page in milliseconds, and MiB that a worker may hold while it makes the report of the year.
FIRST_BYTE, WORKER = 300, 1024
TURNS = 3


def run(scene: Scene, home: Path) -> None:
    """Every page of every reader, then the report and a kept moment of everything."""
    app = product(scene.url, home)
    with app.app_context():
        from models.base import db
        from reports.figures.columns.source import followed

        followed(db.engine).load()
    rows = [row for role in READERS for row in _pages(app, scene, role)]
    heads = ["reader", "page", "first byte, ms", "", "CPU ms"]
    table(f"Pages of the statistics over {scene.rows:,} declarations", heads, rows)
    done = [_measured("统计年报", lambda: _report(app, scene)), _measured("时点数据", lambda: _frozen(app))]
    table(f"Made of {scene.rows:,} declarations", ["", "s", "MiB", "held by the worker, MiB", ""], done)


def _pages(app: Any, scene: Scene, role: str) -> list[list[Any]]:
    client = signed_in(app, scene, role)
    from reports.figures.figure import Page

    found = []
    for page in Page:
        address = "/dashboard/" if page is Page.COCKPIT else f"/dashboard/{page.value}/"
        waited, spent, status = [], [], 0
        for _turn in range(TURNS + 1):
            start, first = time.perf_counter(), time.process_time()
            with client.get(address, buffered=False) as answer:
                next(answer.iter_encoded(), b"")
                waited.append((time.perf_counter() - start) * 1000)
                status = answer.status_code
            spent.append((time.process_time() - first) * 1000)
        if status == 200:
            middle = median(waited[1:])
            found.append([role, page.value, middle, verdict(middle, FIRST_BYTE), min(spent[1:])])
    return found


def _measured(name: str, make: Callable[[], int]) -> list[Any]:
    start = time.perf_counter()
    size = make()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [name, time.perf_counter() - start, size / 2**20, peak, verdict(peak, WORKER)]


def _report(app: Any, scene: Scene) -> int:
    """All figures of the province, answered as the job of 统计年报 answers them, and both files."""
    import io

    from flask import g

    from models.accounts.account import Account
    from models.base import db
    from reports.figures import book, flat
    from views.statistics import shown
    from views.statistics.conditions import read
    from views.statistics.year_report import _printed

    with app.test_request_context():
        g.user = g._login_user = db.session.scalars(select(Account).where(Account.id == scene.accounts[r.LEADER])).one()
        conditions = read({})
        question = shown.asked(conditions)
        answers = [shown.answered(one, question) for page in shown.pages() for one in shown.figures_of(page)]
        sheets, rows = io.BytesIO(), io.BytesIO()
        book.write(sheets, answers, [conditions.words])
        flat.write(rows, answers)
        printed = _printed(answers, conditions, shown.told_of(conditions), datetime(YEARS[-1], 12, 31).date())
        return len(sheets.getvalue()) + len(rows.getvalue()) + len(printed)


def _frozen(app: Any) -> int:
    from models.base import db
    from views.statistics.freezing import file_of

    with app.app_context():
        return len(file_of(db.session, datetime(YEARS[-1], 12, 31)))
