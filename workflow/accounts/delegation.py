"""委托办理: the 负责人 who is away names a colleague of his office who signs for him, from a day until a day.

Nearly all work of an office lies on a desk that everybody of it shares, so there is nothing to hand over; only what
is put before a 负责人 waits for one person (118号 四(二)3). So a 负责人 delegates, and nobody else. The colleague holds
the same role; he may be no 负责人 himself. The two stay two: whoever wrote an opinion does not sign it for the other,
nor does the applicant, and what was delegated goes no further. A seat in a committee is a person's
own: scores and ballots are no work of an office, and nothing here reaches them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from models.accounts.account import HEAD, Account
from models.accounts.delegation import Delegation
from models.accounts.delegation import DelegationState as S
from workflow.accounts.colleague import staff
from workflow.base import policy, settings
from workflow.base import roles as r
from workflow.base.abilities import verb
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork

CLAUSE = "118号 四(二)3"
#: The roles in which an office signs with two.
OFFICES = tuple(dict.fromkeys((*r.RECOMMENDERS, *r.AUDITORS, r.COMMITTEE_OFFICE)))
DELEGATE = verb("delegation.give", "委托办理", "送签", *OFFICES)
policy.NOUNS[Delegation] = "委托"


@policy.scope(Delegation, "office", "本机构的委托", *OFFICES)
def delegations_of_my_office(actor: Account) -> ColumnElement[bool]:
    """Who signs for whom at the own office."""
    if actor.committee_id:
        return Delegation.committee_id == actor.committee_id
    return Delegation.organisation_id == actor.organisation_id if actor.organisation_id else false()


def given_to(actor: Account, day: date) -> Select[tuple[int]]:
    """The accounts for whom that account signs on that day; a delegation by who is no longer at the office is void."""
    same = (
        Account.committee_id == actor.committee_id
        if actor.committee_id
        else and_(Account.committee_id.is_(None), Account.organisation_id == actor.organisation_id)
    )
    return (
        select(Delegation.principal_id)
        .join(Account, Account.id == Delegation.principal_id)
        .where(
            Delegation.delegate_id == actor.id,
            *_runs(day),
            Account.__table__.c.active.is_(True),
            same,
        )
    )


def delegates(session: Session, principal: Account, day: date) -> Sequence[Account]:
    """Who signs for him on that day."""
    found = select(Account).join(Delegation, Delegation.delegate_id == Account.id)
    return session.scalars(found.where(Delegation.principal_id == principal.id, *_runs(day))).unique().all()


def _runs(day: date) -> tuple[ColumnElement[bool], ...]:
    return Delegation.state == S.GIVEN, Delegation.from_on <= day, Delegation.until_on >= day


def standing(uow: UnitOfWork, delegation: Delegation) -> tuple[str, str]:
    """(label, tone) today: it begins and ends by its days, no job flips a flag."""
    if delegation.state == S.ENDED:
        return S.ENDED.label, S.ENDED.tone
    if delegation.until_on < uow.today:
        return "已到期", "off"
    return ("未开始", "info") if delegation.from_on > uow.today else ("委托中", "run")


def offered(uow: UnitOfWork) -> Sequence[tuple[str, str]]:
    """Colleagues in use at the same desk: of the actor's office, in one of the roles that he holds there."""
    mine = [role for role in OFFICES if uow.actor.plays(role)]
    return [
        (str(a.id), f"{a.full_name}（{a.username}）") for a in staff(uow) if a.id != uow.actor.id and a.plays(*mine)
    ]


def not_over(uow: UnitOfWork, delegation: Delegation) -> str | None:
    """While its last day has not passed."""
    if delegation.until_on >= uow.today:
        return None
    return f"该委托已于{delegation.until_on}到期（{CLAUSE}），无需再终止。"


def one_of_the_two(uow: UnitOfWork, delegation: Delegation) -> str | None:
    """By who gave it or who has it."""
    if uow.actor.id in (delegation.principal_id, delegation.delegate_id):
        return None
    return (
        f"由委托人{delegation.principal_name}或受托人{delegation.delegate_name}本人终止（{CLAUSE}）；"
        "急需签署的，请在“负责人签署”中改送其他负责人。"
    )


# fmt: off
DELEGATION = Flow("委托办理", S, [
    Step("end", "终止委托", {S.GIVEN}, S.ENDED, OFFICES, [not_over, one_of_the_two],
         [Ask("reason", "终止原因", "area", max_length=200, required=False)], CLAUSE,
         confirm="终止后受托人立即不能代为签署，已签署的不变。确定终止？"),
])
# fmt: on


