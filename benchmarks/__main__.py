"""`make bench`: fill scratch databases, run every bench in a process of its own, print their tables.

BENCH_ROWS sets the number of declarations (100,000); BENCH_ONLY names benches (list journal …). SQLite always;
PostgreSQL where one answers at BENCH_POSTGRES_URL and BENCH_SECONDS (120) are not yet spent.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import OperationalError

from benchmarks import bench_growth, bench_workbench, seed

SMALL = 1000
#: Seconds after which PostgreSQL's half is not begun any more.
BUDGET = float(os.environ.get("BENCH_SECONDS", "120"))
POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
SCRATCH = "zhicheng_bench"
#: Which benches run where; lists also on the small database.
ON_SQLITE = (
    "list",
    "export",
    "import",
    "figures",
    "statistics",
    "journal",
    "numbers",
    "memory",
    "path",
    "picker",
    "evening",
)
ON_POSTGRES = ("list", "figures", "statistics", "journal", "numbers", "evening")
#: Those that hold a page on the full database against itself on the small one; `list` also measures for itself.
GROWING = {"list": bench_growth, "workbench": bench_workbench}


def main() -> None:
    """Everything, within some three minutes at the default size."""
    rows = int(os.environ.get("BENCH_ROWS", "100000"))
    only = os.environ.get("BENCH_ONLY", "").split() or [*ON_SQLITE, *GROWING]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; {rows:,} declarations",
        flush=True,
    )
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zhicheng-bench-") as directory:
        home = Path(directory)
        small = _fill(f"sqlite:///{home}/small.db", min(SMALL, rows))
        full = _fill(f"sqlite:///{home}/full.db", rows)
        if "list" in only:
            _bench("list", small, home)
        _growth(only, small, full, home, f"SQLite, {SMALL:,} to {rows:,}")
        for name in (name for name in ON_SQLITE if name in only):
            _bench(name, full, home)
        spent = time.monotonic() - started
        if spent > BUDGET:
            print(f"PostgreSQL's half is left out after {spent:.0f} s; BENCH_SECONDS=600 allows more", flush=True)
            return
        with scratch_postgres() as url:
            if url:
                scene = _fill(url, rows)
                for name in (name for name in ON_POSTGRES if name in only):
                    _bench(name, scene, home)
                if GROWING.keys() & set(only):
                    _growth_on_postgres(only, scene, rows, home)
    print(f"all benches took {time.monotonic() - started:.0f} s", flush=True)


def _growth(only: Sequence[str], small: seed.Scene, full: seed.Scene, home: Path, title: str) -> None:
    for bench in (bench for name, bench in GROWING.items() if name in only):
        before = _apart(bench.measure, small, home)
        bench.compare(before, _apart(bench.measure, full, home), title)


def _growth_on_postgres(only: Sequence[str], full: seed.Scene, rows: int, home: Path) -> None:
    """The small database stands beside the full one for so long."""
    with scratch_postgres(SCRATCH + "_small") as url:
        _growth(only, _fill(url, min(SMALL, rows)), full, home, f"PostgreSQL, {SMALL:,} to {rows:,}")


def _apart(function: Callable[..., Any], *given: Any) -> Any:
    """Run `function` in a fresh process: no bench sees what another has loaded."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *given).result()


def _fill(url: str, rows: int) -> seed.Scene:
    started = time.monotonic()
    scene = _apart(seed.build, url, rows)
    print(
        f"{rows:,} declarations in {make_url(url).get_backend_name()} after {time.monotonic() - started:.0f} s",
        flush=True,
    )
    return scene


def _bench(name: str, scene: seed.Scene, home: Path) -> None:
    """One bench; that it cannot run is said in its place and stops no other."""
    try:
        _apart(importlib.import_module(f"benchmarks.bench_{name}").run, scene, home)
    except SystemExit as reason:
        print(f"\n  {name} could not be measured: {reason}\n", flush=True)


@contextmanager
def scratch_postgres(name: str = SCRATCH) -> Iterator[str]:
    """The address of an empty scratch database, dropped afterwards; empty where no PostgreSQL answers."""
    server = make_url(os.environ.get("BENCH_POSTGRES_URL", POSTGRES))
    admin = create_engine(server, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2})
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    try:
        with admin.connect() as connection:
            connection.exec_driver_sql(drop)
            connection.exec_driver_sql(
                f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
            )
    except OperationalError:
        print(f"PostgreSQL does not answer at {server.host}:{server.port}: its half did not run")
        yield ""
        return
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(drop)
        admin.dispose()


if __name__ == "__main__":
    main()
