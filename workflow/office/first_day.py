"""开通: from an empty production database to the first declaration at a committee, as steps derived from the data.

Nothing is ticked: every step says what the database has now, whether that is enough, and who does what is left. The
order is that of docs/operations.md (a test holds them together); a step is open when those it stands on are begun.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from models.accounts.account import HEAD, SYSTEM_NAME, Account
from models.awards.certificate import Issuer, IssuerState
from models.batches.batch import Batch, BatchState
from models.committees.catalogue import Series, Specialty, Title
from models.committees.committee import Committee, CommitteeState
from models.committees.expert import Expert, ExpertState
from models.declarations.declaration import Declaration
from models.declarations.reading import Reading
from models.office.setting import CalendarYear
from models.paths.path import AcceptanceOffice, NodeState, PathKind, PathNode
from models.register.organisation import NodeKind, Organisation, Region
from workflow.base import roles as r

#: Who puts the product on the machine, and who uses it without a desk of the administration.
INSTALLER, UNITS, EVERYBODY = "部署人员", "用人单位", "申报人和各级审核机构"
#: The kinds of organisation that audit on a path, whoever else they employ.
AUDITING = (NodeKind.CITY, NodeKind.DISTRICT, NodeKind.DIRECT_COUNTY, NodeKind.BUREAU, NodeKind.PROVINCIAL)
_EMPLOYING = (NodeKind.UNIT, NodeKind.AGENCY, NodeKind.UNIVERSITY, NodeKind.ENTERPRISE, NodeKind.CENTRAL)
#: Who in the house of the province does what, beside the configurator.
PROVINCIAL = (r.HRSS_AUDIT, r.HRSS_SPECIAL, r.HRSS_CERT, r.SUPERVISOR, r.LEADER)
_ACTIVE = Account.__table__.c.active


@dataclass(frozen=True)
class Found:
    """What the database says about a step: enough, or begun, told in words; and who acts next, where that differs."""

    done: bool
    told: str
    begun: bool = False
    who: str = ""


@dataclass(frozen=True)
class Step:
    """One thing to be done, in the words of the office; `how` is one sentence for who does it."""

    key: str
    stage: str
    label: str
    who: str
    how: str
    look: Callable[[Session, date], Found]
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A step as it stands today: done, open (somebody can go on), or waiting for earlier ones."""

    step: Step
    found: Found
    waits_for: tuple[str, ...]  #: labels of earlier steps that are not begun

    @property
    def who(self) -> str:
        """Who acts next."""
        return self.found.who or self.step.who

    @property
    def open(self) -> bool:
        """Whether it can be gone on with now."""
        return not self.found.done and not self.waits_for


def lines(session: Session, today: date) -> list[Line]:
    """Every step, in order, as the database has it now."""
    found = {step.key: step.look(session, today) for step in STEPS}
    labels = {step.key: step.label for step in STEPS}
    missing = {key for key, one in found.items() if not (one.done or one.begun)}
    return [Line(s, found[s.key], tuple(labels[key] for key in s.after if key in missing)) for s in STEPS]


def opened(session: Session) -> bool:
    """Whether a declaration has reached a committee: from then on the workbench says nothing of the guide."""
    return bool(session.scalar(select(exists().where(Reading.reader < 0))))  # committees read what reached them


# -- what the database says ---------------------------------------------------------------------------


def _count(session: Session, model: Any, *where: Any) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def _holders(session: Session, roles: Sequence[str]) -> dict[str, int]:
    """Role → accounts in use that hold it."""
    counted = select(Role.name, func.count(Account.id)).select_from(Account).join(Account.roles)
    return dict(session.execute(counted.where(_ACTIVE, Role.name.in_(roles)).group_by(Role.name)).tuples().all())


def _roleless(session: Session, *where: ColumnElement[bool]) -> int:
    """Accounts that have been made and wait for a role."""
    return _count(session, Account, _ACTIVE, Account.username != SYSTEM_NAME, ~Account.roles.any(), *where)


def _of_account(session: Session, *where: ColumnElement[bool]) -> str:
    """Who acts next where an account with a role is wanting: who made one waits for the other administrator."""
    return r.SECURITY_ADMIN if _roleless(session, *where) else r.SYSTEM_ADMIN


def _reference(session: Session, today: date) -> Found:
    regions, series, titles = (_count(session, model) for model in (Region, Series, Title))
    told = f"行政区划 {regions} 条，职称系列 {series} 个，职称 {titles} 个，专业 {_count(session, Specialty)} 个"
    return Found(bool(regions and series and titles), told)