def give(
    uow: UnitOfWork, *, delegate: str | None, from_on: date | None, until_on: date | None, reason: str
) -> Delegation:
    """委托: the actor's signings may be done by `delegate` (key of an account) on these days.

    Refused: an actor who is no 负责人; somebody who is no colleague at the same desk; days that are over, the wrong
    way round or more than the office allows; no reason; days on which the actor has delegated already, or on which
    either of the two signs for, or is signed for by, a third.
    """
    uow.lead(DELEGATE)
    actor = uow.actor
    if actor.position != HEAD:
        raise Refused(
            f"只有负责人的签署归个人办理、可以委托（{CLAUSE}）；经办的事项由本机构的经办人共同办理，"
            "请假时无需委托，同事在各办理页面直接办理即可。"
        )
    chosen = next((a for a in staff(uow) if str(a.id) == str(delegate) and a.id != actor.id), None)
    wrong: dict[str, str] = {}
    if chosen is None or str(chosen.id) not in dict(offered(uow)):
        wrong["delegate"] = f"受托人须是本机构同一岗位角色的在用账号（{CLAUSE}）；没有同事账号的请系统管理员先开通。"
    wrong |= _days(uow, from_on, until_on)
    if not reason.strip():
        wrong["reason"] = "请填写委托原因。"
    if not wrong and chosen is not None and from_on and until_on:
        wrong |= _taken(uow, chosen, from_on, until_on)
    if wrong or chosen is None or from_on is None or until_on is None:
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)
    made = Delegation(
        principal_id=actor.id,
        principal_name=actor.full_name,
        delegate_id=chosen.id,
        delegate_name=chosen.full_name,
        organisation_id=None if actor.committee_id else actor.organisation_id,
        committee_id=actor.committee_id,
        from_on=from_on,
        until_on=until_on,
        reason=reason.strip(),
        made_at=uow.now.replace(microsecond=0),
        state=S.GIVEN,
    )
    uow.session.add(made)
    uow.session.flush()
    days = f"{from_on} 至 {until_on}"
    uow.record("give", made, label="委托办理", after=str(S.GIVEN), delegate=chosen.full_name, days=days)
    tell(
        uow,
        chosen,
        "受托代为签署",
        f"{actor.full_name}委托您在 {days} 代其签署（{made.reason}）。待签署的意见在“负责人签署”中，"
        f"本人经办的不能代签（{CLAUSE} 经办人和负责人）。",
    )
    return made


def _days(uow: UnitOfWork, from_on: date | None, until_on: date | None) -> dict[str, str]:
    if from_on is None or until_on is None:
        return {name: "请填写日期。" for name, day in (("from_on", from_on), ("until_on", until_on)) if day is None}
    if from_on < uow.today:
        return {"from_on": f"开始日期不能早于今天（{uow.today}）；委托不追及以前。"}
    if until_on < from_on:
        return {"until_on": f"截止日期不能早于开始日期（{from_on}）；截止当日仍可代签。"}
    most = int(settings.value(uow.session, "delegation_days"))
    if (until_on - from_on).days >= most:
        last = from_on + timedelta(days=most - 1)
        return {
            "until_on": f"一次委托最长{most}天（规则参数“委托办理最长天数”），截止日期最迟为{last}；"
            "外出更久的，到期后再委托一次，长期不在岗的请登记新的负责人。"
        }
    return {}


def _taken(uow: UnitOfWork, chosen: Account, from_on: date, until_on: date) -> dict[str, str]:
    """What stands against these days: one delegation at a time, and none from hand to hand."""
    both = (uow.actor.id, chosen.id)
    touching = select(Delegation).where(
        Delegation.state == S.GIVEN,
        Delegation.from_on <= until_on,
        Delegation.until_on >= from_on,
        or_(Delegation.principal_id.in_(both), Delegation.delegate_id == uow.actor.id),
    )
    for other in uow.session.scalars(touching.order_by(Delegation.id)):
        days = f"{other.from_on} 至 {other.until_on}"
        if other.principal_id == uow.actor.id:
            return {"from_on": f"您在 {days} 已委托{other.delegate_name}；请先终止该委托，或改用其他日期。"}
        if other.principal_id == chosen.id:
            return {"delegate": f"{other.principal_name}在 {days} 自己委托了{other.delegate_name}；请选择其他同事。"}
        return {"from_on": f"您在 {days} 受{other.principal_name}委托，不能再转给他人；请先终止该委托。"}
    return {}


@DELEGATION.performs("end")
def end(uow: UnitOfWork, delegation: Delegation, *, reason: str = "") -> None:
    """It counts no longer from this moment; what was signed stays."""
    DELEGATION.advance(uow, delegation, "end", opinion=reason.strip() or None)
    delegation.ended_at, delegation.ended_by = uow.now.replace(microsecond=0), uow.actor.full_name
    delegation.end_reason = reason.strip()
    other = delegation.delegate if uow.actor.id == delegation.principal_id else delegation.principal
    why = f"：{delegation.end_reason}" if delegation.end_reason else ""
    tell(uow, other, "委托已终止", f"{uow.actor.full_name}终止了{delegation!r}签署的委托{why}。")
