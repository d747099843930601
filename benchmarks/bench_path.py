"""Screens of the audit paths over a province: as many units as BENCH_ROWS says (100,000), three places for each
hundred.

The floor of each page is the bare reading of what it cannot do without: the places of the tree, the units counted per
superior, one page of a list. Statements are counted beside the time, since they must not grow with the province.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, func, insert, select
from sqlalchemy.orm import Session

from benchmarks import seed
from benchmarks.bench_list import Page
from benchmarks.measure import medians, statements, table
from benchmarks.product import product, signed_in
from models.paths.path import NodeState, PathKind, PathNode
from models.register.organisation import NodeKind, Organisation
from workflow.base import roles as r
from workflow.paths.path_check import check
from workflow.paths.path_reach import UNITS

ROUNDS, CHUNK = 5, 5000
SMALL = 500  #: declarations beside the units


def run(scene: seed.Scene, home: Path) -> None:
    """A province of its own with places and units, and every page of the paths over it."""
    url = f"sqlite:///{home}/path.db" if scene.url.startswith("sqlite") else scene.url
    small = seed.build(url, min(SMALL, scene.rows)) if url != scene.url else scene
    engine = create_engine(url)
    units, places = scene.rows, max(30, scene.rows * 3 // 100)
    deepest = fill(engine, units, places)
    from models.base import db

    app = product(url, home / "data_path")
    with app.app_context():
        engine_of_app = db.engine
        db.session.remove()
    client = signed_in(app, small, r.HRSS_CONFIG)
    with engine.connect() as connection:
        unit = connection.scalar(select(func.max(Organisation.id)).where(Organisation.kind == NodeKind.UNIT))
    floors = _floors(engine)
    rows = []
    for words, address, floor in (
        ("list, page 1", "/seniorpathscreen/list/", "list"),
        ("tree, closed", "/seniorpathscreen/tree", "tree"),
        ("tree, open at a place", f"/seniorpathscreen/tree?node={deepest}", "open"),
        ("children of a place", f"/seniorpathscreen/children/{deepest}", "tree"),
        ("路径预览", f"/pathpreview/?unit={unit}&way=review&level=associate_senior", "tree"),
        ("体检", "/pathcheck/?kind=senior", "open"),
        ("体检, all five", "/pathcheck/", "open"),
    ):
        page = Page(lambda address=address: client.get(address))  # type: ignore[misc]
        page.body()
        times = medians({"bare": floors[floor], "product": page.read}, ROUNDS, warm=1)
        with statements(engine_of_app) as seen:
            size = len(page.body()) / 1024
        rows.append([words, times["bare"], times["product"], times["product"] / times["bare"], len(seen), size])
    title = f"Audit paths over {units:,} units and {places:,} places ({engine.dialect.name})"
    table(title, ["page", "bare ms", "product ms", "product/bare", "queries", "KB"], rows)
    _rule(engine)
    engine.dispose()


def _rule(engine: Engine) -> None:
    """The check without its page."""
    from datetime import date

    with Session(engine) as session:
        took = medians({"check": lambda: check(session, date(2026, 5, 20))}, 3, warm=1)["check"]
        print(f"  体检 without its page, all five paths: {took:.0f} ms")


def fill(engine: Engine, units: int, places: int) -> int:
    """Bureaus below the districts, places down to them, and units below the bureaus; answers a place of the third
    level."""
    chance = random.Random(20260520)
    with Session(engine) as session:
        offices = session.execute(
            select(Organisation.id, Organisation.kind, Organisation.region_code).where(
                Organisation.kind.in_([NodeKind.CITY, NodeKind.DISTRICT])
            )
        )
        by_region = {region: (key, kind) for key, kind, region in offices.tuples()}
    districts = [key for key, kind in by_region.values() if kind == NodeKind.DISTRICT]
    many = max(10, places - len(by_region))
    with engine.begin() as connection:
        first = (connection.scalar(select(func.max(Organisation.id))) or 0) + 1
        bureaus = [
            _organisation(first + n, f"第 {n} 主管部门", NodeKind.BUREAU, chance.choice(districts))
            for n in range(many + many // 50)
        ]
        connection.execute(insert(Organisation.__table__), bureaus)
        start = first + len(bureaus)
        for chunk in _chunked(units):
            connection.execute(
                insert(Organisation.__table__),
                [
                    _organisation(start + n, f"第 {n} 用人单位", NodeKind.UNIT, chance.choice(bureaus)["id"])
                    for n in chunk
                ],
            )
        node = (connection.scalar(select(func.max(PathNode.id))) or 0) + 1
        at: dict[int, int] = {}
        rows: list[dict[str, Any]] = []
        for region, (key, kind) in sorted(by_region.items(), key=lambda item: item[1][1] != NodeKind.CITY):
            above = by_region.get(f"{region[:4]}00") if kind == NodeKind.DISTRICT else None
            at[key] = node + len(rows)
            rows.append(_node(at[key], key, kind, at.get(above[0]) if above else None))
        for bureau in bureaus[:many]:
            rows.append(_node(node + len(rows), bureau["id"], NodeKind.BUREAU, at[bureau["superior_id"]]))
        connection.execute(insert(PathNode.__table__), rows)
        return int(rows[-1]["parent_id"])


def _organisation(key: int, name: str, kind: NodeKind, superior: int) -> dict[str, Any]:
    return {
        "id": key,
        "code": f"13{key:016d}",
        "name": name,
        "kind": kind,
        "region_code": "430102",
        "superior_id": superior,
        "nature": "institution",
    }


def _node(key: int, organisation: int, kind: NodeKind, parent: int | None) -> dict[str, Any]:
    return {
        "id": key,
        "kind": PathKind.SENIOR,
        "organisation_id": organisation,
        "node_kind": kind,
        "parent_id": parent,
        "state": NodeState.CONFIRMED,
        "version": 1,
    }


def _chunked(many: int) -> Iterator[range]:
    return (range(start, min(start + CHUNK, many)) for start in range(0, many, CHUNK))


def _floors(engine: Engine) -> dict[str, Callable[[], Any]]:
    """What each page cannot do without, read by bare statements."""
    n, o = PathNode.__table__.c, Organisation.__table__.c
    joined = select(n.id, n.parent_id, n.state, o.name).join_from(
        PathNode.__table__, Organisation.__table__, o.id == n.organisation_id
    )
    counted = select(o.superior_id, func.count()).where(o.active.is_(True), o.kind.in_(UNITS)).group_by(o.superior_id)

    def read(*queries: Any) -> Callable[[], Any]:
        def go() -> None:
            with engine.connect() as connection:
                for query in queries:
                    connection.execute(query).all()

        return go

    tree = joined.where(n.kind == PathKind.SENIOR)
    page = tree.order_by(n.parent_id, n.id).limit(20)
    return {
        "list": read(select(func.count()).select_from(PathNode.__table__), page),
        "tree": read(tree),
        "open": read(tree, counted),
    }
