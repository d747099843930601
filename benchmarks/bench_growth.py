"""Each list and search of each role on the full database against itself on the small one: does a page grow?"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.bench_list import lists_of_declarations, signed_in
from benchmarks.measure import medians, table, verdict
from benchmarks.seed import MASTER, Scene

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


def measure(scene: Scene, home: Path) -> dict[tuple[str, str, str], float]:
    """(screen, role, question) to milliseconds of the whole page."""
    os.environ["DATA_DIR"] = str(home / "data")
    from app import create_app
    from app.security import sync_permissions

    app = create_app(
        SQLALCHEMY_DATABASE_URI=scene.url,
        MASTER_KEY=MASTER,
        DEMO=True,
        SQLITE_SYNC="OFF",
        SESSION_COOKIE_NAME="zhicheng",
        SESSION_COOKIE_SECURE=False,
    )
    with app.app_context():
        sync_permissions(app.appbuilder)
    took: dict[tuple[str, str, str], float] = {}
    for screen, role in lists_of_declarations(app, scene):
        client = signed_in(app, scene, role)
        known = {name for condition in screen.asks_for for name in condition.parameters} | {"page"}
        for words, asked in QUESTIONS:
            if set(asked) <= known:
                took[type(screen).__name__, role, words] = _ms(client, f"{screen.route_base}/list/", asked)
    return took


def _ms(client: Any, address: str, asked: Mapping[str, str]) -> float:
    return medians({"page": lambda: client.get(address, query_string=asked).data}, ROUNDS, warm=1)["page"]


def compare(small: dict[tuple[str, str, str], float], full: dict[tuple[str, str, str], float], title: str) -> None:
    """One line for each question that has grown, and how many have not."""
    rows = []
    for key, ms in full.items():
        if (ratio := ms / small[key]) > MOST:
            rows.append([" · ".join(key), small[key], ms, ratio, verdict(ratio, MOST)])
    kept = len(full) - len(rows)
    table(
        f"{title}: {kept} of {len(full)} lists within {MOST} times",
        ["list", "small ms", "full ms", "ratio", "limit"],
        rows,
    )
