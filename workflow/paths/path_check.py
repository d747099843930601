"""体检 of the audit paths (附件3 1.4–1.8): what would stop a declaration, as a list to work through.

A handful of statements for the whole province, whatever its size: places per path, superiors and counts
(`path_reach.read`), accounts per organisation, waiting places with their day, steps in hand. The rest is arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.declarations.declaration import Declaration, RouteStep
from models.paths.path import AcceptanceOffice, NodeState, PathKind, PathNode
from models.register.organisation import Organisation
from workflow.base import roles
from workflow.paths.path_cases import RUNNING
from workflow.paths.path_reach import Group, Province, read, ways
from workflow.paths.places import Break, Network, Place, in_force, names_of
from workflow.paths.route import kind_for

#: What is looked for, in the order of urgency: (key, heading, what to do).
SECTIONS = (
    ("loop", "审核路径成环", "材料不能逐级送达顶端；请调整其中一个节点的上级。"),
    ("orphan", "上级节点已注销或不受理该等级", "路径在此中断；请为该节点重新指定上级。"),
    ("closed", "节点的机构已停用", "申报到此不能继续；请注销该节点，或恢复机构。"),
    ("unheld", "在办环节无人办理", "有申报停在没有可用审核账号的机构；请启用账号或迁移这些申报。"),
    ("nobody", "节点没有在用账号", "申报到此无人办理；请由系统管理员为该机构开通账号。"),
    ("roleless", "节点有账号但无审核角色", "账号不能审核；请由安全管理员授予审核角色。"),
    ("pending", "待单位确认的节点", "未确认前申报不能经过；请联系该机构办理“审核层级配置单位确认”（附件2 1.6.2）。"),
    ("no_route", "没有审核路径的单位", "这些单位的人员不能提交申报；请为其上级单位新增节点。"),
)
HEADINGS = {key: heading for key, heading, _todo in SECTIONS}


_IN_USE = Account.__table__.c.active.is_(True)


@dataclass(frozen=True)
class Finding:
    """One line to work through; `table` and `key` name the record at which it is mended."""

    section: str
    kind: str  #: the path
    name: str
    note: str
    table: str
    key: int | None
    count: int = 1
    since: date | None = None


@dataclass(frozen=True)
class Health:
    """What the check found, and what it looked at."""

    findings: list[Finding]
    places: int
    units: int

    def of(self, section: str) -> list[Finding]:
        """The lines of one section."""
        return [f for f in self.findings if f.section == section]


def check(session: Session, today: date, kind: str = "") -> Health:
    """Look at one path, or at all five."""
    province = read(session)
    staff = _staff(session)
    since = _since(session)
    accepting = _accepting(session)
    findings = _unheld(session, kind)
    seen = 0
    for each in PathKind:
        if kind in ("", each):
            network = Network(in_force(session, each, today))
            seen += sum(p.living for p in network.places.values())
            findings += _places(network, each, province, staff, since)
            findings += _routeless(session, network, each, province, accepting.get(each, set()))
    order = {key: n for n, (key, _heading, _todo) in enumerate(SECTIONS)}
    findings.sort(key=lambda f: (order[f.section], list(PathKind).index(PathKind(f.kind)), -f.count, f.name))
    return Health(findings, seen, sum(province.counts.values()))


def _places(
    network: Network, kind: str, province: Province, staff: dict[int, tuple[int, int]], since: dict[int, date]
) -> Iterator[Finding]:
    looped = {place.key for place in network.loops()}
    for place in network.places.values():
        if not place.living:
            continue
        one = province.listed.get(place.organisation)
        name = one.name if one else str(place.organisation)
        here = ("path_node", place.key if place.key > 0 else None)
        above = network.places.get(place.parent) if place.parent is not None else None
        if place.key in looped:
            yield Finding("loop", kind, name, "从该节点往上不能到达顶端", *here)
        elif place.parent is not None and (above is None or not above.living or above.level not in (None, place.level)):
            yield Finding(
                "orphan",
                kind,
                name,
                f"上级“{_name(province, above)}”" + ("不受理该等级" if above and above.living else "已注销"),
                *here,
            )
        if one and not one.active:
            yield Finding("closed", kind, name, "机构已停用", *here)
        accounts, able = staff.get(place.organisation, (0, 0))
        if not accounts:
            yield Finding("nobody", kind, name, "没有在用账号", *here)
        elif not able:
            yield Finding("roleless", kind, name, f"{accounts} 个账号均无审核角色", *here)
        if place.state == NodeState.PENDING:
            day = since.get(place.key)
            yield Finding("pending", kind, name, f"自 {day} 起等待确认" if day else "等待确认", *here, since=day)


def _name(province: Province, place: Place | None) -> str:
    one = province.listed.get(place.organisation) if place else None
    return one.name if one else "上级"


def _routeless(session: Session, network: Network, kind: str, province: Province, accepting: set[int]) -> list[Finding]:
    """One line per superior whose units have no way, not one per unit."""
    lost = list(routeless(network, kind, province, accepting))
    names = names_of(session, {key for group, _why in lost for key in (group.unit, group.superior) if key is not None})
    found = []
    for group, why in lost:
        key = group.unit if group.unit is not None else group.superior
        name = names.get(key, "") if key is not None else "（没有上级单位的单位）"
        whose = "本单位" if group.unit is not None else f"所属 {group.count} 个单位"
        found.append(
            Finding("no_route", kind, name, f"{whose}：{_why(province, why)}", "organisation", key, group.count)
        )
    return found


def routeless(network: Network, kind: str, province: Province, accepting: set[int]) -> Iterator[tuple[Group, Break]]:
    """The groups of units without a way, and why; a superior that accepts 初定 or 认定 itself needs no path."""
    for group in province.groups(network):
        found = ways(network, group.chain, kind)
        broken = next((way for way in found if isinstance(way, Break)), None)
        if broken is not None and not (broken.reason == "missing" and accepting.intersection(group.chain)):
            yield group, broken


def _why(province: Province, broken: Break) -> str:
    at = _name(province, broken.at)
    return {
        "missing": "本单位及各级上级均未列入",
        "waiting": f"“{at}”尚未确认其层级",
        "gone": f"“{at}”的上级节点已注销或不受理该等级",
        "loop": f"在“{at}”处成环",
    }[broken.reason]


def _staff(session: Session) -> dict[int, tuple[int, int]]:
    """Organisation to (accounts in use, of these able to audit)."""
    able = _able()
    query = select(Account.organisation_id, func.count(Account.id), func.count(able.c.user_id)).join_from(
        Account, able, able.c.user_id == Account.id, isouter=True
    )
    query = query.where(_IN_USE, Account.organisation_id.is_not(None)).group_by(Account.organisation_id)
    return {key: (accounts, able) for key, accounts, able in session.execute(query) if key is not None}


def _able() -> Subquery:
    """Accounts that hold a role by which one audits."""
    held = select(assoc_user_role.c.user_id).join(Role, Role.id == assoc_user_role.c.role_id)
    return held.where(Role.name.in_({*roles.RECOMMENDERS, *roles.AUDITORS})).distinct().subquery()


def _since(session: Session) -> dict[int, date]:
    """Place to the day on which it was last proposed or moved."""
    query = select(PathNode.id, PathNode.proposed_at).where(PathNode.proposed_at.is_not(None))
    return {key: moment.date() for key, moment in session.execute(query.where(PathNode.state == NodeState.PENDING))}


def _accepting(session: Session) -> dict[str, set[int]]:
    """初定 and 认定: the organisations that accept, whose own units need no path."""
    found: dict[str, set[int]] = {}
    for way, key in session.execute(
        select(AcceptanceOffice.way, AcceptanceOffice.organisation_id).where(AcceptanceOffice.active.is_(True))
    ):
        found.setdefault(str(way), set()).add(key)
    return found


def _unheld(session: Session, kind: str) -> list[Finding]:
    """Organisations at which declarations lie now and where no account in use can audit."""
    able = _able()
    held = (
        select(Account.organisation_id)
        .join(able, able.c.user_id == Account.id)
        .where(_IN_USE, Account.organisation_id.is_not(None))
    )
    query = (
        select(
            Organisation.id,
            Organisation.name,
            Declaration.way,
            Declaration.level,
            func.count(),
            func.min(Declaration.number),
        )
        .join(RouteStep, RouteStep.organisation_id == Organisation.id)
        .join(Declaration, (Declaration.id == RouteStep.declaration_id) & (Declaration.position == RouteStep.position))
        .where(Declaration.state.in_(RUNNING), Organisation.id.not_in(held))
        .group_by(Organisation.id, Organisation.name, Declaration.way, Declaration.level)
    )
    found: dict[tuple[str, int], Finding] = {}
    for key, name, way, level, count, first in session.execute(query):
        path = kind_for(way, level)
        if kind in ("", path):
            before = found.get((path, key))
            total = count + (before.count if before else 0)
            found[path, key] = Finding(
                "unheld", path, name, f"{total} 件申报停在此处（如 {first}）", "organisation", key, total
            )
    return list(found.values())
