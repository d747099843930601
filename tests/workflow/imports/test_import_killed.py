"""Whoever is killed while an import is written leaves all rows or none, at any of many moments."""

from __future__ import annotations

import csv
import io
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from models.base import metadata
from models.imports.import_batch import ImportBatch
from tests.factories import Make
from tests.workflow.committing import MASTER
from workflow.base import roles
from workflow.base.unit_of_work import attempt, install
from workflow.imports import import_batch
from workflow.jobs import job as jobs
from workflow.office.reference import load_into
from workflow.storage import store
from workflow.storage.on_disk import Disk

ROOT = Path(__file__).resolve().parents[3]
ROWS = 3_000
MOMENTS = 100 if os.environ.get("TEST_WHOLE") else 50


def code(n):
    body = f"12430102MB{n:07}"
    return body + uscc.calc_check_digit(body)


@pytest.fixture(scope="module")
def previewed(tmp_path_factory):
    """A database of its own in which an import of some thousand units waits to be submitted."""
    from models.sealed import install_keys

    home = tmp_path_factory.mktemp("killed")
    install_keys(MASTER)
    engine = create_engine(f"sqlite:///{home}/before.db")
    install(engine, sync="OFF")
    metadata.create_all(engine)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["统一信用代码", "机构名称", "节点类型", "行政区划"])
    writer.writerows([code(n), f"长沙市第{n}中学", "用人单位", "430102"] for n in range(ROWS))
    before = jobs._bell, store._store
    jobs.install(None)
    store.install(store.Store(Disk(home / "files"), home / "previews"))
    with Session(engine) as session:
        load_into(session)
        session.commit()
        actor = Make(session).account(roles.HRSS_CONFIG)
        session.commit()
        attempt(
            actor,
            lambda uow: import_batch.begin(uow, "organisation", text.getvalue().encode(), "units.csv", {}),
            session=session,
        )
        batch = session.scalars(select(ImportBatch)).one()
        assert batch.fresh == ROWS, batch.sentence
    engine.dispose()
    jobs._bell, store._store = before
    with closing(sqlite3.connect(home / "before.db")) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home


class Committer:
    """Starts one process after another that submits the import in a directory."""

    def __init__(self):
        command = [sys.executable, "-m", "tests.workflow.committing"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def begin(self, place):
        """The number of the process that has just begun."""
        self.process.stdin.write(f"{place}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self):
        """When it is gone."""
        assert self.process.stdout.readline() == "ended\n"


@pytest.fixture(scope="module")
def committer():
    found = Committer()
    yield found
    found.process.stdin.close()
    found.process.wait(10)
    found.process.stdout.close()


def outcome(place):
    """How many units there are and how the batch stands, after recovery."""
    with closing(sqlite3.connect(place / "during.db")) as raw:
        units = raw.execute("SELECT count(*) FROM organisation WHERE code LIKE '12430102MB%'").fetchone()[0]
        grams = raw.execute("SELECT count(*) FROM organisation_gram").fetchone()[0]
        state = raw.execute("SELECT state FROM import_batch").fetchone()[0]
        assert raw.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    return units, grams, state


def fresh(previewed, place):
    """The database before the import, as it was."""
    for leftover in place.glob("during.db*"):
        leftover.unlink()
    shutil.rmtree(place / "jobs", ignore_errors=True)
    shutil.copy(previewed / "before.db", place / "during.db")


def kill(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def test_all_rows_or_none_at_any_moment(previewed, committer, tmp_path):
    fresh(previewed, tmp_path)
    committer.begin(tmp_path)
    start = time.perf_counter()
    committer.end()
    long = time.perf_counter() - start
    units, grams, state = outcome(tmp_path)
    assert (units, state) == (ROWS, "committed")
    chance = random.Random(118)
    seen = set()
    for _ in range(MOMENTS):
        fresh(previewed, tmp_path)
        pid = committer.begin(tmp_path)
        time.sleep(chance.uniform(0, long))
        kill(pid)
        committer.end()
        found = outcome(tmp_path)
        assert found in {(ROWS, grams, "committed"), (0, 0, "previewed"), (0, 0, "committing")}, found
        seen.add(found[2])
    assert seen & {"previewed", "committing"}, "nobody was killed in the middle"


def test_what_was_killed_is_begun_again_and_ends_whole(previewed, committer, tmp_path):
    fresh(previewed, tmp_path)
    pid = committer.begin(tmp_path)
    for _ in range(500):
        time.sleep(0.005)
        if outcome(tmp_path)[2] != "previewed":
            break
    kill(pid)
    committer.end()
    if outcome(tmp_path)[2] == "committing":
        committer.begin(tmp_path)
        committer.end()
    assert outcome(tmp_path)[::2] == (ROWS, "committed")
