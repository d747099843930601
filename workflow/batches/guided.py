"""引导选择: from series, level, title, specialty and unit to the batches that are open to this person, with their way.

Open is a batch whose term runs, whose receiver may review that title, specialty and region today (118号 七(四)), and to
which a confirmed audit path leads from the unit (附件3 1.4–1.8). Asked before anything is declared; nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from models.batches.batch import Batch, BatchState
from models.committees.catalogue import Series, Specialty, Title
from models.committees.committee import REVIEWS, Committee
from models.paths.path import AcceptanceOffice
from models.register.organisation import Organisation
from workflow.base import policy
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees.competence import covers, within
from workflow.office import working_days
from workflow.paths import route

#: Batches that are looked at; a province has some dozens open at a time.
MOST = 300
PROVINCE = "430000"


@dataclass(frozen=True)
class Leg:
    """One rung of a way that has not begun: who does what by when."""

    what: str
    who: str
    last: date | None


@dataclass(frozen=True)
class Opening:
    """A batch that is open to this person: the whole way with its dates, and how long there is."""

    batch: Batch
    receiver: str
    near: bool
    way: Sequence[Leg]
    nearest: Leg
    left: int | None


@dataclass(frozen=True)
class Found:
    """What is open; and of what is not, each reason once."""

    near: Sequence[Opening]
    far: Sequence[Opening]
    shut: Sequence[str]


def open_now(uow: UnitOfWork) -> list[Batch]:
    """The batches whose term runs, as far as the policy shows them, the nearest end first."""
    query = (
        policy.visible(uow.actor, Batch)
        .where(Batch.state == BatchState.PUBLISHED, Batch.opens_on <= uow.today, Batch.closes_on >= uow.today)
        .options(
            joinedload(Batch.committee).options(selectinload(Committee.specialties), joinedload(Committee.series)),
            joinedload(Batch.office).options(
                selectinload(AcceptanceOffice.scopes), joinedload(AcceptanceOffice.organisation)
            ),
        )
        .order_by(Batch.closes_on, Batch.id)
        .limit(MOST)
    )
    return list(uow.session.scalars(query).unique())


def takes(batch: Batch, series_id: int, level: str) -> bool:
    """Whether its receiver takes titles of that series and level at all."""
    if batch.committee is not None:
        return batch.committee.series_id == series_id and level in REVIEWS[batch.committee.level]
    if batch.office is None or not batch.office.active or batch.office.level != level:
        return False
    return not batch.office.scopes or series_id in {scope.series_id for scope in batch.office.scopes}


def titles(uow: UnitOfWork, batches: Sequence[Batch]) -> list[Title]:
    """The titles that some open batch takes, none that examinations give (以考代评)."""
    query = (
        select(Title)
        .join(Series)
        .where(Title.exam_only.is_(False))
        .options(joinedload(Title.series))
        .order_by(Series.number, Title.level, Title.id)
    )
    found = uow.session.scalars(query).unique()
    return [t for t in found if any(takes(b, t.series_id, t.level) and t.in_force(b.year) for b in batches)]


def specialties(uow: UnitOfWork, batches: Sequence[Batch], title: Title) -> list[Specialty]:
    """The specialties of the series that some open batch for this title receives."""
    mine = [batch for batch in batches if takes(batch, title.series_id, title.level)]
    query = select(Specialty).where(Specialty.series_id == title.series_id).order_by(Specialty.code)
    found = list(uow.session.scalars(query))
    above = {one.id: one.parent_id for one in found}
    return [
        one
        for one in found
        if one.parent_id is not None and any(one.in_force(b.year) and _receives(b, one.id, above) for b in mine)
    ]


def _receives(batch: Batch, specialty: int, above: dict[int, int | None]) -> bool:
    if batch.committee is not None:
        named = {row.specialty_id for row in batch.committee.specialties}
    else:
        named = {scope.specialty_id for scope in batch.office.scopes if scope.specialty_id} if batch.office else set()
    return not named or bool(named & _line(above, specialty))


def _line(above: dict[int, int | None], key: int) -> set[int]:
    found: set[int] = set()
    here: int | None = key
    while here is not None and here not in found:
        found.add(here)
        here = above.get(here)
    return found


def openings(
    uow: UnitOfWork, batches: Sequence[Batch], *, title: Title, specialty: Specialty | None, unit: Organisation
) -> Found:
    """What is open to who works in `unit` and wants `title`: own region first, by the nearest day."""
    found: list[Opening] = []
    shut: list[str] = []
    series = list(uow.session.scalars(select(Specialty).where(Specialty.series_id == title.series_id)))
    above = {one.id: one.parent_id for one in series}
    for batch in batches:
        if not takes(batch, title.series_id, title.level) or not title.in_force(batch.year):
            continue
        if why := _shut(uow, batch, title, specialty, unit, above):
            shut.append(why)
            continue
        try:
            stops = route.route(
                uow.session,
                way=batch.way,
                level=title.level,
                committee=batch.committee,
                office=batch.office,
                unit=unit,
                today=uow.today,
            )
        except Refused as refusal:
            shut.append(str(refusal.sentence))
            continue
        found.append(_opening(uow, batch, unit, stops))
    found.sort(key=lambda one: (one.nearest.last or one.batch.closes_on, one.batch.name))
    return Found([one for one in found if one.near], [one for one in found if not one.near], list(dict.fromkeys(shut)))


def _shut(
    uow: UnitOfWork,
    batch: Batch,
    title: Title,
    specialty: Specialty | None,
    unit: Organisation,
    above: dict[int, int | None],
) -> str | None:
    if batch.committee is not None:
        return covers(
            uow,
            batch.committee,
            level=title.level,
            series_id=title.series_id,
            specialty_id=specialty.id if specialty else None,
            region_code=unit.region_code,
        )
    if batch.office and not within(unit.region_code, batch.office.region_code):
        return f"“{batch.office.organisation.name}”不受理该行政区划的申报（附件3 1.3）；请选择所在地的受理机构。"
    if batch.office and specialty is not None and not _receives(batch, specialty.id, above):
        return (
            f"“{batch.office.organisation.name}”的专业范围不包括“{specialty.name}”（附件3 1.3）；请选择其他受理机构。"
        )
    return None


def _opening(uow: UnitOfWork, batch: Batch, unit: Organisation, stops: Sequence[route.Stop]) -> Opening:
    way = [Leg("个人提交", "本人", batch.closes_on)]
    for number, stop in enumerate(stops):
        what = "单位审核、公示并上报" if number == 0 else f"形式审查（第 {number} 级）"
        last = min((day for day in (stop.deadline, batch.audit_on) if day), default=batch.audit_on)
        way.append(Leg("审核通过即生效" if stop.final else what, stop.organisation.name, last))
    receiver = batch.office.organisation.name if batch.office else ""
    region = batch.office.region_code if batch.office else ""
    if batch.committee is not None:
        receiver, region = batch.committee.name, batch.committee.region_code
        way.append(Leg("资格复核", receiver, batch.audit_on))
        way.append(Leg("评审投票", receiver, batch.vote_on))
        way.append(Leg("结果公示、备案、发证", "评委会、省人社厅", None))
    nearest = min((leg for leg in way if leg.last and leg.last >= uow.today), key=lambda leg: leg.last or date.max)
    near = region == PROVINCE or region[:4] == unit.region_code[:4]
    return Opening(batch, receiver, near, way, nearest, _left(uow, nearest.last))


def _left(uow: UnitOfWork, last: date | None) -> int | None:
    try:
        return working_days.between(uow.session, uow.today, last) if last else None
    except Refused:
        return None
