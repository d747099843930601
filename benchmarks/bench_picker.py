"""The picker of organisations among 100,000, and their list, against a bare Flask page with the bare indexed query.

The floor is a picker behind the same sign-in that asks one index for names that begin so, and nothing else. The product
is asked as well what the floor cannot answer: parts of names, initials, codes, former names, names with characters left
out, names nobody has. `no sign-in` is the floor as a bare Flask page without accounts and permissions, `rule` the
finding alone.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask, jsonify, request
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from benchmarks.measure import medians, statements, table, verdict
from benchmarks.product import product, signed_in
from benchmarks.seed import Scene
from workflow.base import roles as r

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
MOST_TIMES_BARE, ROUNDS = 3.0, 25
MOST = 20
CITIES = (
    "长沙市",
    "株洲市",
    "湘潭市",
    "衡阳市",
    "邵阳市",
    "岳阳市",
    "常德市",
    "张家界市",
    "益阳市",
    "郴州市",
    "永州市",
    "怀化市",
    "娄底市",
)
SIGNS = (
    "天心智造恒远博创鸿运中兴华安宏达金鹏瑞丰盛世嘉禾雅礼明德同升湘江麓山星辰云海蓝思科锐方圆立信胜康泰"
    "仁和福源玉龙银河长三一五凌九州百川"
)
SORTS = (
    "科技股份有限公司",
    "建设工程有限责任公司",
    "人民医院",
    "中学",
    "实验小学",
    "设计研究院有限公司",
    "农业发展有限公司",
    "职业技术学院",
    "机械制造有限公司",
    "环保工程有限公司",
    "社区卫生服务中心",
    "水利水电勘测院",
    "药业股份有限公司",
)
#: What people type; the floor is asked the beginning of a name, which is all it can answer.
TYPED = (
    "湖南省",
    "长沙市天心",
    "天心",
    "有限公司",
    "人民医院",
    "株洲市实验",
    "三一 医院",
    "湘雅二院",
    "hnscss",
    "kjgf",
    "1243010000000",
    "没有的单位",
)
BARE = "长沙市天"


def units(many: int) -> Iterator[dict[str, Any]]:
    """Fictitious units with valid credit codes."""
    from stdnum.cn import uscc

    chance = random.Random(20260520)
    yield _unit(uscc.calc_check_digit, 0, "中南大学湘雅二医院")
    for n in range(1, many):
        before = "湖南省" if n % 3 == 0 else ""
        name = (
            before
            + chance.choice(CITIES)
            + "".join(chance.sample(SIGNS, chance.choice((2, 2, 3, 4))))
            + chance.choice(SORTS)
        )
        yield _unit(uscc.calc_check_digit, n, name)


def _unit(digit: Any, n: int, name: str) -> dict[str, Any]:
    body = f"12430100{n:09d}"
    return {"code": body + digit(body), "name": name, "kind": "unit", "region_code": "430102"}


def run(scene: Scene, home: Path) -> None:
    """The register filled, then every question in turns with the floor."""
    from models.base import db
    from views.screens.lookup import LOOKUPS

    engine = create_engine(scene.url)
    app = product(scene.url, home / "data")
    with app.app_context():
        _fill(engine)
        engine_of_app = app.extensions["sqlalchemy"].engine
    client, bare = signed_in(app, scene, r.HRSS_CONFIG), bare_page(engine)  # requests push a context of their own each
    LOOKUPS["Bare"] = replace(LOOKUPS["Organisation"], search=lambda q, most, limit: _begins(db.session, q))
    rows = []
    for q in TYPED:
        pages = {
            "open": lambda: bare.get("/", query_string={"q": BARE}),
            "bare": lambda: client.get("/lookup/Bare", query_string={"q": BARE}),
            "product": lambda q=q: client.get("/lookup/Organisation", query_string={"q": q}),
            "rule": lambda q=q: _search(app, q),
        }
        if any(pages[name]().status_code != 200 for name in ("bare", "product")):
            raise SystemExit("a picker does not answer")
        times = medians(pages, ROUNDS)
        with statements(engine_of_app) as seen:
            found = len(pages["product"]().json["results"])
        ratio = times["product"] / times["bare"]
        rows.append(
            [
                q,
                found,
                times["bare"],
                times["product"],
                ratio,
                verdict(ratio, MOST_TIMES_BARE),
                len(seen),
                times["open"],
                times["rule"],
            ]
        )
    heads = ["typed", "found", "bare ms", "product ms", "product/bare", "limit", "queries", "no sign-in ms", "rule ms"]
    table(f"Picker of organisations among {ROWS:,} ({engine.dialect.name})", heads, rows)
    _lists(client, engine_of_app)


def _fill(engine: Engine) -> None:
    from models.base import db
    from workflow.accounts.accounts import install_system_account
    from workflow.base.unit_of_work import attempt
    from workflow.register import register

    if db.session.scalar(select(register.TABLE.c.id).where(register.TABLE.c.name == "中南大学湘雅二医院")) is None:
        attempt(install_system_account(db.session), lambda uow: register.enter_many(uow, units(ROWS)))
    db.session.remove()


def _search(app: Any, q: str) -> None:
    """The finding alone: no request, no account."""
    from models.base import db
    from models.register.organisation import Organisation
    from workflow.register import name_search

    with app.app_context():
        name_search.search(db.session, q, MOST + 1, Organisation.active.is_(True))


def _begins(session: Any, q: str) -> Any:
    """The bare indexed query."""
    from workflow.register.name_search import LAST, TABLE

    columns = select(TABLE.c.id, TABLE.c.name, TABLE.c.code, TABLE.c.kind)
    return session.execute(
        columns.where(TABLE.c.active, TABLE.c.name >= q, TABLE.c.name < q + LAST).order_by(TABLE.c.name).limit(MOST + 1)
    ).all()


def bare_page(engine: Engine) -> Any:
    """A client of a page that answers only names that begin so, to everybody."""
    app = Flask(__name__)

    @app.get("/")
    def page() -> Any:
        with Session(engine) as session:
            rows = _begins(session, request.args.get("q", ""))
        return jsonify(
            results=[{"id": str(row.id), "text": row.name, "note": f"{row.code} · {row.kind}"} for row in rows]
        )

    return app.test_client()


def _lists(client: Any, engine: Engine) -> None:
    """机构管理 over all of them: the cost and the number of statements of each question."""
    questions = {
        "page 1": {},
        "last page": {"page": "500"},
        "by part of a name": {"name": "天心"},
        "by a frequent part": {"name": "有限公司"},
        "by a name nobody has": {"name": "没有的单位"},
        "by code": {"code": "12430100000000"},
        "by kind": {"kind": "unit"},
        "by region": {"region_code": "430100"},
    }
    rows = []
    for words, asked in questions.items():

        def page(asked: dict[str, str] = asked) -> Any:
            return client.get("/organisationscreen/list/", query_string=asked)

        if page().status_code != 200:
            raise SystemExit(f"the list does not answer: {words}")
        took = medians({"page": page}, 7)["page"]
        with statements(engine) as seen:
            page()
        rows.append([words, took, len(seen)])
    table(f"机构管理: {ROWS:,} organisations ({engine.dialect.name})", ["question", "ms", "queries"], rows)
