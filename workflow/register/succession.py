"""更名 and 合并: what an organisation becomes by a document, and what follows it there.

A merged organisation is closed; drafts, accounts, experts and what hangs below pass to the successor, which takes over
its rights and duties (民法典 第六十七条). Declarations on their way keep their route, level by level: where it leads
back to the merged unit, the successor's desk answers. What is decided keeps the name under which it was decided.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.accounts.registration import Registration, RegistrationState
from models.committees.expert import Expert
from models.declarations.declaration import RouteStep
from models.register.organisation import ChangeKind, Organisation, OrganisationChange
from workflow.base.errors import Refused
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork
from workflow.register import attached, name_index, register
from workflow.register.organisation import ORGANISATION, called
from workflow.register.pinyin import initials


def _in_effect(uow: UnitOfWork, effective_on: date) -> None:
    if effective_on > uow.today:
        raise Refused(f"生效日期 {effective_on} 尚未到，请在生效之日起登记。", field="effective_on")


@ORGANISATION.performs("rename")
def rename(
    uow: UnitOfWork,
    organisation: Organisation,
    *,
    name: str,
    document: str,
    effective_on: date,
    code: str | None = "",
    reason: str | None = "",
) -> None:
    """更名 by a document, where need be with a new credit code; the old name and code go on finding it.

    Refused: a name like the present one, a wrong or known code, a day still to come.
    """
    _in_effect(uow, effective_on)
    row = register.normal(
        {key: getattr(organisation, key) for key in register.COLUMNS}
        | {"name": name, "code": code or organisation.code}
    )
    new_code = row["code"] != organisation.code
    wrong = register.faults(register.known(uow.session, [row]), row, new=new_code)
    if row["name"] == organisation.name and not new_code:
        wrong["name"] = f"“{organisation.name}”就是现在的名称；请填写批准文件上的新名称。"
    if wrong:
        raise Refused("更名信息有误，请按提示修改。", fields=wrong)
    before, old_code = organisation.name, organisation.code
    ORGANISATION.advance(
        uow,
        organisation,
        "rename",
        old_name=before,
        new_name=row["name"],
        old_code=old_code,
        new_code=row["code"],
        document=document,
    )
    organisation.name, organisation.code = row["name"], row["code"]
    called(
        uow,
        organisation,
        before,
        ChangeKind.RENAMED,
        before_code=old_code,
        document=document,
        effective_on=effective_on,
        reason=reason or "",
    )


@ORGANISATION.performs("merge")
def merge(
    uow: UnitOfWork,
    organisation: Organisation,
    *,
    into: Organisation,
    document: str,
    effective_on: date,
    reason: str | None = "",
) -> None:
    """合并 into another organisation, which becomes the successor. Refused: into itself, into one out of use, a day
    still to come."""
    _in_effect(uow, effective_on)
    if into.id == organisation.id:
        raise Refused("不能并入本机构自己，请另选合并后的单位。", field="into")
    if not into.active:
        raise Refused(f"“{into.name}”已停用，不能作为合并后的单位；请另选。", field="into")
    if sentence := attached.roles_fit(uow.session, organisation, into):
        raise Refused(f"合并会把账号转到“{into.name}”，{sentence}", field="into")
    moved = _move(uow, organisation, into)
    ORGANISATION.advance(uow, organisation, "merge", into=into.name, document=document, moved=moved)
    uow.record("absorb", into, label="合并", merged=organisation.name, code=organisation.code, document=document)
    shared = {
        "document": document,
        "effective_on": effective_on,
        "reason": reason or "",
        "at": uow.now,
        "by": uow.actor.username,
    }
    both = {
        "before_name": organisation.name,
        "before_code": organisation.code,
        "after_name": into.name,
        "after_code": into.code,
    }
    uow.session.add(
        OrganisationChange(organisation_id=organisation.id, kind=ChangeKind.MERGED, other_id=into.id, **both, **shared)
    )
    uow.session.add(
        OrganisationChange(
            organisation_id=into.id, kind=ChangeKind.ABSORBED, other_id=organisation.id, **both, **shared
        )
    )
    name_index.enter(uow.session, into.id, organisation.name, initials(organisation.name))
    uow.session.flush()
    tell(
        uow,
        into,
        "单位合并",
        f"“{organisation.name}”已并入本单位（{document}），其草稿、账号和下级单位已转入；职数不转移，请重新申报核定。",
    )


def _move(uow: UnitOfWork, organisation: Organisation, into: Organisation) -> dict[str, int]:
    """Pass on what follows the merger; how many of each."""
    session, old = uow.session, organisation.id
    open_ones = session.scalars(attached.drafts(old)).unique().all()
    for declaration in open_ones:
        declaration.unit_id, declaration.region_code = into.id, into.region_code
        uow.record("move_unit", declaration, label="所在单位合并", before_unit=organisation.name, after_unit=into.name)
        tell(
            uow,
            declaration.person,
            "所在单位已合并",
            f"“{organisation.name}”已并入“{into.name}”，申报 {declaration.number} 的所在单位已随之更改，请核对。",
        )
    on_the_way = session.scalars(attached.running(old)).unique().all()
    for declaration in on_the_way:
        if declaration.unit_id == old:
            declaration.unit_id = into.id
        uow.record(
            "move_unit",
            declaration,
            label="审核层级由合并后的单位承接",
            before_unit=organisation.name,
            after_unit=into.name,
        )
    desks = [declaration.id for declaration in (*open_ones, *on_the_way)]
    for at in range(0, len(desks), register.CHUNK):
        step = RouteStep.declaration_id.in_(desks[at : at + register.CHUNK]) & (RouteStep.organisation_id == old)
        session.execute(update(RouteStep).where(step).values(organisation_id=into.id))
    accounts = session.scalars(select(Account).where(Account.organisation_id == old)).unique().all()
    for account in accounts:
        account.organisation_id = into.id
        uow.record(
            "move_account", account, label="账号随单位合并转移", before_unit=organisation.name, after_unit=into.name
        )
    experts = session.scalars(select(Expert).where(Expert.unit_id == old)).unique().all()
    for expert in experts:
        expert.unit_id = into.id
        uow.record("move_unit", expert, label="工作单位合并", before_unit=organisation.name, after_unit=into.name)
    waiting = (Registration.superior_id == old) & (Registration.state == RegistrationState.WAITING)
    for registration in session.scalars(select(Registration).where(waiting)):
        registration.superior_id = into.id
        uow.record("move_registration", registration, label="上级单位合并", after_unit=into.name)
    _free_of(session, organisation, into)
    below = session.scalars(select(Organisation).where(Organisation.superior_id == old)).all()
    for unit in below:
        unit.superior_id = into.id
        uow.record("change_organisation", unit, label="上级单位合并", changes={"superior_id": [old, into.id]})
    session.flush()
    session.expire_all()
    return {
        "drafts": len(open_ones),
        "running": len(on_the_way),
        "accounts": len(accounts),
        "experts": len(experts),
        "below": len(below),
    }


def _free_of(session: Session, organisation: Organisation, into: Organisation) -> None:
    """A successor that hung below the merged one takes its place, or what moves below it would close a ring."""
    here: Organisation | None = into
    seen: set[int] = set()
    while here is not None and here.id not in seen:
        seen.add(here.id)
        if here.superior_id == organisation.id:
            here.superior_id = organisation.superior_id if organisation.superior_id != into.id else None
            session.flush()
            return
        here = here.superior


@ORGANISATION.performs("close")
def close(uow: UnitOfWork, organisation: Organisation, *, reason: str) -> None:
    """停用 with its reason in the history."""
    ORGANISATION.advance(uow, organisation, "close", reason=reason)
    _line(uow, organisation, ChangeKind.CLOSED, reason)


@ORGANISATION.performs("reopen")
def reopen(uow: UnitOfWork, organisation: Organisation) -> None:
    """恢复, told in the history."""
    ORGANISATION.advance(uow, organisation, "reopen")
    _line(uow, organisation, ChangeKind.REOPENED, "")


def _line(uow: UnitOfWork, organisation: Organisation, kind: str, reason: str) -> None:
    same = {
        "before_name": organisation.name,
        "after_name": organisation.name,
        "before_code": organisation.code,
        "after_code": organisation.code,
    }
    uow.session.add(
        OrganisationChange(
            organisation_id=organisation.id,
            kind=kind,
            effective_on=uow.today,
            reason=reason,
            at=uow.now,
            by=uow.actor.username,
            **same,
        )
    )


def history(session: Session, organisation: Organisation) -> list[OrganisationChange]:
    """历史沿革, the newest first."""
    change = OrganisationChange
    return list(
        session.scalars(
            select(change)
            .where(change.organisation_id == organisation.id)
            .order_by(change.effective_on.desc(), change.id.desc())
        )
    )


def name_on(session: Session, organisation: Organisation, day: date) -> str:
    """What it was called on that day: the name before the first renaming that took effect later."""
    change = OrganisationChange
    later = select(change.before_name).where(
        change.organisation_id == organisation.id, change.kind == ChangeKind.RENAMED, change.effective_on > day
    )
    return session.scalar(later.order_by(change.effective_on, change.id).limit(1)) or organisation.name
