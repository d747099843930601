"""Sweeping while others store the same content: a row that was committed always has its file."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from models.base import metadata
from models.declarations.material import StoredFile
from models.sealed import install_keys
from tests.factories import Make
from tests.nodes.conftest import postgres
from tests.workflow.storage.test_preview import scan
from workflow.accounts.accounts import install_system_account
from workflow.base import roles
from workflow.base.unit_of_work import attempt, install
from workflow.office.reference import load_into
from workflow.storage import files, stocktaking

CONTENTS = [scan(pages) for pages in (1, 2, 3)]
ROUNDS = 12


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    """A database in which transactions are real."""
    with ExitStack() as held:
        url = f"sqlite:///{tmp_path}/race.db" if request.param == "sqlite" else postgres(held)
        install_keys(b"k" * 32)
        engine = create_engine(url)
        held.callback(engine.dispose)
        install(engine, sync="OFF")
        metadata.create_all(engine)
        with Session(engine) as session:
            load_into(session)
            install_system_account(session)
            make = Make(session)
            make.account(roles.COMMITTEE_OFFICE)
            make.plan()
            session.commit()
        yield engine


def test_whoever_stores_what_is_being_swept_keeps_his_file(engine, file_store, monkeypatch):
    monkeypatch.setattr(stocktaking, "UNNAMED_DAYS", -1)  # nothing is too young to be swept
    faults, over = [], threading.Event()

    def storing(number):
        from models.accounts.account import Account
        from models.review.plan import Plan

        def store(uow):
            plan, data = uow.session.scalars(select(Plan)).one(), CONTENTS[number]
            return files.store(uow, data, f"{number}.pdf", owner=plan, purpose="附件").id

        def drop(uow):
            uow.session.delete(uow.session.get_one(StoredFile, kept))

        try:
            with Session(engine) as session:
                actor = session.scalars(select(Account).where(Account.username != "system")).first()
                for _ in range(ROUNDS):
                    kept = attempt(actor, store, session=session)
                    with Session(engine) as seen:
                        files.read(seen.get_one(StoredFile, kept))
                    attempt(actor, drop, session=session)
        except Exception as error:
            faults.append(error)

    def sweeping():
        swept = 0
        with Session(engine) as session:
            system = install_system_account(session)
            while not over.is_set():
                swept += stocktaking.sweep(session, file_store, system)[0]
        counts.append(swept)

    counts = []
    sweeper = threading.Thread(target=sweeping)
    storers = [threading.Thread(target=storing, args=(number,)) for number in range(len(CONTENTS))]
    for thread in (sweeper, *storers):
        thread.start()
    for thread in storers:
        thread.join()
    over.set()
    sweeper.join()
    assert faults == [] and counts  # how often the sweep came between is chance, on SQLite perhaps never
