"""The whole way of a case, rung by rung, with its dates: behind it, now, still to come; and the two bars over it.

Who reads it, the applicant or an office, makes no difference to a word of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from models.declarations import standing
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import Holder, Stage
from models.register.organisation import NodeKind, Organisation
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.cases.legs import Leg
from workflow.declarations.declaration import step_at
from workflow.declarations.destination import holder
from workflow.paths import route

DONE, NOW, TO_COME = "done", "now", ""


@dataclass(frozen=True)
class Rung:
    """One rung: what is done there, by whom, how far it is, and when (`when`, in words)."""

    what: str
    who: str
    mark: str
    when: str


@dataclass(frozen=True)
class Bar:
    """我已提交, 单位已上报: whether and when; until when where not."""

    label: str
    done: bool
    words: str


@dataclass(frozen=True)
class Desk:
    """Who has it, and where he is reached."""

    name: str
    telephone: str


def desk_of(uow: UnitOfWork, declaration: Declaration) -> Desk:
    """The office that has it now with the telephone of the office, never that of a person."""
    kept = standing.holder(declaration.state, declaration.position)
    if kept is Holder.OFFICE and (here := step_at(declaration, declaration.position)):
        return Desk(here.organisation.name, here.organisation.telephone)
    if kept is Holder.COMMITTEE and declaration.committee:
        return Desk(declaration.committee.name, _of_committee(declaration))
    if kept is Holder.PROVINCE:
        province = select(Organisation).where(Organisation.kind == NodeKind.PROVINCE).order_by(Organisation.id).limit(1)
        found = uow.session.scalar(province)
        return Desk(found.name if found else kept.label, found.telephone if found else "")
    return Desk(holder(declaration), "")


def telephone_at(declaration: Declaration, position: int) -> str:
    """The telephone of the office at a level of the route, beyond the last that of the committee; or nothing."""
    here = step_at(declaration, position)
    return here.organisation.telephone if here else _of_committee(declaration)


def _of_committee(declaration: Declaration) -> str:
    hosts = [host.organisation for host in declaration.committee.offices] if declaration.committee else []
    return next((o.telephone for o in hosts if o.telephone), "")


def bars(declaration: Declaration) -> tuple[Bar, Bar]:
    """Handed in by the applicant is not handed on by the unit: two bars, as people ask for them."""
    handed_in = declaration.submitted_at if declaration.state != S.DRAFT else None
    unit = step_at(declaration, 0)
    handed_on = unit.done_at if unit and handed_in else None
    audit = declaration.batch.audit_on
    last = min((day for day in (unit.deadline if unit else None, audit) if day), default=audit)
    mine = f"{handed_in:%Y-%m-%d %H:%M}" if handed_in else f"尚未提交，申报截止 {declaration.batch.closes_on}"
    theirs = f"{handed_on:%Y-%m-%d %H:%M}" if handed_on else f"尚未上报，单位应于 {last} 前审核、公示并上报"
    return (Bar("我已提交", handed_in is not None, mine), Bar("单位已上报", handed_on is not None, theirs))


def rungs(uow: UnitOfWork, declaration: Declaration, legs: Sequence[Leg]) -> list[Rung]:
    """The way rung by rung; each level of the audit path is one of its own."""
    told = []
    here, ended = standing.stage_of(declaration), standing.standing(declaration).settled
    for stage, mark in standing.stages(declaration):
        if stage is not Stage.AUDIT:
            mark = _ended(mark) if ended else mark
            told.append(Rung(stage.label, _who(declaration, stage), mark, _when(declaration, stage, mark, legs)))
            continue
        stops = audit_stops(uow, declaration)
        for number, (name, last, reached, done) in enumerate(stops, 1):
            if mark == NOW:
                at = declaration.position if declaration.state != S.RETURNED else declaration.returned_from or 0
                level = DONE if number < at else NOW if number == at else TO_COME
            else:
                level = mark
            level = _ended(level) if ended else level
            told.append(Rung(f"{stage.label}（第 {number} 级）", name, level, _term(level, reached, done, last)))
        if not stops:
            told.append(Rung(stage.label, "按审核路径", mark, "" if here is Stage.FILLING else "无需中间审核"))
    return told


def _ended(mark: str) -> str:
    """What has ended stands nowhere: its last stage is behind it."""
    return DONE if mark == NOW else mark


def audit_stops(
    uow: UnitOfWork, declaration: Declaration
) -> list[tuple[str, date | None, datetime | None, datetime | None]]:
    """(name, last day, reached, done) of the levels above the unit: as they are fixed, or as they would be today."""
    audit = declaration.batch.audit_on
    if declaration.route and declaration.state != S.DRAFT:
        levels = [stop for stop in declaration.route if stop.position > 0]
        return [(s.organisation.name, s.deadline or audit, s.reached_at, s.done_at) for s in levels]
    try:
        found = route.route(
            uow.session,
            way=declaration.way,
            level=declaration.level,
            committee=declaration.committee,
            office=declaration.office,
            unit=declaration.unit,
            today=uow.today,
        )
    except Refused:
        return []
    return [(stop.organisation.name, stop.deadline or audit, None, None) for stop in found[1:]]


def _who(declaration: Declaration, stage: Stage) -> str:
    match stage:
        case Stage.FILLING:
            return "本人"
        case Stage.UNIT | Stage.POSTING:
            return declaration.unit.name
        case Stage.RECHECK | Stage.REVIEW | Stage.RESULT:
            return declaration.committee.name if declaration.committee else "评委会"
    return "省人社厅" if declaration.is_review else "发证单位"


def _when(declaration: Declaration, stage: Stage, mark: str, legs: Sequence[Leg]) -> str:
    """Behind: from when until when; now: since when and until when; to come: by when, where a rule says."""
    batch = declaration.batch
    last = {Stage.FILLING: batch.closes_on, Stage.RECHECK: batch.audit_on, Stage.REVIEW: batch.vote_on}.get(stage)
    if stage in (Stage.UNIT, Stage.POSTING):
        unit = step_at(declaration, 0)
        last = (unit.deadline if unit else None) or batch.audit_on
    if stage is Stage.FILLING:
        handed_in = declaration.submitted_at if declaration.state != S.DRAFT else None
        return f"{handed_in:%Y-%m-%d} 提交" if handed_in else f"{last} 截止"
    mine = [leg for leg in legs if leg.what == stage.label]
    if stage is Stage.CERTIFICATE and declaration.filed_on:
        return f"{declaration.filed_on} 取得"
    return _term(mark, mine[0].arrived if mine else None, mine[-1].left if mine else None, last)


def _term(mark: str, reached: datetime | None, done: datetime | None, last: date | None) -> str:
    if mark == DONE and reached and done:
        return f"{reached:%m-%d} 至 {done:%m-%d}"
    if mark == DONE:
        return f"{reached:%Y-%m-%d}" if reached else ""
    until = f"应于 {last} 前" if last else ""
    if mark == NOW and reached:
        return f"{reached:%m-%d} 到达" + (f"，{until}" if until else "")
    return until
