"""The way of one declaration along the audit path: who audits after whom, from the unit to the top.

`route` gives the stops or says where the way breaks; `preview` shows the same with the people who hold each
step. A node counts only once the organisation itself has confirmed its place (附件2 1.6.2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.committees.catalogue import TitleLevel
from models.committees.committee import Committee, CommitteeOffice
from models.paths.path import AcceptanceOffice, PathKind, Way
from models.register.organisation import NodeKind, Organisation
from workflow.base import roles
from workflow.base.clock import province_now
from workflow.base.errors import Refused
from workflow.paths.places import SHARED, Break, Network, in_force, names_of

#: 评审: which of the three committee paths a title level travels.
REVIEW_KINDS = {
    TitleLevel.FULL_SENIOR: PathKind.SENIOR,
    TitleLevel.ASSOCIATE_SENIOR: PathKind.SENIOR,
    TitleLevel.INTERMEDIATE: PathKind.INTERMEDIATE,
    TitleLevel.ASSISTANT: PathKind.JUNIOR,
    TitleLevel.TECHNICIAN: PathKind.JUNIOR,
}
CONFIRM_WHERE = "“审核层级配置单位确认”（附件2 1.6.2）"


def kind_for(way: str, level: str) -> PathKind:
    """Which of the five paths serves a way of obtaining a title of that level."""
    if way == Way.REVIEW:
        return REVIEW_KINDS[TitleLevel(level)]
    return PathKind.INITIAL if way == Way.INITIAL else PathKind.RECOGNITION


@dataclass(frozen=True)
class Stop:
    """One stop of a route: position 0 is always the unit itself."""

    organisation: Organisation
    fast_return: bool = False
    final: bool = False
    deadline: date | None = None


@dataclass(frozen=True)
class PreviewRow:
    """A stop with the accounts that can handle it, for the screen."""

    position: int
    stop: Stop
    people: tuple[Account, ...]


def route(
    session: Session,
    *,
    way: str,
    level: str,
    committee: Committee | None,
    office: AcceptanceOffice | None,
    unit: Organisation,
    today: date | None = None,
) -> list[Stop]:
    """The stops from the unit to the last organisation before the committee, or to the final one.

    The entry is the unit or the first of its superiors with a confirmed node in the committee's (or office's)
    own tree, else in the general tree of that kind; then upwards by parent. 初定 and 认定 end with the accepting
    organisation. Refused, naming and linking the break and saying who must act, where the way does not hold.
    """
    kind = kind_for(way, level)
    tree = (committee.id if committee else None, office.id if office else None)
    network = Network(in_force(session, kind, today or province_now(session).date(), {tree, SHARED}))
    chain = [unit, *superiors(unit)]
    found = network.way([o.id for o in chain], level, tree)
    listed = not isinstance(found, Break)
    if (
        isinstance(found, Break)
        and found.reason in ("gone", "loop", "waiting")
        and not (found.reason == "waiting" and found.above)
    ):
        raise _broken(session, kind, found)
    climb = found if not isinstance(found, Break) else []
    organisations = _organisations(session, [p.organisation for p in climb])
    own = climb[0] if climb and climb[0].organisation == unit.id else None
    stops = [Stop(unit, own.fast_return if own else False, deadline=own.deadline if own else None)]
    stops += [Stop(organisations[p.organisation], p.fast_return, deadline=p.deadline) for p in climb if p is not own]
    missing = _Missing(session, kind, committee, office, chain, found if isinstance(found, Break) else None)
    if office is not None and way != Way.REVIEW:
        return _ended_by(office, stops, found=listed, missing=missing, chain=chain)
    if not listed and not _forms(session, unit, committee):
        raise missing.refusal()
    for stop in stops:
        _refuse_inactive(stop.organisation)
    return stops


def _organisations(session: Session, keys: list[int]) -> dict[int, Organisation]:
    return {o.id: o for o in session.scalars(select(Organisation).where(Organisation.id.in_(keys)))} if keys else {}


def _ended_by(
    office: AcceptanceOffice, stops: list[Stop], *, found: bool, missing: _Missing, chain: list[Organisation]
) -> list[Stop]:
    """End the stops at the accepting organisation: what it passes takes effect (附件3 1.12.3)."""
    last = office.organisation
    if not office.active:
        raise Refused(f"受理机构“{office}”已注销，不能申报（附件3 1.3）；请选择其他受理机构。")
    ids = [stop.organisation.id for stop in stops]
    if last.id in ids:
        stops = stops[: ids.index(last.id) + 1]
        ending = stops.pop()
    elif found or last.id in {organisation.id for organisation in chain}:
        ending = Stop(last)
    else:
        raise missing.refusal()
    stops.append(Stop(ending.organisation, ending.fast_return, True, ending.deadline))
    for stop in stops:
        _refuse_inactive(stop.organisation)
    return stops


def _refuse_inactive(organisation: Organisation) -> None:
    if not organisation.active:
        raise Refused(
            f"审核路径在“{organisation.name}”处中断：该机构已停用（附件3 1.4–1.8）；请省厅配置岗调整审核路径。",
            links=[(organisation.name, "organisation", organisation.id)],
        )


def _forms(session: Session, unit: Organisation, committee: Committee | None) -> bool:
    """Whether the unit itself forms the committee (自主评审): its own people need no path."""
    if committee is None:
        return False
    forms = select(CommitteeOffice.id).filter_by(committee_id=committee.id, organisation_id=unit.id)
    return session.scalar(forms) is not None


def _broken(session: Session, kind: PathKind, found: Break) -> Refused:
    """The refusal for a way that breaks above its entry; it links to the node to mend."""
    at = found.at
    names = names_of(session, [p.organisation for p in (found.at, found.above) if p])
    name = names.get(at.organisation, "") if at else ""
    links = [(name, "path_node", at.key)] if at and at.key > 0 else []
    if found.reason == "gone":
        above = names.get(found.above.organisation, "上级") if found.above else "上级"
        return Refused(
            f"{kind.label}审核路径在“{name}”之上中断：上级“{above}”的节点已注销或不受理该等级"
            "（附件3 1.4–1.8）；请省厅配置岗或评委会办事机构重新配置其上级。",
            links=links,
        )
    if found.reason == "waiting":
        return Refused(
            f"{kind.label}审核路径在“{name}”处中断：该机构尚未确认其层级，"
            f"请由该机构的经办人在{CONFIRM_WHERE}中确认后再办理。",
            links=links,
        )
    return Refused(
        f"{kind.label}审核路径在“{name}”处成环，无法到达顶端（附件3 1.12 逐级审核）；请省厅配置岗更正审核路径。",
        links=links,
    )


@dataclass(frozen=True)
class _Missing:
    """What to say when nobody above the unit is on the path."""

    session: Session
    kind: PathKind
    committee: Committee | None
    office: AcceptanceOffice | None
    chain: list[Organisation]
    found: Break | None

    def refusal(self) -> Refused:
        """Why no way was found, and who must act."""
        target = self.committee.name if self.committee else self.office.organisation.name if self.office else "顶端"
        if self.found and (waiting := self.found.at):
            name = names_of(self.session, [waiting.organisation])[waiting.organisation]
            return Refused(
                f"到“{target}”的{self.kind.label}审核路径在“{name}”处中断：该机构尚未确认其层级，"
                f"请由该机构的经办人在{CONFIRM_WHERE}中确认后再提交。",
                links=[(name, "path_node", waiting.key)] if waiting.key > 0 else [],
            )
        names = "、".join(organisation.name for organisation in self.chain)
        who = (
            "评委会办事机构在“评委会下级单位管理”（附件2 1.6.1）"
            if self.committee
            else "省厅配置岗在审核路径配置（附件3 1.4、1.5）"
        )
        return Refused(
            f"没有从“{self.chain[0].name}”到“{target}”的{self.kind.label}审核路径：{names}均未列入；"
            f"请由{who}中添加，并由被添加机构确认（附件2 1.6.2）。"
        )


def preview(
    session: Session,
    *,
    way: str,
    level: str,
    committee: Committee | None,
    office: AcceptanceOffice | None,
    unit: Organisation,
    today: date | None = None,
) -> list[PreviewRow]:
    """The route with the active accounts that can handle each stop; refused like `route`."""
    stops = route(session, way=way, level=level, committee=committee, office=office, unit=unit, today=today)
    ids = [stop.organisation.id for stop in stops]
    people: dict[int, list[Account]] = defaultdict(list)
    accounts = select(Account).filter_by(active=True).where(Account.organisation_id.in_(ids)).order_by(Account.id)
    for account in session.scalars(accounts):
        if account.plays(*roles.RECOMMENDERS, *roles.AUDITORS):
            people[account.organisation_id or 0].append(account)
    return [PreviewRow(i, stop, tuple(people[stop.organisation.id])) for i, stop in enumerate(stops)]


#: Offices of a region: a way through one of them belongs to it. All others lead straight to the province (省直).
_LOCAL = (NodeKind.DISTRICT, NodeKind.DIRECT_COUNTY, NodeKind.CITY)
PROVINCE = "430000"


def region_of(stops: Sequence[Organisation], committee: Committee | None) -> str:
    """Where a declaration is counted: by the way it goes, never by the seat of its unit (省直 apart, 118号 四(一))."""
    unit = stops[0]
    office = next((o for o in stops if o.kind in _LOCAL), None)
    if office is not None:
        return unit.region_code if unit.region_code[:4] == office.region_code[:4] else office.region_code
    return PROVINCE if committee is None or committee.region_code == PROVINCE else unit.region_code


def superiors(organisation: Organisation) -> list[Organisation]:
    """The 隶属 chain above, nearest first; a circle in the master data ends it."""
    chain = [organisation]
    while (above := chain[-1].superior) is not None and above not in chain:
        chain.append(above)
    return chain[1:]
