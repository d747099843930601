"""Many desks at once: real engines, real transactions, threads that start together."""

from __future__ import annotations

import os
import threading
import uuid
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import models.registry  # noqa: F401
from models.accounts.account import Account
from models.base import metadata
from models.sealed import install_keys
from tests.factories import Make
from workflow.base.unit_of_work import attempt, install

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


@contextmanager
def postgres_database():
    """A new empty database on the PostgreSQL server; skips where none answers."""
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    name = f"zhicheng_race_{uuid.uuid4().hex[:12]}"
    try:
        connection = admin.connect()
    except Exception:
        pytest.skip("PostgreSQL does not answer")
    connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield POSTGRES.rsplit("/", 1)[0] + "/" + name
    finally:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        connection.close()
        admin.dispose()


class Arena:
    """One database with the whole schema, and the way to let many actors act on it at the same moment."""

    def __init__(self, url):
        install_keys(b"k" * 32)
        self.engine = create_engine(url, pool_size=20, max_overflow=60)
        install(self.engine, sync="OFF", busy_ms=20_000)
        metadata.create_all(self.engine)

    @contextmanager
    def stage(self):
        """A session and its factories to set the scene; committed on leaving."""
        with Session(self.engine) as session:
            yield session, Make(session)
            session.commit()

    def race(self, tasks, *, now, patience=120):
        """Run (actor id, verb) tasks at once, each in its own session; gives results and exceptions, in order."""
        tasks = list(tasks)
        answers = [None] * len(tasks)
        ready = threading.Barrier(len(tasks), timeout=60)

        def run(place, actor_id, verb):
            with Session(self.engine) as session:
                actor = session.get_one(Account, actor_id)
                ready.wait()
                try:
                    answers[place] = attempt(actor, verb, session=session, now=now, patience=patience)
                except Exception as error:
                    answers[place] = error

        threads = [threading.Thread(target=run, args=(i, *task)) for i, task in enumerate(tasks)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def close(self):
        self.engine.dispose()


@contextmanager
def arena_on(kind, tmp_path):
    """An arena on `sqlite` or `postgresql`."""
    if kind == "sqlite":
        arena = Arena(f"sqlite:///{tmp_path}/race.db")
        yield arena
        arena.close()
        return
    with postgres_database() as url:
        arena = Arena(url)
        yield arena
        arena.close()
