"""路径迁移: running declarations go over to the path as it counts now, case by case and by an explicit act.

A declaration keeps the route it started on (`RouteStep`). Migrating keeps what is done: organisations of both routes
keep their days. A case that stands at an organisation the new route does not have is refused, unless it may be put
back to where the new route continues after the last level both have in common.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration, RouteStep
from models.declarations.declaration import DeclarationState as D
from models.register.organisation import Organisation
from workflow.base.abilities import verb
from workflow.base.errors import Refused
from workflow.base.notices import tell
from workflow.base.roles import HRSS_CONFIG
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import signing, term
from workflow.declarations.audit import link
from workflow.declarations.declaration import DECLARATION
from workflow.paths import route
from workflow.paths.path_cases import RUNNING, travels
from workflow.paths.path_reach import read
from workflow.paths.path_replay import Router, accepting
from workflow.paths.path_version import current
from workflow.paths.places import Break, Network, in_force, names_of

MIGRATE = verb("node.migrate", "迁移在办申报", "审核路径", HRSS_CONFIG)

MOST = 200  #: cases in one act


@dataclass(frozen=True)
class Candidate:
    """A running declaration whose route would be another today."""

    id: int
    number: str
    applicant: str
    version: int | None
    old: tuple[str, ...]
    new: tuple[str, ...]  #: empty: no way any more
    here: str
    onward: str  #: where it would stand; empty where it cannot be migrated
    moved: bool  #: it would be put back


def landing(old: Sequence[int], new: Sequence[int], position: int) -> int | None:
    """Where position `position` of the old route lies on the new one; else after the last common level before it."""
    if position < 0 or position >= len(old):
        return position if position < 0 else len(new)
    if old[position] in new:
        return new.index(old[position])
    common = next((q for q in range(position - 1, -1, -1) if old[q] in new), None)
    after = new.index(old[common]) + 1 if common is not None else 0
    return after if after < len(new) else None


def candidates(session: Session, kind: str, today: date, most: int = MOST) -> tuple[list[Candidate], int]:
    """Running declarations of the path on an older version whose route would be another, and how many there are."""
    d, number = Declaration, current(session, kind, today)
    older = d.state.in_(RUNNING) & travels(kind) & or_(d.path_version.is_(None), d.path_version < number)
    steps: dict[int, list[int]] = defaultdict(list)
    for key, organisation in session.execute(
        select(RouteStep.declaration_id, RouteStep.organisation_id)
        .join(d, d.id == RouteStep.declaration_id)
        .where(older)
        .order_by(RouteStep.declaration_id, RouteStep.position)
    ):
        steps[key].append(organisation)
    router = Router(Network(in_force(session, kind, today)), read(session), accepting(session))
    rows = session.execute(
        select(
            d.id,
            d.number,
            d.applicant_name,
            d.path_version,
            d.unit_id,
            Organisation.superior_id,
            d.committee_id,
            d.office_id,
            d.level,
            d.position,
            d.returned_from,
            d.state,
        )
        .join(Organisation, Organisation.id == d.unit_id)
        .where(older)
        .order_by(d.id)
    )
    found: list[tuple[int, str, str, int | None, list[int], list[int], int]] = []
    total = 0
    for key, numbered, name, version, unit, superior, committee, office, level, position, returned, state in rows:
        old, new = steps[key], router.way(unit, superior, (committee, office), level)
        if not isinstance(new, Break) and new == old:
            continue
        total += 1
        if len(found) < most:
            at = returned if state == D.RETURNED and position < 0 else position
            found.append((key, numbered, name, version, old, [] if isinstance(new, Break) else new, at or 0))
    names = names_of(session, {k for row in found for route_ in row[4:6] for k in route_})
    return [_candidate(names, *row) for row in found], total


def _candidate(
    names: dict[int, str],
    key: int,
    number: str,
    applicant: str,
    version: int | None,
    old: list[int],
    new: list[int],
    at: int,
) -> Candidate:
    lands = landing(old, new, at) if new else None
    gone = at < len(old) and old[at] not in new
    called = tuple(names.get(k, "") for k in old), tuple(names.get(k, "") for k in new)
    here = called[0][at] if 0 <= at < len(old) else "评委会"
    onward = "" if lands is None else called[1][lands] if lands < len(new) else "评委会"
    return Candidate(key, number, applicant, version, *called, here, onward, gone)


def migrate(uow: UnitOfWork, declarations: Sequence[Declaration], *, reason: str, put_back: bool = False) -> int:
    """迁移: all of them or none; each case's trail says from which route to which, and why.

    Refused: without a reason; a case whose new route does not hold; one that stands at a level the new route does
    not have, unless `put_back` allows to move it to where the new route continues.
    """
    uow.lead(MIGRATE, "审核路径的迁移由省厅配置岗办理（附件3 1.4–1.8）。")
    if not declarations:
        raise Refused("请勾选要迁移的申报。", field="cases")
    if len(declarations) > MOST:
        raise Refused(f"一次最多迁移 {MOST} 件，现勾选 {len(declarations)} 件；请分批办理。", field="cases")
    if not reason.strip():
        raise Refused("请填写迁移原因；原因记入每件申报的过程跟踪（附件3 1.24）。", field="reason")
    for declaration in declarations:
        _migrate(uow, declaration, reason.strip(), put_back)
    return len(declarations)


def _migrate(uow: UnitOfWork, declaration: Declaration, reason: str, put_back: bool) -> None:
    named = [(declaration.number, "declaration", declaration.id)]
    if refusal := DECLARATION.refusal(uow, declaration, "reroute"):
        raise Refused(f"申报 {declaration.number}：{refusal.sentence}", links=named)
    try:
        stops = route.route(
            uow.session,
            way=declaration.way,
            level=declaration.level,
            committee=declaration.committee,
            office=declaration.office,
            unit=declaration.unit,
            today=uow.today,
        )
    except Refused as refused:
        raise Refused(
            f"申报 {declaration.number} 不能迁移：{refused.sentence}", links=[*named, *refused.links]
        ) from refused
    steps = list(declaration.route)
    old, new = [s.organisation_id for s in steps], [s.organisation.id for s in stops]
    at = declaration.position
    lands, back_to = (
        landing(old, new, at),
        landing(old, new, declaration.returned_from) if declaration.returned_from is not None else None,
    )
    vanishes = 0 <= at < len(old) and old[at] not in new
    if lands is None or (declaration.returned_from is not None and back_to is None):
        raise Refused(
            f"申报 {declaration.number} 正在“{steps[at].organisation.name}”办理，新路径没有该层级，"
            "也没有可以接续的层级（附件3 1.12 逐级审核）；请待其在原路径办结。",
            links=named,
        )
    if vanishes and not put_back:
        raise Refused(
            f"申报 {declaration.number} 正在“{steps[at].organisation.name}”办理，"
            "新路径没有该层级（附件3 1.12 逐级审核）；"
            f"可勾选“移至新路径的接续层级”，由“{stops[lands].organisation.name}”继续审核，或待其在原路径办结。",
            links=named,
            field="put_back",
        )
    version = current(uow.session, route.kind_for(declaration.way, declaration.level), uow.today)
    DECLARATION.advance(
        uow,
        declaration,
        "reroute",
        opinion=reason,
        path_version=version,
        items=[
            "原路径：" + " → ".join(s.organisation.name for s in steps),
            "新路径：" + " → ".join(s.organisation.name for s in stops),
        ],
    )
    held = {s.organisation_id: s for s in steps}
    _relay(uow, declaration, stops, held, lands)
    declaration.region_code = route.region_of([stop.organisation for stop in stops], declaration.committee)
    if vanishes:
        term.reaches(uow, declaration, lands)
    if vanishes or lands != at:
        signing.lapse(uow, declaration)
    declaration.position, declaration.path_version = lands, version
    if back_to is not None:
        declaration.returned_from = back_to
    if vanishes:
        tell(
            uow,
            stops[lands].organisation,
            "有新的申报待审核",
            f"{declaration.number} 因审核路径调整转由本机构审核，请及时办理。",
            link(declaration),
        )
    tell(
        uow,
        declaration.person,
        "审核路径调整",
        f"{declaration.number} 的审核路径已调整：{' → '.join(s.organisation.name for s in stops)}。原因：{reason}",
        link(declaration),
    )


def _relay(
    uow: UnitOfWork, declaration: Declaration, stops: list[route.Stop], held: dict[int, RouteStep], lands: int
) -> None:
    """The new steps; an organisation of both routes keeps its days, a new one at or below the case sees it from now."""
    now = uow.now.replace(microsecond=0)
    days = {key: (step.reached_at, step.done_at) for key, step in held.items()}
    declaration.route.clear()
    uow.session.flush()
    for position, stop in enumerate(stops):
        reached, done = days.get(stop.organisation.id, (None, None))
        if reached is None and position <= lands:
            reached = now
        declaration.route.append(
            RouteStep(
                position=position,
                organisation_id=stop.organisation.id,
                fast_return=stop.fast_return,
                final=stop.final,
                deadline=stop.deadline,
                reached_at=reached,
                done_at=done,
            )
        )
    uow.session.flush()
