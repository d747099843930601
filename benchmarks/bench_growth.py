"""Each list and search of each role on the full database against itself on the small one: does a page grow?"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.measure import table, verdict
from benchmarks.product import lists_of_declarations, product, signed_in
from benchmarks.seed import Scene

#: A list may take so many times as long as on a thousand declarations.
MOST = 1.5
ROUNDS = 5
QUESTIONS: list[tuple[str, Mapping[str, str]]] = [
    ("page 1", {}),
    ("waiting", {"desk": "waiting"}),
    ("not issued", {"issued": "no"}),
    ("page 500", {"page": "500"}),
    ("a state", {"state": "under_audit"}),
    ("a rare state", {"state": "revoked"}),
    ("a year", {"year": "2025"}),
    ("a year without any", {"year": "2020"}),
    ("a name", {"applicant_name": "王伟"}),
    ("a family name", {"applicant_name": "王"}),
    ("a name nobody has", {"applicant_name": "欧阳无名"}),
    ("a number", {"number": "HN202600000007"}),
    ("a district", {"region_code": "430102"}),
    ("a city", {"region_code": "433100"}),
    ("year, state, level", {"year": "2026", "state": "under_audit", "level": "full_senior"}),
    ("level, district", {"level": "assistant", "region_code": "430102"}),
    ("mode", {"mode": "green"}),
]


#: What is asked of a list that shows nothing.
NOTHING = "a name nobody has"
#: (screen, role, question) to (milliseconds of the whole page, rows that it shows).
Took = dict[tuple[str, str, str], tuple[float, int]]


def measure(scene: Scene, home: Path) -> Took:
    """Each page of each role: CPU on SQLite, by the clock on PostgreSQL."""
    app = product(scene.url, home / "data")
    clock = clock_of(scene)
    took: Took = {}
    for screen, role in lists_of_declarations(app, scene):
        client = signed_in(app, scene, role)
        known = {name for condition in screen.asks_for for name in condition.parameters} | {"page"}
        for words, asked in QUESTIONS:
            if set(asked) <= known:
                took[type(screen).__name__, role, words] = milliseconds(
                    client, f"{screen.route_base}/list/", asked, clock
                )
    return took


def clock_of(scene: Scene) -> Callable[[], float]:
    """The embedded database works in this process: its CPU time is not disturbed by whoever shares the machine."""
    return time.process_time if scene.url.startswith("sqlite") else time.perf_counter


def milliseconds(client: Any, address: str, asked: Mapping[str, str], clock: Callable[[], float]) -> tuple[float, int]:
    """The least of some rounds, what the page costs when nobody else is busy; and how many rows it shows."""
    took, page = [], ""
    for _round in range(1 + ROUNDS):
        start = clock()
        page = client.get(address, query_string=asked).get_data(as_text=True)
        took.append((clock() - start) * 1000)
    return min(took[1:]), page.partition("<tbody")[2].partition("</tbody>")[0].count("<tr")


def _each_row(took: Took, screen: str, role: str) -> float:
    """What drawing one more row costs on that list: a full page less an empty one."""
    full, rows = took[screen, role, "page 1"]
    empty, none = took.get((screen, role, NOTHING), (full, 0))
    return max(0.0, (full - empty) / (rows - none)) if rows > none else 0.0


def compare(small: Took, full: Took, title: str) -> None:
    """One line for each question that has grown, and how many have not.

    Where a thousand declarations give fewer rows to show than a million do, the small page is charged for the rows it
    lacks, at what a row costs on the small list (on the full one where the small has hardly any).
    """
    rows = []
    for key, (ms, shown) in full.items():
        base, had = small[key]
        of = small if small[*key[:2], "page 1"][1] >= 10 else full
        base += max(0, shown - had) * _each_row(of, *key[:2])
        if (ratio := ms / base) > MOST:
            rows.append([" · ".join(key), base, ms, ratio, verdict(ratio, MOST)])
    kept = len(full) - len(rows)
    table(
        f"{title}: {kept} of {len(full)} lists within {MOST} times",
        ["list", "small ms", "full ms", "ratio", "limit"],
        rows,
    )
