"""The dashboard's figures against the least the database needs: counting the same rows by state."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

import reports.figures.pages  # noqa: F401  (enters the figures)
from benchmarks.measure import medians, statements, table
from benchmarks.seed import MASTER, YEARS, Scene
from models.accounts.account import Account
from models.declarations.declaration import Declaration
from models.sealed import install_keys
from reports.figures.answer import Asked, answer
from reports.figures.choose import source_for
from reports.figures.figure import Page, of_page
from workflow.base import policy
from workflow.base import roles as r

READERS = (r.LEADER, r.CITY_OFFICER, r.COMMITTEE_OFFICE)


def run(scene: Scene, home: Path) -> None:
    """Every figure of the cockpit for a leader, a city and a committee."""
    install_keys(MASTER)
    engine = create_engine(scene.url)
    rows = []
    with Session(engine) as session:
        for role in READERS:
            actor = session.get_one(Account, scene.accounts[role])
            bare = select(Declaration.state, func.count()).group_by(Declaration.state)
            bare = bare.where(policy.rows(actor, Declaration), Declaration.year == YEARS[-1])
            rights = partial(policy.rows, actor)

            def figures(rights=rights, actor=actor) -> int:
                source = source_for(session, rights, policy.reader_of(actor))
                asked = Asked(source, session, {"year": frozenset({YEARS[-1]})}, date(YEARS[-1], 12, 31))
                said = {figure.name: answer(figure, asked) for figure in of_page(Page.COCKPIT)}
                return said["declared_by_series"].total.cells[0].value or 0

            times = medians(
                {"bare": lambda bare=bare: session.execute(bare).all(), "all": figures},
                3 if scene.rows > 300_000 else 7,
                warm=1,
            )
            with statements(engine) as seen:
                counted = figures()
            rows.append([role, counted, len(seen), times["bare"], times["all"], times["all"] / times["bare"]])
    engine.dispose()
    heads = ["reader", "counted", "queries", "count by state, ms (floor)", "all figures, ms", "× floor"]
    table(f"Statistics of one year out of {scene.rows:,} declarations ({engine.dialect.name})", heads, rows)
