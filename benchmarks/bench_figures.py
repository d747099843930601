"""The figures of the cockpit from columns, against the least SQL needs: counting the same rows by state once."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import create_engine, func, insert, select
from sqlalchemy.orm import Session

import reports.figures.pages  # noqa: F401  (enters the figures)
from benchmarks.measure import table, verdict
from benchmarks.seed import MASTER, YEARS, Scene
from models.accounts.account import Account
from models.declarations.declaration import Declaration
from models.declarations.reading import DeclarationChange
from models.sealed import install_keys
from reports.figures.answer import Asked, answer
from reports.figures.columns import follow, kept
from reports.figures.columns.source import ColumnSource, Followed
from reports.figures.figure import Page, of_page
from reports.figures.source import Source, SqlSource
from workflow.base import policy
from workflow.base import roles as r
from workflow.base.opening import install

READERS = (r.LEADER, r.CITY_OFFICER, r.COMMITTEE_OFFICE)
#: CPU of a page's figures, the part of one count by state that they may take, MiB a million that a worker may grow by,
#: MiB a million of the declarations in a frozen state.
CPU_MS, FLOORS, MEMORY, FROZEN = 60, 0.5, 60, 15


def memory() -> float:
    """MiB that this process holds."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 2**20


def cpu(run: Callable[[], Any], times: int = 5, before: Callable[[], Any] = lambda: None) -> tuple[float, float]:
    """The least CPU milliseconds of this process, and the least of the clock."""
    spent, took = [], []
    for _ in range(times + 1):
        before()
        first, start = time.process_time(), time.perf_counter()
        run()
        spent.append(time.process_time() - first)
        took.append(time.perf_counter() - start)
    return min(spent[1:]) * 1000, min(took[1:]) * 1000


def run(scene: Scene, home: Path) -> None:
    """Reading in, answering, following, freezing."""
    install_keys(MASTER)
    engine = create_engine(scene.url)
    install(engine, sync="OFF")
    followed = Followed(engine)
    with engine.connect() as connection:
        connection.execute(select(Declaration.id).limit(1)).all()
    empty = memory()
    first, start = time.process_time(), time.perf_counter()
    followed.load()
    grown, read = memory() - empty, (time.perf_counter() - start, time.process_time() - first)
    columns, at = followed._held  # type: ignore[misc]
    rows = []
    with Session(engine) as session:
        for role in READERS:
            rows.append(_reader(session, followed, role, scene.accounts[role]))
    name, million = engine.dialect.name, scene.rows / 1e6
    held = memory() - empty
    heads = ["reader", "counted", "count by state, ms", "figures, CPU ms", "", "ms", "× floor", "", "unchanged, CPU ms"]
    table(f"{len(of_page(Page.COCKPIT))} figures of one year out of {scene.rows:,} declarations ({name})", heads, rows)
    changes = [(many, *_followed(engine, followed, scene.rows, many)) for many in (1, 100, 10_000)]
    table(f"Following changes ({name})", ["changes", "CPU ms", "ms"], changes)
    first = time.process_time()
    frozen = kept.written(columns, at, small=True)
    wrote, first = time.process_time() - first, time.process_time()
    kept.read(frozen)
    size = len(frozen) / 2**20
    facts = [
        ("a worker grows by, MiB", grown, verdict(grown / million, MEMORY)),
        ("and after answers, MiB", held, verdict(held / million, MEMORY)),
        ("reading all of it, s", read[0], f"{read[1]:.1f} s CPU"),
        ("a frozen state, MiB", size, verdict(size / million, FROZEN)),
        ("writing it, s CPU", wrote, ""),
        ("reading it, s CPU", time.process_time() - first, ""),
    ]
    table(f"Columns of {scene.rows:,} declarations ({name})", ["", "", "a million"], facts)
    engine.dispose()


def _reader(session: Session, followed: Followed, role: str, account: int) -> list[Any]:
    actor = session.get_one(Account, account)
    bare = select(Declaration.state, func.count()).group_by(Declaration.state).where(policy.rows(actor, Declaration))
    _cpu, floor = cpu(lambda: session.execute(bare).all(), 3)
    sql = SqlSource(session, partial(policy.rows, actor))
    source = ColumnSource(sql, followed, policy.reader_of(actor) or 0)

    def figures(source: Source = source) -> int:
        asked = Asked(source, session, {"year": frozenset({YEARS[-1]})}, date(YEARS[-1], 12, 31))
        said = {figure.name: answer(figure, asked) for figure in of_page(Page.COCKPIT)}
        return said["declared_by_series"].total.cells[0].value or 0

    def changed() -> None:
        columns, _at = followed._held  # type: ignore[misc]
        columns.forget([])  # type: ignore[arg-type]  (what was put together for the last answer)

    spent, took = cpu(figures, 5, changed)
    again, _took = cpu(figures)
    counted = figures()
    if counted < 300_000 and figures(sql) != counted:
        raise RuntimeError("columns and SQL count differently")
    kept_to = (verdict(spent, CPU_MS), verdict(spent / floor, FLOORS))
    return [role, counted, floor, spent, kept_to[0], took, spent / floor, kept_to[1], again]


def _followed(engine: Any, followed: Followed, rows: int, many: int) -> tuple[float, float]:
    chance = Random(many)

    def change() -> None:
        ids = chance.sample(range(1, rows + 1), min(many, rows))
        with engine.begin() as connection:
            connection.execute(insert(DeclarationChange), [{"declaration_id": key} for key in ids])

    def catch_up() -> None:
        columns, at = followed._held  # type: ignore[misc]
        with follow.snapshot(engine) as connection:
            followed._held = columns, follow.follow(connection, columns, at)

    return cpu(catch_up, 3, change)
