"""What the sealed journal costs: the same change committed with and without an entry, durably; and reading it back."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

from sqlalchemy import create_engine, update
from sqlalchemy.orm import Session

from benchmarks.measure import medians, table
from benchmarks.seed import MASTER, Scene
from models.accounts.account import Account
from models.declarations.declaration import Declaration
from models.sealed import install_keys
from workflow.base import roles as r
from workflow.base.journal import count, verify
from workflow.base.unit_of_work import install, unit_of_work

ROUNDS = 150


def run(scene: Scene, home: Path) -> None:
    """Time three ways to commit one change of a row, then walk the chain."""
    install_keys(MASTER)
    engine = create_engine(scene.url)
    install(engine)  # synchronous=FULL: a commit is on the disk
    keys = itertools.cycle(range(1, scene.rows + 1))
    with Session(engine) as session:
        actor = session.get_one(Account, scene.accounts[r.HRSS_AUDIT])

        def change(entry: str) -> None:
            with unit_of_work(actor, session=session) as uow:
                key = next(keys)
                session.execute(
                    update(Declaration.__table__).where(Declaration.id == key).values(paper_place=f"柜{key}")
                )
                if entry == "journal":
                    uow.record("store_paper", f"declaration:{key}", place=f"柜{key}")
                elif entry == "trail":
                    uow.record("store_paper", session.get_one(Declaration, key), label="纸质材料入库")

        names = {
            "": "unit of work without an entry (floor)",
            "journal": "with a journal entry",
            "trail": "with journal and trail",
        }
        times = medians({name: (lambda entry=entry: change(entry)) for entry, name in names.items()}, ROUNDS)
        start = time.perf_counter()
        faults = list(verify(session))
        entries = count(session)
        speed = entries / (time.perf_counter() - start)
    engine.dispose()
    floor = times[names[""]]
    rows = [[name, ms, 1000 / ms, ms / floor] for name, ms in times.items()]
    table(
        f"Journal: one change committed durably ({engine.dialect.name})", ["way", "ms", "per second", "× floor"], rows
    )
    print(f"  read back and verified: {speed:,.0f} entries a second, {entries} entries, {len(faults)} faults")
