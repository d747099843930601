"""What a committee may review, and when: its term, level, series, specialties and region (118号 七(四)).

`covers` is asked at submission, in the plan and in the session; `overlapping` when a committee is formed.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Labelled
from models.committees.catalogue import Specialty, TitleLevel
from models.committees.committee import OF_ONE_EMPLOYER, REVIEWS, SHORT_LEAD, Committee, CommitteeLevel
from models.committees.committee import CommitteeState as S
from models.declarations.declaration import Declaration
from models.register.organisation import Region
from workflow.base import settings
from workflow.base.unit_of_work import UnitOfWork


class Validity(Labelled):
    """有效期, derived from the dates; no job flips a flag."""

    AHEAD = "ahead", "未到有效期", "off"
    VALID = "valid", "有效", "ok"
    SOON = "soon", "即将到期", "warn"
    VERY_SOON = "very_soon", "临近到期", "bad"
    EXPIRED = "expired", "已过期", "bad"


def validity(uow: UnitOfWork, committee: Committee, on: date | None = None) -> Validity:
    """Where `on` (today) stands in the committee's term: warned 90 and 30 days before it ends."""
    on = on or uow.today
    if on < committee.valid_from:
        return Validity.AHEAD
    if on > committee.valid_to:
        return Validity.EXPIRED
    left = (committee.valid_to - on).days
    if left <= settings.value(uow.session, "committee_last_warn_days"):
        return Validity.VERY_SOON
    return Validity.SOON if left <= settings.value(uow.session, "committee_warn_days") else Validity.VALID


def valid_on(committee: Committee, day: date) -> str | None:
    """None if the committee is approved and in its term on that day, else why not."""
    if committee.state != S.APPROVED:
        return (
            f"“{committee.name}”{S(committee.state).label}，其评审不予认可（118号 七(四)）；"
            "须经省人社厅核准备案后方可办理。"
        )
    if not committee.valid_from <= day <= committee.valid_to:
        return (
            f"“{committee.name}”的有效期为{committee.valid_from}至{committee.valid_to}，{day}不在有效期内，"
            "其评审不予认可"
            "（118号 七(四)、令40号 第八条）；请先办理重新核准备案。"
        )
    return None


def covers(
    uow: UnitOfWork,
    committee: Committee,
    declaration: Declaration | None = None,
    on: date | None = None,
    *,
    level: str = "",
    series_id: int | None = None,
    specialty_id: int | None = None,
    region_code: str = "",
) -> str | None:
    """None if the committee may review this on that day (today), else the sentence that says why not (N38).

    Given a declaration its level, series, specialty and region are asked; without one, those that are given.
    """
    if declaration is not None:
        level, series_id = declaration.level, declaration.series_id
        specialty_id, region_code = declaration.specialty_id, declaration.unit.region_code
    if sentence := valid_on(committee, on or uow.today):
        return sentence
    over = "超越评审权限或范围的评审不予认可（118号 七(四)）；请选择相应的评委会。"
    if level and level not in REVIEWS[committee.level]:
        label = CommitteeLevel(committee.level).label
        return f"“{committee.name}”是{label}评委会，不能评审{TitleLevel(level).label}职称，{over}"
    if series_id is not None and series_id != committee.series_id:
        return f"“{committee.name}”只评审{committee.series.name}系列（令40号 第六条，不得跨系列），{over}"
    if region_code and not within(region_code, committee.region_code):
        return f"“{committee.name}”的评审范围不包括该行政区划（{_region_name(uow.session, region_code)}），{over}"
    own = {row.specialty_id for row in committee.specialties}
    if own and specialty_id is None and series_id is not None:
        return f"“{committee.name}”按专业评审，请选择申报专业：{_names(committee)}；{over}"
    if own and specialty_id is not None and not own & set(_line(uow.session, specialty_id)):
        asked = uow.session.get_one(Specialty, specialty_id).name
        return f"“{committee.name}”评审的专业为{_names(committee)}，不包括“{asked}”，{over}"
    return None


def lead_days(session: Session, committee: Committee) -> int:
    """How many working days ahead the committee files its plan (118号 五(一))."""
    short = committee.host in SHORT_LEAD
    return int(settings.value(session, "plan_lead_days_institutes" if short else "plan_lead_days"))


def within(region_code: str, scope_code: str) -> bool:
    """Whether a region lies in a scope: 430000 the province, 430100 the city with its districts."""
    scope = scope_code
    while scope.endswith("00"):
        scope = scope[:-2]
    return region_code.startswith(scope)


def _region_name(session: Session, code: str) -> str:
    return session.scalar(select(Region.name).where(Region.code == code)) or code


def _names(committee: Committee) -> str:
    return "、".join(row.specialty.name for row in committee.specialties)


def _line(session: Session, specialty_id: int) -> list[int]:
    """The specialty and everything above it in the tree."""
    line: list[int] = []
    node = session.get(Specialty, specialty_id)
    while node is not None and node.id not in line:
        line.append(node.id)
        node = node.parent
    return line


def overlapping(session: Session, committee: Committee) -> Committee | None:
    """Another approved committee of the same kind, level, series, region and specialty in an overlapping term."""
    others = session.scalars(
        select(Committee)
        .where(
            Committee.id != committee.id,
            Committee.state == S.APPROVED,
            Committee.level == committee.level,
            Committee.kind == committee.kind,
            Committee.host == committee.host,
            Committee.series_id == committee.series_id,
            Committee.region_code == committee.region_code,
            Committee.valid_from <= committee.valid_to,
            Committee.valid_to >= committee.valid_from,
        )
        .order_by(Committee.id)
    )
    return next((other for other in others if _meet(session, committee, other)), None)


def _meet(session: Session, one: Committee, other: Committee) -> bool:
    if one.host in OF_ONE_EMPLOYER:
        mine = {row.organisation_id for row in one.offices}
        if not mine & {row.organisation_id for row in other.offices}:
            return False
    ours, theirs = ({row.specialty_id for row in committee.specialties} for committee in (one, other))
    if not ours or not theirs:
        return ours == theirs  # a whole-series committee and one of a specialty stand side by side
    return any(theirs & set(_line(session, s)) for s in ours) or any(ours & set(_line(session, s)) for s in theirs)
