"""Processes that commit an import, to be killed at any moment: `python -m tests.workflow.committing`.

For every line "directory" on stdin a child is forked, which submits (or takes up again) the only batch of the database
there; its number is printed when its work begins, and "ended" when it is gone. Forking spares each its start.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

import models.registry  # noqa: F401
from models.accounts.account import Account
from models.base import db
from models.imports.import_batch import ImportBatch
from models.jobs.job import Job
from models.sealed import install_keys
from workflow.base.unit_of_work import attempt, install
from workflow.imports import import_batch
from workflow.jobs import job as jobs
from workflow.jobs import work
from workflow.register.pinyin import initials
from workflow.storage import store
from workflow.storage.on_disk import Disk

MASTER = b"k" * 32


def commit(place: Path, begins: int) -> None:
    """提交 of the only batch, or what is left of it."""
    store.install(store.Store(Disk(place / "files"), place / "previews"))
    jobs.install(None)
    engine = create_engine(f"sqlite:///{place}/during.db")
    install(engine, sync="OFF")
    with Session(engine) as session:
        db.session = session  # type: ignore[assignment]
        batch = session.scalars(select(ImportBatch)).one()
        actor, key = session.get_one(Account, batch.account_id), batch.id
        os.write(begins, b".")
        if batch.state == "committing":  # as the sweeper and a worker do it
            attempt(actor, lambda uow: take_back(uow, batch.job_id), session=session)
            work.do(session, batch.job_id)
        else:
            attempt(
                actor,
                lambda uow: import_batch.IMPORT.perform(uow, uow.session.get_one(ImportBatch, key), "commit"),
                session=session,
            )


def take_back(uow, job_id):
    """From the run that was killed."""
    job = uow.session.get_one(Job, job_id)
    if job.state == "running":
        work.put_back(uow, job)


def main() -> None:
    """One child at a time."""
    install_keys(MASTER)
    initials("长沙市")  # its dictionaries are loaded once
    for line in sys.stdin:
        heard, begins = os.pipe()
        child = os.fork()
        if not child:
            try:
                commit(Path(line.strip()), begins)
            finally:
                os._exit(0)
        os.close(begins)
        os.read(heard, 1)
        print(child, flush=True)  # noqa: T201
        os.waitpid(child, 0)
        os.close(heard)
        print("ended", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
