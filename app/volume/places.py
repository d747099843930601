"""Where the invented province works: units below districts, cities, bureaus and the province; committees; accounts."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.demo import offices
from app.demo.stage import Stage
from models.awards.certificate import Issuer
from models.batches.batch import Batch, BatchState
from models.committees.catalogue import Series, Title
from models.committees.committee import Committee, CommitteeState
from models.register.organisation import NodeKind, Organisation, UnitNature
from models.review.plan import Plan, PlanState
from workflow.base import roles as r
from workflow.register import name_index
from workflow.register.pinyin import initials

NATURES = (UnitNature.INSTITUTION, UnitNature.STATE_OWNED, UnitNature.PRIVATE, UnitNature.SOCIAL)
LEADS = {UnitNature.INSTITUTION: "12", UnitNature.SOCIAL: "52"}
CALLED = (
    "建筑设计院",
    "人民医院",
    "第一中学",
    "水务公司",
    "智造科技公司",
    "检验检测中心",
    "工程咨询公司",
    "职业技术学校",
)


@dataclass(frozen=True)
class Unit:
    """An employer: where it stands, and the offices that audit its people, from below."""

    id: int
    region: str
    above: tuple[int, ...]


class Places:
    """The small tables, and what the declarations need of them."""

    def __init__(self, stage: Stage, units: int, years: tuple[int, ...]) -> None:
        self.stage = stage
        self.session: Session = stage.session
        self.years, self.chance = years, random.Random(20260520)  # noqa: S311  (always the same, nothing secret)
        offices.build(stage)
        self.offices = {o.id: o for o in self.session.scalars(select(Organisation))}
        self.province = next(o for o in self.offices.values() if o.kind == NodeKind.PROVINCE)
        self.units = [self._unit(o) for o in self.offices.values() if o.kind in (NodeKind.UNIT, NodeKind.AGENCY)]
        self._more_units(stage, max(0, units - len(self.units)))
        titles = select(Title.id, Title.series_id, Title.level).where(~Title.exam_only).order_by(Title.id)
        self.titles = list(self.session.execute(titles).tuples())
        self.batches = self._batches(stage)
        self.session.add(Issuer(organisation=self.session.get_one(Organisation, self.province.id), code="00000000"))
        self.session.flush()

    def _unit(self, unit: Organisation) -> Unit:
        return Unit(unit.id, unit.region_code, self._above(unit.superior_id))

    def _above(self, key: int | None) -> tuple[int, ...]:
        """District and city; a bureau; or the province itself."""
        above: list[int] = []
        while key is not None and (key != self.province.id or not above):
            above.append(key)
            key = self.offices[key].superior_id
        return tuple(above)

    def _more_units(self, stage: Stage, many: int) -> None:
        """Seven of ten below a district, two below a city, the others below a bureau or the province."""
        kinds = {NodeKind.DISTRICT: 70, NodeKind.CITY: 20, NodeKind.PROVINCIAL: 7, NodeKind.PROVINCE: 3}
        by_kind = {kind: [o for o in self.offices.values() if o.kind == kind] for kind in kinds}
        weights = {
            kind: [3 if o.region_code.startswith("4301") else 1 for o in found] for kind, found in by_kind.items()
        }
        first = max(self.offices) + 1
        rows, named = [], []
        for n, kind in enumerate(self.chance.choices(list(kinds), list(kinds.values()), k=many)):
            (office,) = self.chance.choices(by_kind[kind], weights[kind])
            nature, key = NATURES[n % 4], first + n
            name = f"{office.name[:6]}第{n + 1}{CALLED[n % len(CALLED)]}"
            rows.append(
                {
                    "id": key,
                    "code": stage.names.credit_code(LEADS.get(nature, "91"), office.region_code),
                    "name": name,
                    "pinyin": initials(name),
                    "region_code": office.region_code,
                    "kind": NodeKind.UNIT,
                    "nature": nature,
                    "grassroots": kind == NodeKind.DISTRICT and n % 5 == 0,
                    "superior_id": office.id,
                }
            )
            named.append((key, name, rows[-1]["pinyin"]))
            self.units.append(Unit(key, office.region_code, self._above(office.id)))
        if rows:
            self.session.execute(insert(Organisation.__table__), rows)
            name_index.enter_many(self.session, named)

    def _batches(self, stage: Stage) -> dict[tuple[int, int], tuple[int, int, int]]:
        """(series, year) to (committee, batch, plan): a senior committee for every series."""
        made = {}
        last = self.years[-1]
        for series in self.session.scalars(select(Series).order_by(Series.number)):
            committee = Committee(
                name=f"湖南省{series.name}系列高级职称评审委员会",
                level="senior",
                series=series,
                account_name=f"volume-{series.id}",
                size=25,
                valid_from=date(self.years[0], 1, 1),
                valid_to=date(last, 12, 31),
                state=CommitteeState.APPROVED,
            )
            for year in self.years:
                made[series.id, year] = Batch(
                    year=year,
                    name=f"{year} 年度{series.name}系列高级职称评审",
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
                name=f"{batch.name}方案",
                committee=batch.committee,
                batch=batch,
                year=key[1],
                opens_on=date(key[1], 11, 20),
                arrival_place="报到宾馆",
                review_place="评审中心",
                interview_place="答辩中心",
                members=25,
                full_ratio=80,
                associate_ratio=80,
                state=PlanState.REVIEWED,
            )
            for key, batch in made.items()
        }
        self.session.add_all(plans.values())
        self.session.flush()
        found = {key: (batch.committee_id, batch.id, plans[key].id) for key, batch in made.items()}
        for n, series_id in enumerate(dict.fromkeys(series for series, _year in found), 1):
            committee = self.session.get_one(Committee, found[series_id, last][0])
            with stage.acting("system") as uow:
                place = uow.session.get_one(Committee, committee.id)
                stage.open_desk(uow, f"committee{n}", r.COMMITTEE_OFFICE, committee=place)
        return found
