"""The small world of the journeys, made once by the product's own verbs: `python -m tests.journeys.world`.

One committee with its pool of experts and an open batch, 初定 and 认定 at one city, seven applicants. person2 is
qualified already, for a ratio needs more than one candidate; person3 lies with the county, and ten more
with one of another city. The demo clock stands on a Wednesday morning on which everything is open.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app import create_app
from app.demo import committees, offices, paths
from app.demo.schedule import tell
from app.demo.stage import Stage
from app.demo.stories import Case, live
from app.demo.year import Year
from models.accounts.account import Account
from models.base import db
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import DeclarationState as S
from models.paths.path import AcceptanceOffice, Way
from models.register.organisation import NodeKind, Organisation, UnitNature
from models.register.person import Person
from workflow.batches import batch as batches
from workflow.office import demo_clock

OPENED = date(2026, 6, 1)
#: Where the clock stands when the first person signs in.
MORNING = datetime(2026, 7, 1, 9, 0)
#: How many cases lie with the county of the first unit, to be cleared in one sitting.
PILE = 10
BATCH = "2026 年度建设工程系列高级职称评审"
FIRST_TITLES = {Way.INITIAL: "2026 年度长沙市助理级初定", Way.RECOGNITION: "2026 年度长沙市助理级认定"}


def build(password: str) -> dict[str, str]:
    """Offices, paths, one committee, its batch, the batches of a city, and the people; gives who plays which part."""
    stage = Stage(db.session, password, date(2025, 1, 6))
    offices.build(stage)
    paths.build(stage)
    committees.build(stage, committees.BODIES[:1])
    year = Year(stage)
    people = [year.applicant() for _ in range(7)]
    stage.move_to(OPENED)
    batch = year.batch("committee1", 2026, BATCH, "06-01", "08-31", "09-18", "09-28")
    _first_titles(stage)
    units, elsewhere = _units(stage, "city1"), _units(stage, "city2")[0]
    told = [_case(year, people[1], batch, units[1]), _case(year, people[2], batch, units[2], stops_at=S.UNDER_AUDIT)]
    told += [_case(year, year.applicant(), batch, elsewhere, stops_at=S.UNDER_AUDIT) for _ in range(PILE)]
    tell(stage, [live(stage, case) for case in told], MORNING.date())
    with stage.acting("system") as uow:
        demo_clock.move(uow, MORNING)
    return (
        {f"unit{n}": _officer(stage, unit) for n, unit in enumerate(units, 1)}
        | {f"unit{n}_name": unit.name for n, unit in enumerate(units, 1)}
        | {f"district{n}": _officer(stage, unit.superior) for n, unit in enumerate(units, 1)}
        | {"district4": _officer(stage, elsewhere.superior)}
        | _telephones(stage)
    )


def _telephones(stage: Stage) -> dict[str, str]:
    """The experts by their telephones: whom the province calls, he comes."""
    rows = (
        select(Person.phone, Account.username)
        .join(Account, Account.person_id == Person.id)
        .where(Account.username.like("expert%"))
    )
    return dict(stage.session.execute(rows).tuples().all())


def _units(stage: Stage, of: str) -> list[Organisation]:
    """Three employers below districts of that city that are no institutions: they need no quota."""
    city = stage.account(of).organisation_id
    district = aliased(Organisation)
    rows = (
        select(Organisation)
        .join(district, Organisation.superior_id == district.id)
        .where(
            district.superior_id == city,
            district.kind == NodeKind.DISTRICT,
            Organisation.nature != UnitNature.INSTITUTION,
        )
    )
    return list(stage.session.scalars(rows.order_by(Organisation.id).limit(3)))


def _officer(stage: Stage, place: Organisation) -> str:
    return stage.session.scalars(
        select(Account.username).where(Account.organisation_id == place.id).order_by(Account.id)
    ).first()


def _case(year: Year, username: str, batch: int, unit: Organisation, **more: str) -> Case:
    committee = year.bodies["committee1"]
    title = year.title(committee.series_id, TitleLevel.ASSOCIATE_SENIOR)
    return Case(username, batch, title, unit.id, OPENED, specialty_id=year.specialty(committee, 0), **more)


def _first_titles(stage: Stage) -> None:
    """The batches of 长沙市 for 初定 and 认定 of the assistant level."""
    city = stage.account("city1").organisation_id
    rows = select(AcceptanceOffice).where(
        AcceptanceOffice.organisation_id == city, AcceptanceOffice.level == TitleLevel.ASSISTANT
    )
    with stage.acting("hrss_config") as uow:
        for office in uow.session.scalars(rows).all():
            made = batches.create(
                uow,
                receiver=office,
                year=2026,
                name=FIRST_TITLES[Way(office.way)],
                opens_on=date(2026, 3, 1),
                closes_on=date(2026, 12, 20),
                correction_on=date(2026, 12, 25),
                audit_on=date(2026, 12, 31),
                evidence_on=date(2026, 12, 31),
                scope="长沙市",
            )
            batches.BATCH.perform(uow, made, "publish")


def main() -> None:
    """Migrate, load the reference data, build, and leave the cast in DATA_DIR."""
    app = create_app(SQLITE_SYNC="OFF")
    cli = app.test_cli_runner()
    for command in (["db", "upgrade"], ["bootstrap"], ["load-reference"]):
        done = cli.invoke(args=command)
        if done.exit_code:
            raise SystemExit(f"{command}: {done.output}") from done.exception
    with app.app_context():
        cast = build(app.config["DEMO_PASSWORD"])
    (Path(app.config["DATA_DIR"]) / "cast.json").write_text(json.dumps(cast, ensure_ascii=False))


if __name__ == "__main__":
    main()
