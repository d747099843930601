"""A scratch database with many declarations: plausible shares of regions, series, levels and states, always the same.

People are invented and share names; bulk rows go in by executemany through SQLAlchemy core, so that the columns' own
types (sealed numbers, JSON) and defaults hold.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import Engine, create_engine, insert, select, text
from sqlalchemy.orm import Session

import models.registry  # noqa: F401
from models.accounts.account import Account
from models.awards.certificate import Issuer
from models.base import metadata
from models.batches.batch import Batch, BatchState
from models.committees.catalogue import Series, Title, TitleLevel
from models.committees.committee import Committee, CommitteeState
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.paths.path import Way
from models.register.organisation import NodeKind, Organisation, Region, UnitNature
from models.register.person import Person
from models.review.plan import Plan, PlanState
from models.sealed import blind_index, install_keys
from workflow.base import roles as r
from workflow.base.unit_of_work import install
from workflow.office.reference import load_into

MASTER = b"benchmark-key-that-opens-nothing"
CHUNK = 5000
YEARS, YEAR_WEIGHTS = (2024, 2025, 2026), (30, 33, 37)
#: Shares of the states by the middle of a review year, in per mille.
# fmt: off
STATES = {
    S.DRAFT: 40, S.SUBMITTED: 60, S.UNIT_REVIEW: 30, S.UNIT_PUBLICITY: 30, S.UNDER_AUDIT: 70, S.AT_COMMITTEE: 60,
    S.QUALIFIED: 40, S.PLANNED: 30, S.IN_REVIEW: 30, S.PASSED: 20, S.FAILED: 170, S.RESULT_PUBLICITY: 20, S.OBJECTED: 3,
    S.FILING: 20, S.FILED: 60, S.ISSUED: 100, S.REPORTED: 150, S.RETURNED: 20, S.TERMINATED: 35, S.WITHDRAWN: 10, S.REVOKED: 2,
}
# fmt: on
AT_COMMITTEE = (S.AT_COMMITTEE, S.QUALIFIED, S.PLANNED, S.IN_REVIEW)
VOTED = (S.PASSED, S.FAILED, S.RESULT_PUBLICITY, S.OBJECTED, S.FILING, S.FILED, S.ISSUED, S.REPORTED, S.REVOKED)
FAMILIES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲红建国华志海燕春梅子轩雨欣佳怡思远浩然"


@dataclass(frozen=True)
class Scene:
    """The filled database: where it is, how many declarations, and an account of each role."""

    url: str
    rows: int
    accounts: dict[str, int]


def build(url: str, rows: int) -> Scene:
    """Make the schema in the empty database at `url` and fill it with `rows` declarations."""
    install_keys(MASTER)
    engine = create_engine(url)
    install(engine, sync="OFF")
    metadata.create_all(engine)
    with Session(engine) as session:
        load_into(session)
        cast = Cast(session, rows)
        session.commit()
        accounts = cast.accounts()
        session.commit()
        fill(engine, cast, rows)
        session.commit()
    engine.dispose()
    return Scene(url, rows, accounts)


class Cast:
    """The small tables: organisations, committees, batches, titles, accounts."""

    def __init__(self, session: Session, rows: int) -> None:
        self.session = session
        self.chance = random.Random(20260520)
        regions = select(Region.code, Region.level).where(Region.level.in_(["市州", "县市区"]), ~Region.statistical)
        self.places = list(session.execute(regions.order_by(Region.code)).tuples())
        self.offices = self._offices()
        self.units = self._units(max(20, min(rows // 50, 8000)))
        titles = select(Title.id, Title.series_id, Title.level).where(~Title.exam_only).order_by(Title.id)
        self.titles = list(session.execute(titles).tuples())
        self.batches = self._batches()

    def _offices(self) -> dict[str, Organisation]:
        """Code of the region to its HRSS department."""
        kinds = {"市州": NodeKind.CITY, "县市区": NodeKind.DISTRICT}
        made = {
            code: Organisation(code=f"11{code}{n:010d}", name=f"{code} 人社部门", kind=kinds[level], region_code=code)
            for n, (code, level) in enumerate(self.places)
        }
        made["430000"] = Organisation(
            code="114300000000000000", name="湖南省人社厅", kind=NodeKind.PROVINCE, region_code="430000"
        )
        self.session.add_all(made.values())
        self.session.flush()
        return made

    def _units(self, many: int) -> list[tuple[int, str]]:
        """(id, region) of the employers: one in four in 长沙, one in twelve directly under the province."""
        codes = [code for code, _ in self.places] + ["430000"]
        weights = [6 if code.startswith("4301") else 2 for code in codes[:-1]] + [30]
        regions = self.chance.choices(codes, weights, k=many)
        natures = [UnitNature.INSTITUTION, UnitNature.STATE_OWNED, UnitNature.PRIVATE, UnitNature.SOCIAL]
        self.session.execute(
            insert(Organisation),
            [
                {
                    "code": f"12{n:016d}",
                    "name": f"{region} 第 {n} 单位",
                    "region_code": region,
                    "kind": NodeKind.UNIT,
                    "nature": natures[n % 4],
                    "superior_id": self.offices[region].id,
                }
                for n, region in enumerate(regions)
            ],
        )
        units = select(Organisation.id, Organisation.region_code).where(Organisation.kind == NodeKind.UNIT)
        return list(self.session.execute(units.order_by(Organisation.id)).tuples())

    def _batches(self) -> dict[tuple[int, int], tuple[int, int, int]]:
        """(series, year) to (committee, batch, plan): a senior committee for every series."""
        made = {}
        for series in self.session.scalars(select(Series).order_by(Series.number)):
            committee = Committee(
                name=f"湖南省{series.name}系列高级评委会",
                level="senior",
                series=series,
                account_name=f"bench-{series.id}",
                size=25,
                valid_from=date(2024, 1, 1),
                valid_to=date(2026, 12, 31),
                state=CommitteeState.APPROVED,
            )
            for year in YEARS:
                made[series.id, year] = Batch(
                    year=year,
                    name=f"{year} 年度 {series.name}",
                    committee=committee,
                    opens_on=date(year, 4, 1),
                    closes_on=date(year, 8, 31),
                    correction_on=date(year, 9, 18),
                    audit_on=date(year, 9, 28),
                    evidence_on=date(year, 9, 28),
                    vote_on=date(year, 12, 24),
                    state=BatchState.PUBLISHED,
                )
        plans = {
            key: Plan(
                number=f"P{key[1]}-{key[0]}",
                name=f"{batch.name}评审方案",
                committee=batch.committee,
                batch=batch,
                year=key[1],
                opens_on=date(key[1], 11, 20),
                arrival_place="甲",
                review_place="乙",
                interview_place="丙",
                members=25,
                full_ratio=80,
                associate_ratio=80,
                state=PlanState.REVIEWED,
            )
            for key, batch in made.items()
        }
        self.session.add_all(plans.values())
        self.session.flush()
        return {key: (batch.committee_id, batch.id, plans[key].id) for key, batch in made.items()}

    def accounts(self) -> dict[str, int]:
        """One account of each role, at the desk that has most to read; and the issuer of the province."""
        self.session.add(Issuer(organisation=self.offices["430000"], code="00000000"))
        committee = self.batches[self.titles[0][1], YEARS[-1]][0]
        desks: dict[str, dict[str, Any]] = {
            r.UNIT_OFFICER: {"organisation_id": self.units[0][0]},
            r.CITY_OFFICER: {"organisation_id": self.offices["430100"].id},
            r.DISTRICT_OFFICER: {"organisation_id": self.offices["430102"].id},
            r.BUREAU_OFFICER: {"organisation_id": self.offices["430100"].id},
            r.COMMITTEE_OFFICE: {"committee_id": committee},
        } | {key: {"organisation_id": self.offices["430000"].id} for key in (*r.HRSS, r.LEADER, r.SUPERVISOR)}
        made = {}
        for role, desk in desks.items():
            held = self.session.scalar(select(Role).where(Role.name == role)) or Role(name=role)
            n = len(made)
            made[role] = Account(
                first_name="测",
                last_name="王",
                username=f"bench{n}",
                email=f"bench{n}@example.cn",
                password="-",
                active=True,
                roles=[held],
                password_set_at=datetime(2026, 5, 1),
                **desk,
            )
        self.session.add_all(made.values())
        self.session.flush()
        return {role: account.id for role, account in made.items()}


def fill(engine: Engine, cast: Cast, rows: int) -> None:
    """People (one for every two declarations), declarations, and the two levels of their routes."""
    with engine.begin() as connection:
        for chunk in _chunks(people(cast, rows // 2 + 1)):
            connection.execute(insert(Person.__table__), chunk)
        names = dict(connection.execute(select(Person.__table__.c.id, Person.__table__.c.name)).all())
        for chunk in _chunks(declarations(cast, rows, names)):
            connection.execute(insert(Declaration.__table__), chunk)
            connection.execute(insert(RouteStep.__table__), [step for row in chunk for step in route(cast, row)])
        if engine.dialect.name == "postgresql":
            for table in (Person, Declaration, RouteStep):
                name = table.__tablename__
                connection.execute(text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"))
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    return iter(lambda: list(itertools.islice(rows, CHUNK)), [])


def people(cast: Cast, many: int) -> Iterator[dict[str, Any]]:
    """Invented people; their numbers have the form of identity numbers and belong to nobody."""
    choose = cast.chance.choice
    for n in range(1, many + 1):
        number, phone = f"43000019{n:010d}", f"199{n:08d}"
        name = choose(FAMILIES) + choose(GIVEN) + (choose(GIVEN) if n % 3 else "")
        yield {
            "id": n,
            "name": name,
            "pinyin": "",
            "sex": "女" if n % 2 else "男",
            "id_number": number,
            "phone": phone,
            "id_index": blind_index(number),
            "id_tail_index": blind_index("tail:" + number[-6:]),
            "phone_index": blind_index(phone),
        }


def declarations(cast: Cast, rows: int, names: dict[int, str]) -> Iterator[dict[str, Any]]:
    """Declarations 1…rows with what the lists, the row policy and the statistics read."""
    chance = cast.chance
    levels = {
        TitleLevel.FULL_SENIOR: 12,
        TitleLevel.ASSOCIATE_SENIOR: 48,
        TitleLevel.INTERMEDIATE: 25,
        TitleLevel.ASSISTANT: 12,
    }
    weights = [
        levels.get(TitleLevel(level), 3) * (4 if series_id % 9 == 0 else 1) for _, series_id, level in cast.titles
    ]
    titles = chance.choices(cast.titles, weights, k=rows)
    states = chance.choices(list(STATES), list(STATES.values()), k=rows)
    years = chance.choices(YEARS, YEAR_WEIGHTS, k=rows)
    for n, (title, state, year) in enumerate(zip(titles, states, years, strict=True), 1):
        unit, region = chance.choice(cast.units)
        committee, batch, plan = cast.batches[title[1], year]
        sent = datetime(year, 5, 1) + timedelta(minutes=n % 170_000)
        voted = state in VOTED
        yield {
            "id": n,
            "number": f"B{year}-{n:07d}",
            "year": year,
            "batch_id": batch,
            "way": Way.REVIEW,
            "person_id": n // 2 + 1,
            "applicant_name": names[n // 2 + 1],
            "unit_id": unit,
            "region_code": region,
            "series_id": title[1],
            "title_id": title[0],
            "level": title[2],
            "committee_id": committee,
            "state": state,
            "position": 1 if state == S.UNDER_AUDIT else 2 if voted or state in AT_COMMITTEE else 0,
            "submitted_at": None if state == S.DRAFT else sent,
            "reached_committee_at": sent + timedelta(days=40) if voted or state in AT_COMMITTEE else None,
            "plan_id": plan if voted or state in (S.PLANNED, S.IN_REVIEW) else None,
            "voted_on": date(year, 12, 10) if voted else None,
            "votes_yes": 20 if voted else None,
            "score": 7000 + n % 3000 if voted else None,
            "filed_on": date(year, 12, 18) if state in (S.FILED, S.ISSUED, S.REPORTED, S.REVOKED) else None,
            "version": 1,
        }


def route(cast: Cast, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The unit and the city (or the province), reached as far as the declaration has gone."""
    region = row["region_code"]
    city = region if region == "430000" else f"{region[:4]}00"
    for position, organisation in enumerate((row["unit_id"], cast.offices[city].id)):
        reached = row["submitted_at"] if row["position"] >= position else None
        yield {
            "declaration_id": row["id"],
            "position": position,
            "organisation_id": organisation,
            "reached_at": reached,
        }