def _admins(session: Session, today: date) -> Found:
    have = _holders(session, r.THREE_ADMINS)
    told = "，".join(f"{name} {have.get(name, 0)} 名" for name in r.THREE_ADMINS)
    alone = len(have) == len(r.THREE_ADMINS) and min(have.values()) < 2
    return Found(len(have) == len(r.THREE_ADMINS), told + ("；每种宜设两名，以备一人离岗" if alone else ""), bool(have))


def _config(session: Session, today: date) -> Found:
    have = _holders(session, [r.HRSS_CONFIG]).get(r.HRSS_CONFIG, 0)
    waiting = "" if have else f"，已建立、待授予角色的账号 {_roleless(session)} 个"
    return Found(bool(have), f"省厅配置岗 {have} 名{waiting}", who="" if have else _of_account(session))


def _province(session: Session, today: date) -> Found:
    have = _count(session, Organisation, Organisation.kind == NodeKind.PROVINCE, Organisation.active)
    return Found(bool(have), "已登记省人社厅" if have else "机构登记簿中还没有省人社厅")


def _placed(session: Session, today: date) -> Found:
    bound = Account.roles.any(Role.name.in_((*r.HRSS, r.LEADER, r.SUPERVISOR)))
    homeless = _count(session, Account, _ACTIVE, bound, Account.organisation_id.is_(None))
    placed = _count(session, Account, _ACTIVE, bound, Account.organisation_id.is_not(None))
    return Found(bool(placed) and not homeless, f"有所在机构 {placed} 个，没有的 {homeless} 个", bool(placed))


def _provincial(session: Session, today: date) -> Found:
    have = _holders(session, PROVINCIAL)
    missing = [name for name in PROVINCIAL if name not in have]
    if not missing:
        return Found(True, "，".join(f"{name} {have[name]} 名" for name in PROVINCIAL))
    here = Account.organisation.has(Organisation.kind.in_((NodeKind.PROVINCE, NodeKind.SUPERVISION)))
    return Found(False, f"还没有：{'、'.join(missing)}", bool(have), _of_account(session, here))


def _offices(session: Session, today: date) -> Found:
    kinds = select(Organisation.kind, func.count()).where(Organisation.active, Organisation.kind.in_(AUDITING))
    have = dict(session.execute(kinds.group_by(Organisation.kind)).tuples().all())
    cities = select(func.count()).where(Region.parent_code == "430000", Region.statistical.is_(False))
    there = and_(Organisation.kind == NodeKind.CITY, Organisation.active, Organisation.region_code == Region.code)
    entered = session.scalar(cities.where(exists().where(there))) or 0
    total = session.scalar(cities) or 0
    counties = have.get(NodeKind.DISTRICT, 0) + have.get(NodeKind.DIRECT_COUNTY, 0)
    bureaus = have.get(NodeKind.BUREAU, 0) + have.get(NodeKind.PROVINCIAL, 0)
    told = f"市州人社部门 {entered} / {total}，县市区人社部门 {counties} 个，省直厅局和主管部门 {bureaus} 个"
    return Found(bool(total) and entered == total, told, bool(have))


def _office_accounts(session: Session, today: date) -> Found:
    auditors = Account.roles.any(Role.name.in_((r.BUREAU_OFFICER, r.DISTRICT_OFFICER, r.CITY_OFFICER)))
    works = exists().where(Account.organisation_id == Organisation.id, _ACTIVE, auditors)
    offices = and_(Organisation.kind.in_(AUDITING), Organisation.active)
    served, without = _count(session, Organisation, offices, works), _count(session, Organisation, offices, ~works)
    heads = exists().where(Account.organisation_id == Organisation.id, _ACTIVE, Account.position == HEAD)
    headed = _count(session, Organisation, offices, heads)
    told = f"有审核账号的机构 {served} 个，没有的 {without} 个；登记负责人的 {headed} 个"
    here = Account.organisation.has(Organisation.kind.in_(AUDITING))
    return Found(bool(served) and not without, told, bool(served), "" if not without else _of_account(session, here))


def _calendar(session: Session, today: date) -> Found:
    row = session.scalar(select(CalendarYear).where(CalendarYear.year == today.year))
    if row is not None and row.announced:
        return Found(True, f"{today.year} 年已按国务院办公厅通知登记")
    return Found(False, f"{today.year} 年{'尚为暂定' if row is not None else '没有登记'}", row is not None)


