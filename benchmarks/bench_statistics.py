"""The dashboard's figures against the least the database needs: counting the same rows by state."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from benchmarks.measure import medians, statements, table
from benchmarks.seed import MASTER, YEARS, Scene
from models.accounts.account import Account
from models.declarations.declaration import Declaration
from models.review.plan import Plan
from models.sealed import install_keys
from reports.statistics import Question, Statistics
from workflow.base import policy
from workflow.base import roles as r

READERS = (r.LEADER, r.CITY_OFFICER, r.COMMITTEE_OFFICE)


def run(scene: Scene, home: Path) -> None:
    """Every table of the dashboard for a leader, a city and a committee."""
    install_keys(MASTER)
    engine = create_engine(scene.url)
    rows = []
    with Session(engine) as session:
        for role in READERS:
            actor = session.get_one(Account, scene.accounts[role])
            clauses = policy.rows(actor, Declaration), policy.rows(actor, Plan)
            bare = select(Declaration.state, func.count()).where(clauses[0], Declaration.year == YEARS[-1])
            bare = bare.group_by(Declaration.state)

            def figures(clauses=clauses) -> Statistics:
                made = Statistics(session, Question(YEARS[-1]), *clauses)
                list(made.tables())
                return made

            times = medians(
                {"bare": lambda bare=bare: session.execute(bare).all(), "all": figures},
                3 if scene.rows > 300_000 else 7,
                warm=1,
            )
            with statements(engine) as seen:
                counted = figures().total()
            rows.append([role, counted, len(seen), times["bare"], times["all"], times["all"] / times["bare"]])
    engine.dispose()
    heads = ["reader", "counted", "queries", "count by state, ms (floor)", "all tables, ms", "× floor"]
    table(f"Statistics of one year out of {scene.rows:,} declarations ({engine.dialect.name})", heads, rows)
