"""What hangs on an organisation: cases, people, places. Guards ask it, and whoever renames, merges or closes reads it
first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.accounts.registration import Registration, RegistrationState
from models.awards.certificate import Issuer, IssuerState
from models.committees.committee import CommitteeOffice
from models.committees.expert import Expert
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.quota import Quota, QuotaState
from models.declarations.standing import FILLED_IN, ON_THE_WAY, SETTLED
from models.paths.path import AcceptanceOffice, NodeState, PathKind, PathNode
from models.register.organisation import ChangeKind, Organisation, OrganisationChange
from workflow.base.errors import Linked
from workflow.base.unit_of_work import UnitOfWork
from workflow.register.fit import misfit

#: How many records a sentence names.
NAMED = 5


@dataclass(frozen=True)
class Attached:
    """One kind of thing that hangs on an organisation: how many, the first of them, what a merger does to it."""

    what: str
    count: int
    first: Sequence[tuple[str, str, int]]  #: (name, table, id)
    merged: str  #: what becomes of it when the organisation is merged into another


def standing(organisation_id: int) -> Select[Any]:
    """Declarations that lie at the organisation now, as a desk of their route."""
    here = select(RouteStep.declaration_id).where(
        RouteStep.organisation_id == organisation_id,
        RouteStep.declaration_id == Declaration.id,
        RouteStep.position == Declaration.position,
    )
    return select(Declaration).where(Declaration.state.in_(ON_THE_WAY), here.exists())


def drafts(organisation_id: int) -> Select[Any]:
    """Declarations of its people that are still being written, or came back to be mended."""
    return select(Declaration).where(Declaration.unit_id == organisation_id, Declaration.state.in_(FILLED_IN))


def running(organisation_id: int) -> Select[Any]:
    """Declarations further on their way whose route begins there or came through."""
    passed = select(RouteStep.declaration_id).where(RouteStep.organisation_id == organisation_id)
    mine = or_(Declaration.unit_id == organisation_id, Declaration.id.in_(passed))
    return select(Declaration).where(mine, Declaration.state.not_in((*FILLED_IN, *SETTLED)))


def attached(session: Session, organisation: Organisation) -> list[Attached]:
    """All that hangs on it, kind by kind, in a fixed number of statements; kinds of which there is nothing are left
    out."""
    key = organisation.id
    kinds: list[tuple[str, Select[Any], str]] = [
        ("在本机构办理中的申报", standing(key), "须先办结，否则不能合并"),
        ("草稿和退回补正的申报", drafts(key), "所在单位改为合并后的单位，并通知申报人"),
        ("已上报的在办申报", running(key), "审核层级不变，退回时由合并后的单位办理"),
        (
            "已办结的申报",
            select(Declaration).where(Declaration.unit_id == key, Declaration.state.in_(SETTLED)),
            "保留原单位名称，不改动",
        ),
        ("账号", select(Account).where(Account.organisation_id == key), "转到合并后的单位"),
        ("评委", select(Expert).where(Expert.unit_id == key), "工作单位改为合并后的单位"),
        ("直属下级单位", select(Organisation).where(Organisation.superior_id == key), "上级单位改为合并后的单位"),
        (
            "待核验的单位注册",
            select(Registration).where(
                Registration.superior_id == key, Registration.state == RegistrationState.WAITING
            ),
            "由合并后的单位核验",
        ),
        ("审核路径节点", _places(key), "须先在审核路径配置中注销"),
        (
            "受理机构",
            select(AcceptanceOffice).where(AcceptanceOffice.organisation_id == key, AcceptanceOffice.active),
            "须先注销",
        ),
        (
            "发证单位编码",
            select(Issuer).where(Issuer.organisation_id == key, Issuer.state == IssuerState.ACTIVE),
            "须先注销",
        ),
        (
            "职数",
            select(Quota).where(Quota.unit_id == key, Quota.state.not_in((QuotaState.CLEARED, QuotaState.REJECTED))),
            "不转移，由合并后的单位重新申报核定",
        ),
    ]
    found = []
    for what, query, merged in kinds:
        model = query.column_descriptions[0]["entity"]
        count = session.scalar(select(func.count()).select_from(query.with_only_columns(model.id).subquery())) or 0
        if count:
            first = [
                (_name(row), model.__tablename__, row.id)
                for row in session.scalars(query.order_by(model.id).limit(NAMED)).unique()
            ]
            found.append(Attached(what, count, first, merged))
    committees = (
        session.scalar(select(func.count(CommitteeOffice.id)).where(CommitteeOffice.organisation_id == key)) or 0
    )
    if committees:
        found.append(Attached("组建的评委会", committees, [], "不改动，请在评委会管理中更换组建单位"))
    return found


def _name(row: Any) -> str:
    return (
        str(row.number) if isinstance(row, Declaration) else str(row.username) if isinstance(row, Account) else str(row)
    )


def _places(organisation_id: int) -> Select[Any]:
    return select(PathNode).where(PathNode.organisation_id == organisation_id, PathNode.state != NodeState.CANCELLED)


# -- guards -----------------------------------------------------------------------------------------


def nothing_below(uow: UnitOfWork, organisation: Organisation) -> str | None:
    """Only if no organisation in use hangs below it."""
    below = (Organisation.superior_id == organisation.id) & Organisation.active
    count = uow.session.scalar(select(func.count(Organisation.id)).where(below)) or 0
    if not count:
        return None
    first = uow.session.scalars(select(Organisation).where(below).order_by(Organisation.id).limit(NAMED)).all()
    return Linked(
        f"其下还有 {count} 个有效单位，停用后它们没有上级；请先为这些单位另行指定上级单位。",
        [(row.name, "organisation", row.id) for row in first],
    )


def off_the_paths(uow: UnitOfWork, organisation: Organisation) -> str | None:
    """Only if it stands on no audit path and receives no 初定 or 认定."""
    nodes = uow.session.scalars(_places(organisation.id).order_by(PathNode.id).limit(NAMED)).unique().all()
    if nodes:
        return Linked(
            f"该机构在“{PathKind(nodes[0].kind).label}”审核路径中，不能停用（附件3 1.4–1.8）；"
            "请先在审核路径配置中注销。",
            [(PathKind(node.kind).label, "path_node", node.id) for node in nodes],
        )
    office = uow.session.scalar(
        select(AcceptanceOffice)
        .where(AcceptanceOffice.organisation_id == organisation.id, AcceptanceOffice.active)
        .limit(1)
    )
    if office:
        return Linked(
            "该机构是初定、认定受理机构，不能停用（附件3 1.3）；请先注销受理机构。",
            [(str(office), "acceptance_office", office.id)],
        )
    return None


def kind_stays(uow: UnitOfWork, organisation: Organisation, kind: str) -> str | None:
    """Why the organisation may not become one of another kind: it stands on a path, or somebody's role there would no
    longer fit."""
    if sentence := off_the_paths(uow, organisation):
        return str(sentence).replace("不能停用", "节点类型不能更改")
    return roles_fit(uow.session, organisation, Organisation(name=organisation.name, kind=kind))


def roles_fit(session: Session, organisation: Organisation, then: Organisation) -> str | None:
    """Why the accounts of an organisation could not work in that other one, or in it as another kind, as they are."""
    working = select(Account).where(Account.organisation_id == organisation.id, Account.__table__.c.active)
    for account in session.scalars(working.order_by(Account.id)).unique():
        if sentence := misfit(session, account.roles, then, account.committee):
            return f"账号“{account.username}”的角色与之不符：{sentence}"
    return None


def issues_nothing(uow: UnitOfWork, organisation: Organisation) -> str | None:
    """Only if no 发证单位编码 in use is its own."""
    issuer = uow.session.scalar(
        select(Issuer).where(Issuer.organisation_id == organisation.id, Issuer.state == IssuerState.ACTIVE).limit(1)
    )
    return f"该机构的发证单位编码 {issuer.code} 仍在使用（附件3 1.9）；请先注销该编码。" if issuer else None


def nobody_works_there(uow: UnitOfWork, organisation: Organisation) -> str | None:
    """Only if no account in use belongs to it."""
    count = uow.session.scalar(select(func.count(Account.id)).filter_by(organisation_id=organisation.id, active=True))
    return f"该机构还有 {count} 个启用的账号；请先由系统管理员停用账号后再停用机构。" if count else None


def no_case_stands_there(uow: UnitOfWork, organisation: Organisation) -> str | None:
    """Only if no declaration lies on its desk; names the first of them."""
    found = uow.session.scalars(standing(organisation.id).order_by(Declaration.number).limit(NAMED + 1)).unique().all()
    if not found:
        return None
    named = "、".join(f"{d.number} {d.applicant_name}" for d in found[:NAMED]) + ("等" if len(found) > NAMED else "")
    return Linked(
        f"申报 {named} 正在“{organisation.name}”办理，不能停用或合并（附件3 1.12 逐级审核）；请待其办结后再办理。",
        [(d.number, "declaration", d.id) for d in found[:NAMED]],
    )


def not_merged(uow: UnitOfWork, organisation: Organisation) -> str | None:
    """A merged organisation does not come back: its people and cases are elsewhere."""
    into = successor(uow.session, organisation)
    return f"“{organisation.name}”已并入“{into.name}”，不能恢复；确需分立的请重新登记。" if into else None


def successor(session: Session, organisation: Organisation) -> Organisation | None:
    """The organisation it was merged into, if it was."""
    change = OrganisationChange
    into = (
        select(Organisation)
        .join(change, change.other_id == Organisation.id)
        .where(change.organisation_id == organisation.id, change.kind == ChangeKind.MERGED)
    )
    return session.scalar(into.order_by(change.id.desc()).limit(1))
