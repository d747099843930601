"""变更所属: an account changes its name, post, organisation or committee, and what happens to what it leaves.

A desk belongs to the office, not to the person: what waits there stays with the office, and who moves the account is
told what waits and whether a colleague is left who can do it. What is the account's own (an import not handed in) is
given up; what only it can finish (a poll whose key it holds, long work under way) is finished first. Roles opened the
former desk, so they end with it, and the 安全管理员 gives those of the new one: nobody opens a desk alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.committees.committee import Committee
from models.imports.import_batch import ImportBatch, ImportState
from models.jobs.job import Job, JobState
from models.register.organisation import Organisation
from models.review.ballot import Poll, PollKey, PollState
from workflow.accounts.accounts import ACCOUNT, PERSONAL_ROLES
from workflow.accounts.sign_in import end_everywhere
from workflow.base.errors import Refused
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork, asking
from workflow.register import person_name
from workflow.register.fit import misfit

#: What lies on a desk for an account on a day, as a clause.
Rows = Callable[[Account, date], ColumnElement[bool]]
_DESKS: list[tuple[str, Rows, Any]] = []


def office_desk(label: str, model: Any) -> Callable[[Rows], Rows]:
    """Decorator: what may wait at an office, whoever of it does it. Never what waits for an expert: that would tell
    the 系统管理员 who sits in a session."""

    def register(rows: Rows) -> Rows:
        _DESKS.append((label, rows, model))
        return rows

    return register


@dataclass(frozen=True)
class Left:
    """What an account would leave behind, and who of its office could go on with it."""

    desks: Sequence[tuple[str, int]]
    colleagues: Sequence[Account]
    drafts: int  #: imports looked at and not handed in

    @property
    def waiting(self) -> int:
        """How much waits at the office."""
        return sum(count for _label, count in self.desks)


def left_by(session: Session, account: Account) -> Left:
    """What waits where the account works, who else works there in the same capacity, and what is its own."""
    mine = set(account.role_names) - set(PERSONAL_ROLES)
    waiting = []
    for label, rows, model in _DESKS if mine else ():
        lying = select(model.id).where(rows(account, asking(account).today))
        if count := session.scalar(select(func.count()).select_from(lying.subquery())):
            waiting.append((label, count))
    drafts = session.scalar(select(func.count()).select_from(_drafts(account).subquery())) or 0
    return Left(waiting, [other for other in _beside(session, account) if mine & set(other.role_names)], drafts)


def _beside(session: Session, account: Account) -> list[Account]:
    if account.committee_id:
        same = Account.committee_id == account.committee_id
    elif account.organisation_id:
        same = Account.organisation_id == account.organisation_id
    else:
        return []
    others = select(Account).where(same, Account.id != account.id, Account.__table__.c.active).order_by(Account.id)
    return list(session.scalars(others).unique())


def _drafts(account: Account) -> Select[tuple[ImportBatch]]:
    own = ImportBatch.account_id == account.id
    return select(ImportBatch).where(own, ImportBatch.state.in_((ImportState.RECEIVED, ImportState.PREVIEWED)))


@ACCOUNT.performs("reassign")
def reassign(
    uow: UnitOfWork,
    account: Account,
    *,
    name: str,
    reason: str,
    position: str | None = "",
    organisation: Organisation | None = None,
    committee: Committee | None = None,
) -> Left:
    """Give the account this name, post, organisation and committee, with the reason; it signs in anew.

    Refused: no change at all; another name for an account that stands for a registered person; another desk for the
    account that a committee is known by, for one that holds the key of an open poll or whose long work is under way;
    an organisation or committee out of use. Gives what was left behind.
    """
    position = position or ""
    if name.strip() != account.full_name:
        name = person_name.read(name)
    changed = _changes(uow, account, name, position, organisation, committee)
    moves = {"organisation", "committee"} & changed.keys()
    if moves:
        _may_leave(uow, account, organisation, committee)
    left = left_by(uow.session, account)
    roles = _kept(uow, account, organisation, committee) if moves else list(account.roles)
    ended = sorted({role.name for role in account.roles} - {role.name for role in roles})
    facts: dict[str, Any] = {
        "items": [f"{label}：{was or '无'} → {now or '无'}" for label, was, now in changed.values()]
    }
    if ended:
        facts |= {"roles_before": list(account.role_names), "roles_after": sorted(role.name for role in roles)}
    if moves and left.waiting:
        facts["left"] = dict(left.desks)
    ACCOUNT.advance(uow, account, "reassign", reason=reason.strip(), **facts)
    if moves:
        _tell_office(uow, account, left)
        for batch in uow.session.scalars(_drafts(account)):
            batch.state = ImportState.DISCARDED
            uow.record("discard", batch, label="放弃", why="导入账号变更所属")
    account.last_name, account.first_name, account.position, account.roles = name, "", position, roles
    account.organisation_id = organisation.id if organisation else None
    account.committee_id = committee.id if committee else None
    account.changed_on = uow.now
    uow.session.flush()
    uow.session.expire(account, ["organisation", "committee"])
    end_everywhere(uow, account)
    return left


def _changes(
    uow: UnitOfWork,
    account: Account,
    name: str,
    position: str,
    organisation: Organisation | None,
    committee: Committee | None,
) -> dict[str, tuple[str, str, str]]:
    """field → (its label, what it was, what it becomes), of what differs."""
    was_place, was_office = account.organisation, account.committee
    compared = {
        "name": ("姓名", account.full_name, name),
        "position": ("岗位", account.position, position),
        "organisation": ("所在机构", was_place.name if was_place else "", organisation.name if organisation else ""),
        "committee": ("评委会", was_office.name if was_office else "", committee.name if committee else ""),
    }
    ids = {
        "organisation": (account.organisation_id, organisation.id if organisation else None),
        "committee": (account.committee_id, committee.id if committee else None),
    }
    changed = {
        key: words
        for key, words in compared.items()
        if (ids[key][0] != ids[key][1] if key in ids else words[1] != words[2])
    }
    if not changed:
        raise Refused("没有任何变更；请修改姓名、岗位、所在机构或评委会，不需变更的请返回。", field="name")
    if "name" in changed and account.person_id is not None:
        raise Refused(
            f"该账号对应已登记的人员，姓名以人员登记的“{account.full_name}”为准，不在账号中更改；请保持原姓名。",
            field="name",
        )
    return changed


def _may_leave(
    uow: UnitOfWork, account: Account, organisation: Organisation | None, committee: Committee | None
) -> None:
    if organisation is not None and organisation.id != account.organisation_id and not organisation.active:
        raise Refused(f"“{organisation.name}”已停用，不能作为所在机构；请另选。", field="organisation")
    own = uow.session.scalar(
        select(Committee).where(func.lower(Committee.account_name) == account.username.lower()).limit(1)
    )
    if own is not None and account.committee_id == own.id and (committee is None or committee.id != own.id):
        raise Refused(
            f"该账号是“{own.name}”登记的评委会账号（附件3 1.10），不能离开该评委会；"
            "人员更换请修改姓名并重置密码，评委会注销时账号随之停用。",
            field="committee",
        )
    keys = select(PollKey.poll_id).join(Poll, Poll.id == PollKey.poll_id)
    keys = keys.where(
        PollKey.account_id == account.id, Poll.state.in_((PollState.READY, PollState.OPEN, PollState.ENDED))
    )
    if uow.session.scalar(keys.limit(1)) is not None:
        raise Refused(
            "该账号设定了正在进行的投票的口令，离开后该投票无法计票（令40号 第十九条）；请在计票后办理。",
            field="organisation",
        )
    running = select(Job.id).where(Job.account_id == account.id, Job.state.in_((JobState.WAITING, JobState.RUNNING)))
    if uow.session.scalar(running.limit(1)) is not None:
        raise Refused("该账号有正在办理的后台任务；请待任务结束后再变更所属。", field="organisation")


def _kept(
    uow: UnitOfWork, account: Account, organisation: Organisation | None, committee: Committee | None
) -> list[Any]:
    """The roles that go along: the person's own; and, for who had no desk so far, those that fit the first one."""
    homeless = account.organisation_id is None and account.committee_id is None
    return [
        role
        for role in account.roles
        if role.name in PERSONAL_ROLES or (homeless and not misfit(uow.session, [role], organisation, committee))
    ]


def _tell_office(uow: UnitOfWork, account: Account, left: Left) -> None:
    """The office that is left reads what waits; where nobody is left to do it, its superior reads it as well."""
    office: Organisation | Committee | None = account.committee or account.organisation
    if office is None or not left.waiting:
        return
    waits = "、".join(f"{label} {count} 件" for label, count in left.desks)
    text = f"“{account.full_name}”的账号已不属于“{office.name}”，待办事项由本机构其他经办人继续办理：{waits}。"
    tell(uow, office, "经办账号变更所属", text)
    above = account.organisation.superior if account.organisation is not None else None
    if not left.colleagues and above is not None and account.committee is None:
        tell(
            uow,
            above,
            "下级机构没有经办账号",
            f"“{office.name}”的经办账号“{account.full_name}”已变更所属，该机构没有其他经办账号，尚有{waits}；"
            "请督促其向系统管理员申请账号。",
        )