def _approved(today: date) -> ColumnElement[bool]:
    return and_(Committee.state == CommitteeState.APPROVED, Committee.valid_to >= today)


def _committees(session: Session, today: date) -> Found:
    have = _count(session, Committee, _approved(today))
    applied = _count(session, Committee, Committee.state == CommitteeState.APPLIED)
    who = r.HRSS_AUDIT if applied and not have else ""
    return Found(bool(have), f"已核准且在有效期内 {have} 个，待核准 {applied} 个", bool(have), who)


def _committee_accounts(session: Session, today: date) -> Found:
    office = Account.roles.any(Role.name == r.COMMITTEE_OFFICE)
    works = exists().where(Account.committee_id == Committee.id, _ACTIVE, office)
    have = _count(session, Committee, _approved(today), works)
    without = _count(session, Committee, _approved(today), ~works)
    return Found(bool(have) and not without, f"已开通账号的评委会 {have} 个，未开通的 {without} 个", bool(have))


def _issuers(session: Session, today: date) -> Found:
    have = _count(session, Issuer, Issuer.state == IssuerState.ACTIVE)
    return Found(bool(have), f"有效的发证单位编码 {have} 个")


def _paths(session: Session, today: date) -> Found:
    counted = select(PathNode.kind, PathNode.state, func.count()).group_by(PathNode.kind, PathNode.state)
    have: dict[tuple[str, str], int] = {(kind, state): n for kind, state, n in session.execute(counted).tuples()}
    needed = [
        kind
        for kind, level in (
            (PathKind.SENIOR, "senior"),
            (PathKind.INTERMEDIATE, "intermediate"),
            (PathKind.JUNIOR, "junior"),
        )
        if _count(session, Committee, _approved(today), Committee.level == level)
    ]
    ready = [kind for kind in needed if have.get((kind, NodeState.CONFIRMED))]
    waiting = sum(n for (_kind, state), n in have.items() if state == NodeState.PENDING)
    confirmed = sum(n for (_kind, state), n in have.items() if state == NodeState.CONFIRMED)
    missing = "、".join(PathKind(kind).label for kind in needed if kind not in ready)
    told = f"已确认的节点 {confirmed} 个，待单位确认 {waiting} 个" + (
        f"；还没有已确认的{missing}审核路径" if missing else ""
    )
    who = "节点上的机构" if waiting and missing else ""
    return Found(bool(ready) and not missing, told, bool(ready), who)


def _acceptance(session: Session, today: date) -> Found:
    have = _count(session, AcceptanceOffice, AcceptanceOffice.active)
    nodes = _count(
        session,
        PathNode,
        PathNode.kind.in_((PathKind.INITIAL, PathKind.RECOGNITION)),
        PathNode.state == NodeState.CONFIRMED,
    )
    return Found(bool(have and nodes), f"受理机构 {have} 个，初定、认定审核路径已确认的节点 {nodes} 个", bool(have))


def _units(session: Session, today: date) -> Found:
    officers = Account.roles.any(Role.name == r.UNIT_OFFICER)
    works = exists().where(Account.organisation_id == Organisation.id, _ACTIVE, officers)
    units = and_(Organisation.kind.in_(_EMPLOYING), Organisation.active)
    have, all_of_them = _count(session, Organisation, units, works), _count(session, Organisation, units)
    return Found(bool(have), f"已登记用人单位 {all_of_them} 个，其中有经办账号的 {have} 个", bool(have))


def _batches(session: Session, today: date) -> Found:
    to_come = and_(Batch.state == BatchState.PUBLISHED, Batch.closes_on >= today)
    have, drafts = _count(session, Batch, to_come), _count(session, Batch, Batch.state == BatchState.DRAFT)
    return Found(bool(have), f"已提交且未截止的批次 {have} 个，草稿 {drafts} 个")


def _experts(session: Session, today: date) -> Found:
    pooled = select(func.count(Expert.id)).where(
        Expert.series_id == Committee.series_id, Expert.state == ExpertState.IN_POOL
    )
    enough = pooled.correlate(Committee).scalar_subquery() >= Committee.size
    ready, short = (_count(session, Committee, _approved(today), clause) for clause in (enough, ~enough))
    applied = _count(session, Expert, Expert.state == ExpertState.APPLIED)
    told = f"在库评委够组建人数的评委会 {ready} 个，不够的 {short} 个；待审核入库 {applied} 人"
    return Found(bool(ready) and not short, told, bool(ready), r.HRSS_AUDIT if applied else "")


