"""A database and a queue of their own for the tests of long work, and a kind of work that can be told how to behave."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

import models.registry  # noqa: F401
from models.base import metadata
from models.jobs.job import Job
from models.office.journal import JournalEntry
from models.sealed import install_keys
from tests.factories import Make
from workflow.accounts.accounts import install_system_account
from workflow.base import roles
from workflow.base.unit_of_work import attempt, install
from workflow.jobs import job as jobs
from workflow.jobs.bell import Bell
from workflow.jobs.kinds import works
from workflow.jobs.periodic import repeats
from workflow.jobs.work import ask
from workflow.storage import store
from workflow.storage.on_disk import Disk

MASTER = b"k" * 32


@works("tried")
def _tried(run):
    """Takes `seconds`, telling how far it is; its effect is one entry in the journal."""
    pieces = max(1, int(run.arguments.get("seconds", 0) * 20))
    for piece in range(pieces):
        run.tell(piece, pieces, f"第 {piece + 1} 步")
        time.sleep(run.arguments.get("seconds", 0) / pieces)

    def effect(uow):
        run.mine(uow)
        uow.record("effect", f"job:{run.job_id}", label="试办")
        run.finish(uow, "办好了。")

    attempt(run.actor, effect, session=run.session)


@works("once", again=False)
def _once(run):
    """Must not be begun again by itself."""
    _tried(run)


@works("holds")
def _holds(run):
    """Holds the writer all the time, as an import does."""

    def hold(uow):
        uow.record("effect", f"job:{run.job_id}", label="试办")
        uow.session.flush()
        for _ in range(int(run.arguments["seconds"] * 10)):
            run.tell(0, 0, "握着")
            time.sleep(0.1)
        run.finish(uow, "办好了。")

    attempt(run.actor, hold, session=run.session)


@works("dies")
def _dies(run):
    """Ends its own process."""
    os.kill(os.getpid(), signal.SIGKILL)


@works("brief")
def _brief(run):
    """Takes longer than it may."""
    signal.alarm(1)
    _tried(run)


@works("ticks")
def _ticks(run):
    _tried(run)


repeats("ticks", "报时", lambda now: now.strftime("%Y-%m-%d %H"))


class Hall:
    """The database at `url`, with the queue at `queue`; made when it is empty."""

    def __init__(self, url: str, queue: str, home: Path, *, rows: bool = True):
        install_keys(MASTER)
        self.engine = create_engine(url)
        install(self.engine, sync="OFF")
        self.bell = Bell(queue)
        jobs.install(self.bell)
        store.install(store.Store(Disk(home / "files"), home / "previews"))
        self.session = Session(self.engine)
        if rows:
            metadata.create_all(self.engine)
            self.system = install_system_account(self.session)
            self.actors = [Make(self.session).account(roles.HRSS_CONFIG) for _ in range(6)]
            self.session.commit()
        else:
            self.system = install_system_account(self.session)
            self.actors = []

    def actor(self, number=0):
        return self.actors[number % len(self.actors)]

    def ask(self, kind="tried", actor=None, **arguments):
        actor = actor or self.actor()
        return attempt(actor, lambda uow: ask(uow, kind, "试办", **arguments).id, session=self.session)

    def job(self, key):
        """The row as it is now, not as an open reading transaction still sees it."""
        self.session.rollback()
        return self.session.get(Job, key, populate_existing=True)

    def states(self):
        self.session.rollback()
        return dict(self.session.execute(select(Job.id, Job.state)).tuples().all())

    def effects(self):
        """Job id to how often its effect was written."""
        self.session.rollback()
        rows = (
            select(JournalEntry.subject, func.count())
            .where(JournalEntry.verb == "effect")
            .group_by(JournalEntry.subject)
        )
        return {int(subject.partition(":")[2]): count for subject, count in self.session.execute(rows)}

    def told(self, verb):
        """The details of every entry of that verb."""
        self.session.rollback()
        return [
            json.loads(d) for d in self.session.scalars(select(JournalEntry.details).where(JournalEntry.verb == verb))
        ]

    def close_for_forks(self):
        """No connection is left open that a fork could share."""
        self.session.close()
        self.engine.dispose()
        self.bell.close()

    def close(self):
        self.session.close()
        self.engine.dispose()
        self.bell.close()
        jobs.install(None)
