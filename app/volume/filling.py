"""Fill a fresh database with a province of that size."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from app.demo import year
from app.demo.stage import Stage
from app.volume import bulk
from app.volume.cases import CONTENT, DECLARATION, PERSON, STEP, Cases
from app.volume.places import Places
from models.declarations.declaration import Declaration, DeclarationContent, RouteStep
from models.declarations.profile import Profile
from models.declarations.reading import Reading
from models.register.organisation import Organisation
from models.register.person import Person
from workflow.base import profile, reading, stamp

#: The verb under which the journal says that rows of this table have no entries of their own.
EXEMPT = "fill_volume"
TABLES = [model.__table__ for model in (Person, Declaration, DeclarationContent, RouteStep, Reading, Profile)]
LAST_YEAR = 2026


def is_fresh(session: Session) -> bool:
    """Whether nobody has worked with this database yet: no office, no person."""
    return (
        session.scalar(select(Organisation.id).limit(1)) is None and session.scalar(select(Person.id).limit(1)) is None
    )


def fill(
    session: Session,
    password: str,
    *,
    declarations: int,
    units: int,
    years: int,
    say: Callable[[str], None] = lambda _: None,
) -> Places:
    """Offices and accounts by the product's verbs, then everything else in bulk; roles and reference data are there.

    Refused: a database on which somebody has worked.
    """
    if not is_fresh(session):
        raise ValueError("the database is not fresh")
    stage = Stage(session, password, date(LAST_YEAR, 1, 5))
    year.begin(stage)
    places = Places(stage, units, tuple(range(LAST_YEAR - years + 1, LAST_YEAR + 1)))
    with stage.acting("system") as uow:
        uow.record(
            EXEMPT, "declaration:*", label="填充大数据量演示数据", declarations=declarations, units=units, years=years
        )
    say(f"机构 {len(places.offices)} 个、单位 {len(places.units)} 个已建立")
    engine: Any = session.get_bind()
    session.close()
    with _connected(engine) as connection, bulk.bare(connection, TABLES):
        _rows(connection, Cases(places, declarations), say)
        held = Session(connection)
        reading.fill(held)
        say("列表索引已写入")
        profile.fill(held)
        say("统计口径已写入")
    with stage.acting("system") as uow:  # what went in past the product's own writing is sealed by it afterwards
        stamp.seal_tables(uow, [table.name for table in TABLES], why="批量填充后封存")
    say("行封印已写入")
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    year.set_clock(stage)
    say("完成")
    return places


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    """One transaction; on SQLite with the references off until they are checked, which only works outside of one."""
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        for setting in bulk.MEMORY[engine.dialect.name]:
            raw.execute(setting)
        try:
            with connection.begin():
                yield connection
        finally:
            if engine.dialect.name == "sqlite":
                raw.execute("PRAGMA foreign_keys=ON")
            else:
                connection.invalidate()  # its settings go with it


def _rows(connection: Connection, cases: Cases, say: Callable[[str], None]) -> None:
    person, declaration, content, step, *_ = TABLES
    bulk.write(connection, person, PERSON, cases.people())
    say(f"人员 {cases.people_count} 人")
    with tempfile.TemporaryFile("w+") as kept:  # the steps wait outside of memory until their declarations stand
        bulk.write(connection, declaration, DECLARATION, _aside(cases, kept))
        say(f"申报 {cases.many} 项")
        kept.seek(0)
        bulk.write(connection, step, STEP, _read(kept))
    bulk.write(connection, content, CONTENT, cases.contents())
    say("审核层级与申报内容已写入")


def _aside(cases: Cases, kept: Any) -> Iterator[tuple[Any, ...]]:
    for row, steps in cases.declarations():
        kept.writelines("\t".join("" if v is None else str(v) for v in one) + "\n" for one in steps)
        yield row


def _read(kept: Any) -> Iterator[tuple[Any, ...]]:
    for line in kept:
        case, at, office, reached, done = line.rstrip("\n").split("\t")
        yield int(case), int(at), int(office), _moment(reached), _moment(done)


def _moment(word: str) -> Any:
    return f"{word}.000000" if word else None