def _first(session: Session, today: date) -> Found:
    begun = _count(session, Declaration)
    return Found(opened(session), f"申报 {begun} 件" if begun else "还没有申报", bool(begun))


_START, _HOUSE, _OFFICES, _REVIEW, _OPEN = "装载与三员", "省厅岗位", "机构与账号", "评审基础", "开放申报"
# fmt: off
STEPS: tuple[Step, ...] = (
    Step("reference", _START, "载入基础数据", INSTALLER,
         "在服务器上执行 flask --app run prepare。", _reference),
    Step("admins", _START, "三员到位", INSTALLER,
         "在服务器上执行 flask --app run accounts create，三种管理员由不同的人担任。", _admins, ("reference",)),
    Step("config", _HOUSE, "省厅配置岗", r.SYSTEM_ADMIN,
         "系统管理员建立账号，所在机构暂时留空；安全管理员授予“省厅配置岗”。", _config, ("admins",)),
    Step("province", _HOUSE, "登记省人社厅", r.HRSS_CONFIG,
         "新增机构，节点类型选“省人社厅”；驻厅纪检监察机构一并登记。", _province, ("config",)),
    Step("placed", _HOUSE, "省厅账号归属", r.SYSTEM_ADMIN,
         "对没有所在机构的省厅账号办理“变更所属”，原有角色保留。", _placed, ("province",)),
    Step("provincial", _HOUSE, "省厅其他岗位和监督人员", r.SYSTEM_ADMIN,
         "系统管理员建立账号，安全管理员授予角色；也可批量导入账号，再批量导入角色。", _provincial, ("province",)),
    Step("calendar", _HOUSE, "当年工作日历", r.HRSS_CONFIG,
         "按国务院办公厅通知登记放假和调休，各项时限按它计算。", _calendar, ("config",)),
    Step("offices", _OFFICES, "登记人社部门和主管部门", r.HRSS_CONFIG,
         "逐个新增或批量导入；先上级、后下级，同一表中不限先后。", _offices, ("province",)),
    Step("office_accounts", _OFFICES, "审核机构的账号和角色", r.SYSTEM_ADMIN,
         "系统管理员批量导入账号（岗位分经办人、负责人，意见由两人签署），安全管理员批量导入角色。", _office_accounts, ("offices",)),
    Step("issuers", _REVIEW, "发证单位编码", r.HRSS_CONFIG,
         "为每个发证单位登记 8 位编码。", _issuers, ("province",)),
    Step("committees", _REVIEW, "组建评委会", r.HRSS_CONFIG,
         "省厅配置岗新增或批量导入，评审专业和组建单位填齐后核准。", _committees, ("offices",)),
    Step("committee_accounts", _REVIEW, "评委会账号", r.HRSS_CONFIG,
         "在评委会管理中逐个“开通账号”，初始密码只显示一次；负责人的账号由系统管理员另建，岗位选“负责人”。", _committee_accounts, ("committees",)),
    Step("paths", _REVIEW, "评审的审核路径", r.HRSS_CONFIG,
         "配置高、中、初评会审核路径，节点上的机构各自确认。", _paths, ("committees", "office_accounts")),
    Step("acceptance", _REVIEW, "初定、认定受理机构及路径", r.HRSS_CONFIG,
         "登记受理机构，再配置初定、认定审核路径。", _acceptance, ("offices",)),
    Step("experts", _REVIEW, "评委入库", r.COMMITTEE_OFFICE,
         "评委会办事机构推荐或批量导入，省厅审核岗审核入库并关联账号。", _experts, ("committee_accounts",)),
    Step("units", _OPEN, "用人单位", UNITS,
         "用人单位自行注册，或由省厅配置岗批量导入机构、系统管理员导入账号。", _units, ("offices",)),
    Step("batches", _OPEN, "年度批次", r.COMMITTEE_OFFICE,
         "评委会新增年度批次并提交；初定、认定批次由省厅配置岗办理。", _batches, ("committee_accounts", "paths")),
    Step("first", _OPEN, "首件申报到达评委会", EVERYBODY,
         "申报人注册、填报、提交，单位公示五个工作日后推荐，逐级审核到评委会。", _first, ("batches", "units")),
)
# fmt: on


def mine(found: Sequence[Line], account: Account) -> list[Line]:
    """The steps that can be gone on with now, and that are this account's."""
    return [line for line in found if line.open and account.plays(line.who)]


__all__ = ["INSTALLER", "STEPS", "Found", "Line", "Step", "lines", "mine", "opened"]
