"""The way of one declaration along the audit path: who audits after whom, from the unit to the top.

`route` gives the stops or says where the way breaks; `preview` shows the same with the people who hold each
step. A node counts only once the organisation itself has confirmed its place (附件2 1.6.2).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models.account import Account
from models.catalogue import TitleLevel
from models.committee import Committee, CommitteeOffice
from models.organisation import Organisation
from models.path import AcceptanceOffice, NodeState, PathKind, PathNode, Way
from workflow import roles
from workflow.errors import Refused

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
) -> list[Stop]:
    """The stops from the unit to the last organisation before the committee, or to the final one.

    The entry is the unit or the first of its superiors with a confirmed node in the committee's (or office's)
    own tree, else in the general tree of that kind; then upwards by parent. 初定 and 认定 end with the accepting
    organisation. Refused, naming the break and who must act, where the way does not hold.
    """
    kind = kind_for(way, level)
    nodes = _Nodes(session, kind, level, committee, office)
    chain = [unit, *superiors(unit)]
    entry = nodes.entry(chain)
    climb = nodes.climb(entry) if entry else []
    own = climb[0] if climb and climb[0].organisation_id == unit.id else None
    stops = [Stop(unit, own.fast_return if own else False, deadline=own.inner_deadline if own else None)]
    stops += [Stop(n.organisation, n.fast_return, deadline=n.inner_deadline) for n in climb if n is not own]
    if office is not None and way != Way.REVIEW:
        return _ended_by(office, stops, found=bool(entry), nodes=nodes, chain=chain)
    if entry is None and not _forms(session, unit, committee):
        raise Refused(nodes.missing(chain))
    for stop in stops:
        _refuse_inactive(stop.organisation)
    return stops


def _ended_by(
    office: AcceptanceOffice, stops: list[Stop], *, found: bool, nodes: _Nodes, chain: list[Organisation]
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
        raise Refused(nodes.missing(chain))
    stops.append(Stop(ending.organisation, ending.fast_return, True, ending.deadline))
    for stop in stops:
        _refuse_inactive(stop.organisation)
    return stops


def _refuse_inactive(organisation: Organisation) -> None:
    if not organisation.active:
        raise Refused(f"审核路径在“{organisation.name}”处中断：该机构已停用（附件3 1.4–1.8）；请省厅配置岗调整审核路径。")


def _forms(session: Session, unit: Organisation, committee: Committee | None) -> bool:
    """Whether the unit itself forms the committee (自主评审): its own people need no path."""
    if committee is None:
        return False
    forms = select(CommitteeOffice.id).filter_by(committee_id=committee.id, organisation_id=unit.id)
    return session.scalar(forms) is not None


class _Nodes:
    """The nodes of one kind that serve a level, of the own tree and of the general one, read once."""

    def __init__(
        self, session: Session, kind: PathKind, level: str, committee: Committee | None, office: AcceptanceOffice | None
    ) -> None:
        self.kind, self.committee, self.office = kind, committee, office
        own = tree(committee.id if committee else None, office.id if office else None)
        rows = session.scalars(
            select(PathNode).where(
                PathNode.kind == kind, or_(PathNode.level.is_(None), PathNode.level == level), PathNode.state != NodeState.CANCELLED,
                or_(own, tree(None, None)),
            ).order_by(PathNode.level.is_(None), PathNode.id)
        ).all()  # fmt: skip
        self.by_id = {node.id: node for node in rows}
        self.own = [n for n in rows if n.committee_id or n.office_id]
        self.general = [n for n in rows if not (n.committee_id or n.office_id)]

    def entry(self, chain: list[Organisation]) -> PathNode | None:
        """The confirmed node nearest to the unit; the own tree is asked before the general one."""
        for nodes in (self.own, self.general):
            places: dict[int, PathNode] = {}
            for node in nodes:
                if node.state == NodeState.CONFIRMED:
                    places.setdefault(node.organisation_id, node)
            for organisation in chain:
                if organisation.id in places:
                    return places[organisation.id]
        return None

    def climb(self, entry: PathNode) -> list[PathNode]:
        """The entry and its parents to the top; refused at a parent that is not confirmed, and at a loop."""
        climbed, node = [entry], entry
        while node.parent_id is not None:
            parent = self.by_id.get(node.parent_id)
            if parent is None:
                above = node.parent.organisation.name if node.parent else "上级"
                raise Refused(
                    f"{self.kind.label}审核路径在“{node.organisation.name}”之上中断：上级“{above}”的节点已注销或不受理该等级"
                    "（附件3 1.4–1.8）；请省厅配置岗或评委会办事机构重新配置其上级。"
                )
            if parent.state != NodeState.CONFIRMED:
                raise Refused(
                    f"{self.kind.label}审核路径在“{parent.organisation.name}”处中断：该机构尚未确认其层级，"
                    f"请由该机构的经办人在{CONFIRM_WHERE}中确认后再办理。"
                )
            if parent in climbed:
                raise Refused(
                    f"{self.kind.label}审核路径在“{parent.organisation.name}”处成环，无法到达顶端；请省厅配置岗更正审核路径。"
                )
            climbed.append(parent)
            node = parent
        return climbed

    def missing(self, chain: list[Organisation]) -> str:
        """Why no way was found, and who must act."""
        target = self.committee.name if self.committee else self.office.organisation.name if self.office else "顶端"
        ids = {organisation.id for organisation in chain}
        if waiting := next((n for n in (*self.own, *self.general) if n.organisation_id in ids), None):
            return (
                f"到“{target}”的{self.kind.label}审核路径在“{waiting.organisation.name}”处中断：该机构尚未确认其层级，"
                f"请由该机构的经办人在{CONFIRM_WHERE}中确认后再提交。"
            )
        names = "、".join(organisation.name for organisation in chain)
        who = "评委会办事机构在“评委会下级单位管理”（附件2 1.6.1）" if self.committee else "省厅配置岗在审核路径配置（附件3 1.4、1.5）"
        return (
            f"没有从“{chain[0].name}”到“{target}”的{self.kind.label}审核路径：{names}均未列入；"
            f"请由{who}中添加，并由被添加机构确认（附件2 1.6.2）。"
        )


def tree(committee_id: int | None, office_id: int | None) -> ColumnElement[bool]:
    """The clause for the nodes of a committee's or office's own tree; of the general tree without either."""
    return (PathNode.committee_id.is_(None) if committee_id is None else PathNode.committee_id == committee_id) & (
        PathNode.office_id.is_(None) if office_id is None else PathNode.office_id == office_id
    )


def preview(
    session: Session,
    *,
    way: str,
    level: str,
    committee: Committee | None,
    office: AcceptanceOffice | None,
    unit: Organisation,
) -> list[PreviewRow]:
    """The route with the active accounts that can handle each stop; refused like `route`."""
    stops = route(session, way=way, level=level, committee=committee, office=office, unit=unit)
    ids = [stop.organisation.id for stop in stops]
    people: dict[int, list[Account]] = defaultdict(list)
    accounts = select(Account).filter_by(active=True).where(Account.organisation_id.in_(ids)).order_by(Account.id)
    for account in session.scalars(accounts):
        if account.plays(*roles.RECOMMENDERS, *roles.AUDITORS):
            people[account.organisation_id or 0].append(account)
    return [PreviewRow(i, stop, tuple(people[stop.organisation.id])) for i, stop in enumerate(stops)]


def superiors(organisation: Organisation) -> list[Organisation]:
    """The 隶属 chain above, nearest first; a circle in the master data ends it."""
    chain = [organisation]
    while (above := chain[-1].superior) is not None and above not in chain:
        chain.append(above)
    return chain[1:]
