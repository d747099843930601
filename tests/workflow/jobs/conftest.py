"""Each test of the workers runs on both databases, with a queue beside each."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests.workflow.jobs.hall import Hall

ROOT = Path(__file__).resolve().parents[3]
POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@pytest.fixture(params=["sqlite", "postgresql"])
def addresses(request, tmp_path):
    """Where the database lies, and where the queue."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/main.db", f"sqlite:///{tmp_path}/queue.db"
        return
    server = make_url(os.environ.get("TEST_DATABASE_URL") or POSTGRES)
    name = f"zhicheng_queue_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2})
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
    except OperationalError:
        pytest.skip(f"PostgreSQL does not answer at {server.host}:{server.port}")
    url = server.set(database=name).render_as_string(hide_password=False)
    yield url, url
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def hall(addresses, tmp_path):
    made = Hall(*addresses, tmp_path)
    yield made
    made.close()


class Crew:
    """Workers of a test, each a process with forks of its own."""

    def __init__(self, hall, addresses, home):
        self.hall, self.command = hall, [sys.executable, "-m", "tests.workflow.jobs.hands", *addresses, str(home)]
        self.workers = []
        self.log = open(home / "workers.log", "ab")  # noqa: SIM115  (closed with the crew)

    def hire(self, **environment):
        """One more worker, ready."""
        worker = subprocess.Popen(
            self.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=self.log, env=os.environ | environment, text=True
        )
        assert worker.stdout.readline().startswith("working")
        self.workers.append(worker)
        return worker

    def runs(self, worker):
        """The numbers of the processes it has forked: runs, and the sweeper."""
        path = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
        return [int(word) for word in path.read_text().split()] if path.exists() else []

    def bury(self, worker):
        """Wait for one that was killed."""
        worker.wait(30)
        worker.stdout.close()
        self.workers.remove(worker)

    def until(self, done, seconds=240):
        """Wait until that is so."""
        last = time.monotonic() + seconds
        while not (answer := done()):
            assert time.monotonic() < last, (self.hall.states(), Path(self.log.name).read_text()[-3000:])
            time.sleep(0.05)
        return answer

    def dismiss(self):
        """Everybody stops."""
        for worker in list(self.workers):
            worker.kill() if worker.poll() is None else None
            self.bury(worker)
        self.log.close()


@contextmanager
def crew_of(hall, addresses, home):
    made = Crew(hall, addresses, home)
    try:
        yield made
    finally:
        made.dismiss()


@pytest.fixture
def crew(hall, addresses, tmp_path):
    with crew_of(hall, addresses, tmp_path) as made:
        yield made
