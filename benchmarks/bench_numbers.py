"""Certificates a second, against the least that a gap-free number needs: one counter row updated and committed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import Session

from benchmarks.measure import medians, table
from benchmarks.seed import MASTER, Scene
from models.accounts.account import Account
from models.awards.certificate import Issuer, NumberCounter
from models.committees.catalogue import Series
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.sealed import install_keys
from workflow.awards.certificate import issue
from workflow.awards.certificate_number import generate, grade_of
from workflow.base import roles as r
from workflow.base.unit_of_work import install, unit_of_work

ONE_BY_ONE, MANY = 40, 50


def run(scene: Scene, home: Path) -> None:
    """Issue certificates one at a time and many at once, each with number, snapshot, letter, journal and trail."""
    install_keys(MASTER)
    engine = create_engine(scene.url)
    install(engine)
    with Session(engine) as session:
        actor = session.get_one(Account, scene.accounts[r.HRSS_CERT])
        issuer = session.scalars(select(Issuer)).one()
        waiting = _waiting(session)
        rounds = min(8, (len(waiting) - ONE_BY_ONE - 2) // MANY)
        _library(session, actor, issuer, waiting)

        def bare() -> None:
            with unit_of_work(actor, session=session):
                session.execute(update(NumberCounter).values(last=NumberCounter.last))

        def some(many: int) -> Callable[[], None]:
            def go() -> None:
                keys = [waiting.pop() for _ in range(many)]
                with unit_of_work(actor, session=session) as uow:
                    issue(uow, session.scalars(select(Declaration).where(Declaration.id.in_(keys))), issuer)
                session.expunge_all()
                session.add_all([actor, issuer])

            return go

        floor = medians({"bare": bare}, ONE_BY_ONE)["bare"]
        single = medians({"one": some(1)}, ONE_BY_ONE, warm=1)["one"]
        batch = medians({"many": some(MANY)}, max(rounds, 1), warm=0)["many"] / MANY
    engine.dispose()
    rows = [
        ["counter row updated and committed (floor)", floor, 1000 / floor, 1.0],
        ["one certificate a transaction", single, 1000 / single, single / floor],
        [f"{MANY} certificates a transaction, each", batch, 1000 / batch, batch / floor],
    ]
    table(f"Certificates ({engine.dialect.name})", ["way", "ms", "per second", "× floor"], rows)


def _waiting(session: Session) -> list[int]:
    """Filed declarations of this year's key that has most of them."""
    filed = select(Declaration.id, Declaration.series_id).where(
        Declaration.state == S.FILED, Declaration.filed_on >= date(2026, 1, 1)
    )
    return [key for key, _ in session.execute(filed.order_by(Declaration.series_id, Declaration.id).limit(600))]


def _library(session: Session, actor: Account, issuer: Issuer, waiting: list[int]) -> None:
    """Enough numbers for every key among those who wait."""
    keys = select(Declaration.series_id, Declaration.level).where(Declaration.id.in_(waiting)).distinct()
    wanted = {(series, grade_of(level)) for series, level in session.execute(keys)}
    with unit_of_work(actor, session=session) as uow:
        for series, grade in sorted(wanted):
            generate(
                uow,
                year=2026,
                series=session.get_one(Series, series),
                grade=grade,
                way_digit="1",
                issuer=issuer,
                first=1,
                last=len(waiting),
            )
