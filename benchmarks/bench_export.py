"""导出查询结果 of every row, through the whole stack, against the writer alone with the same cells in its hands.

The floor is XlsxWriter in constant memory, one `write_string` or `write_number` per cell, the cells made beforehand;
the
product reads, shapes, writes, digests, journals and sends. One screen whose cells are all columns of the database, and
one with a cell (当前办理) that is made of several.
"""

from __future__ import annotations

import gc
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import xlsxwriter

from benchmarks.measure import table, verdict
from benchmarks.product import lists_of_declarations, product, signed_in
from benchmarks.seed import Scene
from workflow.base import roles as r

MOST_TIMES_FLOOR = 1.5
ROUNDS = 3
SCREENS = {("CertificateIssueScreen", r.HRSS_CERT), ("TrailScreen", r.LEADER)}


def run(scene: Scene, home: Path) -> None:
    """The same rows three times by each, in turns; the best of each counts."""
    from views.screens import export_page

    export_page.LONG = scene.rows + 1  # the same work as the job would do, in this process
    app = product(scene.url, home / "data", forms=False)
    rows = []
    for screen, role in lists_of_declarations(app, scene):
        if (type(screen).__name__, role) in SCREENS:
            rows.append(_compare(app, scene, screen, role))
    heads = ["screen", "rows", "cells", "writer alone s", "export s", "export/floor", "limit", "peak MiB"]
    table(f"导出查询结果, {scene.rows:,} declarations", heads, rows)


def _compare(app: Any, scene: Scene, screen: Any, role: str) -> list[Any]:
    known = _cells(app, scene, screen, role)
    client = signed_in(app, scene, role)
    floor, ours = [], []
    for _round in range(ROUNDS):
        floor.append(_timed(lambda: _write(known)))
        ours.append(_timed(lambda: _exported(client, screen)))
    ratio = min(ours) / min(floor)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    name = f"{type(screen).__name__} · {screen.title} · {role}"
    return [
        name,
        len(known),
        sum(len(row) for row in known),
        min(floor),
        min(ours),
        ratio,
        verdict(ratio, MOST_TIMES_FLOOR),
        peak,
    ]


def _exported(client: Any, screen: Any) -> None:
    """Ask for the sheet and take all of it, which must be one."""
    answer = client.post(f"{screen.route_base}/export")
    if answer.status_code != 200 or not answer.data.startswith(b"PK"):
        raise SystemExit(f"the export answers {answer.status_code}")


def _timed(work: Any) -> float:
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _cells(app: Any, scene: Scene, screen: Any, role: str) -> list[Any]:
    """What the sheet will hold, with its heading."""
    from flask import g

    from models.accounts.account import Account
    from models.base import db
    from views.screens.exported import cells

    with app.test_request_context():
        g.user = db.session.get(Account, scene.accounts[role])
        columns = screen.sheet_columns()
        return [[c.label for c in columns], *cells(db.session, screen.model, screen.query(), screen.order, columns)]


def _write(known: list[Any]) -> None:
    with tempfile.TemporaryFile() as target:
        book = xlsxwriter.Workbook(target, {"constant_memory": True})
        sheet = book.add_worksheet()
        for number, row in enumerate(known):
            for place, value in enumerate(row):
                if type(value) is str:
                    sheet.write_string(number, place, value)
                elif value is not None:
                    sheet.write_number(number, place, value)
        book.close()
