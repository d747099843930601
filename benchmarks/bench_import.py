"""批量导入 of 100,000 units, upload to 已提交, against what no import can do without.

The floor is reading the same file with the fastest reader and one bulk insert of its rows into the same table with its
indexes, durable. The product reads it behind its guard, judges every cell, keeps the preview, writes the rows with the
index of their names, and leaves its entries in the journal. Each in a process and a database of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.measure import table, verdict
from benchmarks.seed import MASTER, Scene

ROWS = int(os.environ.get("BENCH_IMPORT_ROWS", "100000"))
MOST_TIMES_FLOOR = 3
MOST_MIB = 600
ROUNDS = 2
HEADINGS = (
    "统一信用代码",
    "机构名称",
    "节点类型",
    "单位性质",
    "行政区划",
    "上级单位统一信用代码",
    "人事档案存放单位",
    "联系人",
    "联系电话",
    "投诉受理电话",
    "乡镇基层单位",
)
PLACES = (
    ("长沙", "430102"),
    ("长沙", "430103"),
    ("长沙", "430104"),
    ("长沙", "430105"),
    ("株洲", "430202"),
    ("湘潭", "430302"),
)
WORDS = ("第一", "第二", "实验", "高新", "湘江", "岳麓", "天心", "芙蓉")
SORTS = ("中学", "小学", "医院", "建筑设计院", "科技有限公司", "机械制造有限责任公司", "农业技术推广站")


def run(scene: Scene, home: Path) -> None:
    """Each twice, in turns; the best of each counts."""
    file = home / "units.xlsx"
    _apart(make_file, file)
    floors, ours = [], []
    for round_ in range(ROUNDS):
        floors.append(_apart(floor, home / f"floor{round_}", file))
        ours.append(_apart(product, home / f"product{round_}", file))
    least, best = min(floors), min(ours)
    ratio, peak = best[0] / least[0], max(max(o[1], o[2]) for o in ours)
    rows = [
        ["reader and one bulk insert", *least, 1.0, "", ""],
        ["批量导入, upload to 已提交", *best, ratio, verdict(ratio, MOST_TIMES_FLOOR), verdict(peak, MOST_MIB)],
    ]
    table(
        f"批量导入 of {ROWS:,} units", ["contender", "s", "peak MiB", "child's MiB", "× floor", "time", "memory"], rows
    )


def _apart(function: Any, *given: Any) -> Any:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *given).result()


def units() -> Iterator[list[str]]:
    """Fictitious units with valid credit codes, a hundred to each superior."""
    from stdnum.cn import uscc

    def code(n: int) -> str:
        body = f"124301{n % 100:02}MB{n:07}"
        return body + str(uscc.calc_check_digit(body))

    chance = random.Random(118)
    for n in range(ROWS):
        city, region = chance.choice(PLACES)
        name = f"{city}{chance.choice(WORDS)}{n}{chance.choice(SORTS)}"
        above = code(n - n % 100) if n % 100 else ""
        yield [
            code(n),
            name,
            "用人单位",
            "事业单位",
            region,
            above,
            "本单位",
            f"张{n}",
            f"0731-{n:08}",
            "0731-84900000",
            "否",
        ]


def make_file(file: Path) -> None:
    """The table that is uploaded."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(file), {"constant_memory": True})
    sheet = book.add_worksheet("机构")
    sheet.write_row(0, 0, HEADINGS)
    for place, row in enumerate(units(), 1):
        sheet.write_row(place, 0, row)
    book.close()


def _peaks() -> tuple[float, float]:
    return tuple(resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))  # type: ignore[return-value]


def floor(home: Path, file: Path) -> tuple[float, float, float]:
    """Seconds and peaks of reading the file and inserting its rows at once."""
    from python_calamine import CalamineWorkbook
    from sqlalchemy import create_engine, insert

    import models.registry  # noqa: F401
    from models.base import metadata
    from models.register.organisation import Organisation
    from workflow.base.unit_of_work import install
    from workflow.register.pinyin import initials

    home.mkdir()
    engine = create_engine(f"sqlite:///{home}/floor.db")
    install(engine)
    metadata.create_all(engine)
    # beforehand: the same rows, the same indexes
    known = {code: (initials(name), n + 1) for n, (code, name, *_rest) in enumerate(units())}
    start = time.perf_counter()
    names = (
        "code",
        "name",
        "kind",
        "nature",
        "region_code",
        "_above",
        "file_holder",
        "contact",
        "telephone",
        "complaint_telephone",
        "_grassroots",
    )
    sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0)
    rows = [dict(zip(names, row, strict=True)) for row in sheet.iter_rows()][1:]
    for row in rows:
        row["pinyin"], row["superior_id"] = known[row["code"]][0], known[row["_above"]][1] if row["_above"] else None
        row["kind"], row["nature"], row["grassroots"], row["active"] = "unit", "institution", False, True
        del row["_above"], row["_grassroots"]
    with engine.begin() as connection:
        connection.execute(insert(Organisation.__table__), rows)
    return (time.perf_counter() - start, *_peaks())


def product(home: Path, file: Path) -> tuple[float, float, float]:
    """Seconds and peaks of the whole import, as 省厅配置岗."""
    home.mkdir()
    os.environ["DATA_DIR"] = str(home)
    from app import create_app
    from app.security import sync_permissions

    app = create_app(
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{home}/product.db", MASTER_KEY=MASTER, DEMO=True, JOBS_HERE=True
    )
    with app.app_context():
        from flask_appbuilder.security.sqla.models import Role

        from models.accounts.account import Account
        from models.base import db, metadata
        from models.imports.import_batch import ImportBatch, ImportState
        from workflow.base import roles
        from workflow.base.unit_of_work import attempt
        from workflow.imports import import_batch
        from workflow.office.reference import load_into

        metadata.create_all(db.engine)
        load_into(db.session)
        db.session.commit()
        sync_permissions(app.appbuilder)  # type: ignore[attr-defined]
        role = db.session.query(Role).filter_by(name=roles.HRSS_CONFIG).one()
        actor = Account(
            username="config",
            first_name="",
            last_name="配置",
            email="config@invalid",
            password="!",
            active=True,
            roles=[role],
        )
        db.session.add(actor)
        db.session.commit()
        data = file.read_bytes()
        start = time.perf_counter()
        key = attempt(actor, lambda uow: import_batch.begin(uow, "organisation", data, file.name, {}).id)
        attempt(actor, lambda uow: import_batch.IMPORT.perform(uow, uow.session.get_one(ImportBatch, key), "commit"))
        spent = time.perf_counter() - start
        db.session.expire_all()
        batch = db.session.get_one(ImportBatch, key)
        if batch.state != ImportState.COMMITTED or batch.fresh != ROWS:
            raise SystemExit(f"the import ended as {batch.state} with {batch.fresh} new rows: {batch.sentence}")
    return (spent, *_peaks())
