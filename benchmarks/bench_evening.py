"""The last evening: two hundred people within ten seconds, on both databases, with all that may happen meanwhile.

Each signs in, saves two sections, uploads 300 KB, promises and submits. Everybody must have submitted, nobody twice, no
answer may say that the product broke. On PostgreSQL the writers' rules of before run in the same bench, in turns with
those of now. Then a worker is killed, then one of two nodes stopped, in the middle of it; whoever's connection was cut
presses again. Beside it: what one sign-in costs, which is scrypt and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, make_url, select, text
from sqlalchemy.orm import Session

from benchmarks.measure import table
from benchmarks.seed import Scene
from models.declarations.material import Material, StoredFile
from models.office.journal import JournalEntry
from tests.served.conftest import Server, serving
from tests.served.people import Evening, Pace, evening

PEOPLE = int(os.environ.get("BENCH_EVENING", "200"))
PACE = Pace(window=10)
BEFORE, NOW = "benchmarks.evening_before:app", "run:app"
LEAST_TIMES_BEFORE = 1.4
ROOT = Path(__file__).resolve().parents[1]
HEADS = ["run", "submitted", "doubled", "5xx", "cut", "req/s", "submit p50", "p95", "p99", "sign-in p95", "told"]
#: Two nodes and their workers.
NODE = {"WEB_CONCURRENCY": "2", "WEB_THREADS": "8"}


def run(scene: Scene, home: Path) -> None:
    """On the kind of database that the scene has; the scene itself is not touched."""
    kind = make_url(scene.url).get_backend_name()
    place = home / f"evening-{kind}"
    with _database(scene.url, place) as crowd:
        plans: list[tuple[str, str, int, str]] = [("now", NOW, 1, "")]
        if kind == "postgresql":
            plans = [("before", BEFORE, 1, ""), *plans, ("now, a worker killed", NOW, 1, "kill")]
            plans += [("now, one of two nodes stopped", NOW, 2, "stop")]
        else:
            plans = [("SQLite's own waiting", BEFORE, 1, ""), *plans, ("now, a worker killed", NOW, 1, "kill")]
        rows, speed = [], {}
        for name, app, nodes, disturbance in plans:
            with crowd() as (people, settings, url):
                seen = _evening(place, people, settings, app, nodes, disturbance)
                speed[name] = seen.requests / seen.wall
                rows.append([name, *_row(seen, url, people)])
        table(f"The last evening, {PEOPLE} people in {PACE.window:g} s ({kind})", HEADS, rows)
        if "before" in speed:
            times = speed["now"] / speed["before"]
            kept = "ok" if times >= LEAST_TIMES_BEFORE else "UNDER"
            print(f"  requests a second: {times:.2f} times before, {kept} (≥ {LEAST_TIMES_BEFORE})", flush=True)
    _sign_in_cost()


@contextmanager
def _database(url: str, place: Path) -> Iterator[Callable[[], Any]]:
    """A database with the crowd in it, and a copy of it for every run."""
    place.mkdir()
    original = place / "crowd"
    original.mkdir()
    server, given = make_url(url), {}
    names = (f"{server.database}_crowd", f"{server.database}_evening")
    postgres = server.get_backend_name() == "postgresql"

    def admin(*words: str) -> None:
        engine = create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for word in words:
                connection.execute(text(word))
        engine.dispose()

    def address(name: str) -> str:
        return server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    if postgres:
        admin(f"DROP DATABASE IF EXISTS {names[0]} WITH (FORCE)", f"CREATE DATABASE {names[0]}")
        given["DATABASE_URL"] = address(names[0])
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    environment |= {"DATA_DIR": str(original), "DEMO": "1"} | given
    subprocess.run([sys.executable, "-m", "tests.served.crowd", str(PEOPLE)], cwd=ROOT, env=environment, check=True)

    @contextmanager
    def crowd() -> Iterator[tuple[list[tuple[str, int]], dict[str, str], str]]:
        copy = place / "copy"
        shutil.copytree(original, copy)
        settings = NODE | {"DATA_DIR": str(copy)}
        there = f"sqlite:///{copy}/zhicheng.db"
        if postgres:
            again = f"DROP DATABASE IF EXISTS {names[1]} WITH (FORCE)"
            admin(again, f"CREATE DATABASE {names[1]} TEMPLATE {names[0]}")
            settings["DATABASE_URL"] = address(names[1])
            there = server.set(database=names[1]).render_as_string(hide_password=False)
        try:
            yield json.loads((original / "crowd.json").read_text()), settings, there
        finally:
            shutil.rmtree(copy)

    try:
        yield crowd
    finally:
        if postgres:
            admin(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names))


def _evening(
    place: Path, people: Sequence[tuple[str, int]], settings: dict[str, str], app: str, nodes: int, disturbance: str
) -> Evening:
    with ExitStack() as stack:
        up: list[Server] = [
            stack.enter_context(serving(Path(settings["DATA_DIR"]), app=app, **settings)) for _ in range(nodes)
        ]
        ports = [server.port for server in up]

        async def disturb() -> None:
            await asyncio.sleep(PACE.window * 1.2)
            if disturbance == "kill":
                os.kill(up[0].workers()[0], signal.SIGKILL)
            else:
                ports.pop()
                up[-1].process.send_signal(signal.SIGTERM)

        meanwhile: Callable[[], Awaitable[None]] | None = disturb if disturbance else None
        return evening(people, lambda: ports, PACE, meanwhile=meanwhile)


def _row(seen: Evening, url: str, people: Sequence[tuple[str, int]]) -> list[Any]:
    ends, bad = Counter(seen.ends.values()), seen.bad
    cut = sum(count for what, count in bad.items() if not what[-3:].isdigit())
    return [
        f"{ends['submitted']} of {len(people)}",
        _doubled(url, [key for _name, key in people]),
        sum(seen.faults.values()),
        cut,
        seen.requests / seen.wall,
        *(seen.percentile("submit", share) for share in (0.5, 0.95, 0.99)),
        seen.percentile("sign in", 0.95),
        sum(count for sentence, count in seen.told.items() if "他人处理过" in sentence or "系统繁忙" in sentence),
    ]


def _doubled(url: str, keys: Sequence[int]) -> int:
    """Declarations with two submissions, two promises or two papers of one evening."""
    engine = create_engine(url)
    with Session(engine) as session:
        said = select(JournalEntry.subject).where(JournalEntry.verb == "submit").group_by(JournalEntry.subject)
        twice = len(session.scalars(said.having(func.count() > 1)).all())
        papers = select(Material.declaration_id).join(StoredFile, StoredFile.id == Material.file_id)
        mine = papers.where(Material.declaration_id.in_(keys), StoredFile.name.like("最后一晚%"))
        twice += sum(count > 1 for count in Counter(session.scalars(mine)).values())
    engine.dispose()
    return twice


def _sign_in_cost() -> None:
    """Milliseconds of processor for one password."""
    from workflow.accounts import password

    kept = password.hashed("Zhicheng-2023!")
    start = time.process_time()
    for _ in range(10):
        password.matches(kept, "Zhicheng-2023!")
    spent = (time.process_time() - start) * 100
    cores = os.cpu_count() or 1
    print(f"  one sign-in: {spent:.0f} ms of scrypt, so at most {cores * 1000 / spent:.0f} a second here", flush=True)
