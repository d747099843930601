"""The first page of each role on the full database against itself on the small one: does it grow?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app import waiting
from benchmarks.bench_growth import MOST, ROUNDS, clock_of
from benchmarks.measure import statements, table, verdict
from benchmarks.product import product, signed_in
from benchmarks.seed import Scene
from models.base import db

#: Role → milliseconds of the whole page, rows that it shows, questions to the database.
Took = Mapping[str, tuple[float, int, int]]


def measure(scene: Scene, home: Path) -> Took:
    """The first page of each role; what waits behind the menu is counted anew each time."""
    app = product(scene.url, home / "data")
    with app.app_context():
        engine = db.engine
    took = {}
    for role in scene.accounts:
        client = signed_in(app, scene, role)
        ms, rows = _least(client, clock_of(scene))
        waiting.forget()
        with statements(engine) as seen:
            client.get("/home/")
        took[role] = ms, rows, len(seen)
    return took


def _least(client: Any, clock: Callable[[], float]) -> tuple[float, int]:
    """The least of some rounds, and how many rows the page shows."""
    took, page = [], ""
    for _round in range(1 + 2 * ROUNDS):
        waiting.forget()
        start = clock()
        page = client.get("/home/").get_data(as_text=True)
        took.append((clock() - start) * 1000)
    return min(took[1:]), page.count('data-label="操作"')


def compare(small: Took, full: Took, title: str) -> None:
    """One line for each role, the leader being led on to the cockpit."""
    rows = []
    for role, (ms, shown, asked) in full.items():
        base, had, before = small[role]
        rows.append([role, base, ms, ms / base, verdict(ms / base, MOST), had, shown, before, asked])
    heads = [
        "role",
        "small ms",
        "full ms",
        "ratio",
        "limit",
        "small rows",
        "full rows",
        "small questions",
        "full questions",
    ]
    table(f"{title}: the first page of each role", heads, rows)
