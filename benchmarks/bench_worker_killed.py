"""Workers killed at thirty random moments, on both databases: how many jobs, how many kills, what was lost or doubled.

python -m benchmarks.bench_worker_killed [moments]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests.workflow.jobs.conftest import POSTGRES, crew_of
from tests.workflow.jobs.hall import Hall
from tests.workflow.jobs.test_workers import kill_at_random

NAME = f"zhicheng_killed_{os.getpid()}"


def tried(url: str, queue: str, home: Path, moments: int) -> str:
    """One line of the table."""
    hall = Hall(url, queue, home)
    start = time.monotonic()
    try:
        with crew_of(hall, (url, queue), home) as crew:
            jobs, killed = kill_at_random(hall, crew, moments=moments, jobs=6)
        again = sum(hall.job(key).tries - 1 for key in hall.states())
    finally:
        hall.close()
    kills = f"{killed['worker']} workers, {killed['run']} runs"
    return f"{hall.engine.dialect.name:<12}{jobs:>6}{kills:>24}{again:>14}{time.monotonic() - start:>9.0f} s"


def main() -> None:
    """Both databases, PostgreSQL where it answers."""
    moments = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    print(
        f"{'database':<12}{'jobs':>6}{'killed':>24}{'begun again':>14}{'time':>11}   (each effect written exactly once)"
    )
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        print(tried(f"sqlite:///{home}/main.db", f"sqlite:///{home}/queue.db", home, moments), flush=True)
    server = make_url(os.environ.get("TEST_DATABASE_URL") or POSTGRES)
    admin = create_engine(server, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2})
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8'"))
    except OperationalError:
        print("PostgreSQL does not answer")
        return
    url = server.set(database=NAME).render_as_string(hide_password=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(tried(url, url, Path(folder), moments), flush=True)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))
        admin.dispose()


if __name__ == "__main__":
    main()
