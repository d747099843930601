"""申请复查 (令40号 第二十六条): the applicant contests a result; who did not decide looks into how it came about.

What can be found is a procedure that was wrong. A case that was ended before its review is then taken up again where
it was ended; a vote stays as it was counted, for nobody who has not passed is voted on again within the year (118号
五(四)): he declares again in the next one, and what went wrong is put right by its office.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.awards.appeal import Appeal, Remedy
from models.awards.appeal import AppealState as S
from models.committees.expert import Expert
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.declarations.opinion import Opinion, OpinionResult
from models.declarations.standing import REFUSED
from models.review.session import Member, ReviewSession
from workflow.accounts.colleague import is_himself, staff
from workflow.base import policy, settings
from workflow.base.abilities import verb
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.notices import tell
from workflow.base.roles import APPLICANT, COMMITTEE_OFFICE, HRSS, HRSS_AUDIT, SUPERVISOR
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import quota
from workflow.declarations.declaration import DECLARATION
from workflow.declarations.objected import no_proven_objection
from workflow.declarations.term import appeal_by, reaches, told_on
from workflow.office import working_days

CLAUSE = "令40号 第二十六条"
APPLY = verb("appeal.apply", "申请复查", "复查", APPLICANT)
DESKS = (COMMITTEE_OFFICE, HRSS_AUDIT)
#: An application that stands: no second one against the same result.
STANDING = tuple(state for state in S if state != S.WITHDRAWN)
#: Where a case goes on that was ended there; from elsewhere (a posting, a vote) nothing leads back within the year.
RESUMED: dict[str, D] = {
    D.UNDER_AUDIT: D.UNDER_AUDIT,
    D.AT_COMMITTEE: D.AT_COMMITTEE,
    D.RETURNED: D.RETURNED,
    D.QUALIFIED: D.QUALIFIED,
    D.PLANNED: D.QUALIFIED,
}
policy.NOUNS[Appeal] = "复查"


# -- whose rows they are ------------------------------------------------------------------------------


@policy.scope(Appeal, "own", "本人的复查申请", APPLICANT)
def own_appeals(actor: Account) -> ColumnElement[bool]:
    """What one has asked for oneself."""
    return Appeal.declaration_id.in_(select(Declaration.id).where(Declaration.person_id == (actor.person_id or 0)))


@policy.scope(Appeal, "committee", "本评委会参评人员的复查申请", COMMITTEE_OFFICE)
def committee_appeals(actor: Account) -> ColumnElement[bool]:
    """Of declarations that have reached the committee, also where the province has taken one up."""
    reached = select(Declaration.id).where(
        Declaration.committee_id == (actor.committee_id or 0), Declaration.reached_committee_at.is_not(None)
    )
    return Appeal.declaration_id.in_(reached)


policy.enter(Appeal, "province", "全省的复查申请", (*HRSS, SUPERVISOR), lambda actor: true())


# -- guards -------------------------------------------------------------------------------------------


def own_appeal(uow: UnitOfWork, appeal: Appeal) -> str | None:
    """Only who applied."""
    if uow.actor.person_id is not None and uow.actor.person_id == appeal.declaration.person_id:
        return None
    return f"只有申请人本人可以办理（{CLAUSE}）；请由申请人登录自己的账号办理。"


def mine_to_handle(uow: UnitOfWork, appeal: Appeal) -> str | None:
    """The office of the committee to which it went; the province any."""
    if uow.actor.plays(HRSS_AUDIT) or (appeal.committee_id and appeal.committee_id == uow.actor.committee_id):
        return None
    return f"该复查由{appeal.office_name or '省人社厅'}办理（{CLAUSE}）；本机构只能查看，请等待其答复。"


def deciders(session: Session, declaration: Declaration) -> set[int]:
    """The accounts that decided what is contested: who signed the ending opinion, who sat in the session."""
    ending = (OpinionResult.STOPPED, OpinionResult.DISQUALIFIED)
    signed = select(Opinion.handler_id, Opinion.head_id).where(
        Opinion.declaration_id == declaration.id, Opinion.result.in_(ending)
    )
    found = {key for pair in session.execute(signed) for key in pair}
    if declaration.plan_id:
        sat = (
            select(Expert.account_id)
            .join(Member, Member.expert_id == Expert.id)
            .join(ReviewSession, ReviewSession.id == Member.session_id)
            .where(ReviewSession.plan_id == declaration.plan_id)
        )
        found |= set(session.scalars(sat))
    return {key for key in found if key is not None}


def _free(uow: UnitOfWork, appeal: Appeal) -> list[Account]:
    decided = deciders(uow.session, appeal.declaration)
    return [a for a in staff(uow) if a.id not in decided and not is_himself(a, appeal.declaration)]


def investigators(uow: UnitOfWork, appeal: Appeal) -> Sequence[tuple[str, str]]:
    """Who of the actor's office may look into it: nobody who decided, nor the applicant."""
    return [(str(a.id), f"{a.full_name}（{a.username}）") for a in _free(uow, appeal)]


def somebody_free(uow: UnitOfWork, appeal: Appeal) -> str | None:
    """The office has somebody who did not decide."""
    if _free(uow, appeal):
        return None
    return f"本机构的账号都参与了原决定，不能核查（{CLAUSE}）；请由省厅审核岗受理，或请系统管理员开通其他同事的账号。"


def no_decider(uow: UnitOfWork, appeal: Appeal) -> str | None:
    """Whoever decided does not decide whether he decided rightly."""
    if uow.actor.id not in deciders(uow.session, appeal.declaration):
        return None
    return f"您参与了原决定，不能对复查作出结论（{CLAUSE}）；请由本机构其他人员或省厅审核岗办理。"


_INVESTIGATOR = Ask(
    "investigator", "核查人", "choice", choices=investigators, hint="本机构未参与原决定的人员，姓名记入办理过程"
)
_FINDING = Ask(
    "finding", "核查情况", "area", hint="查阅了哪些材料和记录、向谁了解、程序上是否符合规定", max_length=4000
)


def remedies(uow: UnitOfWork, appeal: Appeal) -> Sequence[tuple[str, str]]:
    """What can follow for this result: back to where it was ended, or nothing within the year."""
    back = _resumes(appeal.declaration)
    found = [(str(Remedy.RESUME), f"恢复办理：回到“{back.label}”")] if back else []
    next_year = "投票结果不变，下一年度另行申报" if appeal.declaration.voted_on else "下一年度另行申报"
    return [*found, (str(Remedy.NEXT_YEAR), next_year)]


# fmt: off
APPEAL = Flow("复查", S, [
    #     verb          label          from                         to               by         only if                          asks
    Step("accept",     "受理",        {S.APPLIED},                  S.INVESTIGATING, DESKS,     [mine_to_handle, somebody_free], [_INVESTIGATOR], CLAUSE, "primary"),
    Step("reassign",   "改派核查人",  {S.INVESTIGATING},            None,            DESKS,     [mine_to_handle, somebody_free], [_INVESTIGATOR], CLAUSE),
    Step("maintain",   "维持原结果",  {S.INVESTIGATING},            S.MAINTAINED,    DESKS,     [mine_to_handle, no_decider],    [_FINDING], CLAUSE),
    Step("find_fault", "程序有误",    {S.INVESTIGATING},            S.FLAWED,        DESKS,     [mine_to_handle, no_decider],
         [_FINDING, Ask("remedy", "后续处理", "choice", choices=remedies, hint="投票表决不因复查改变，当年度不得复评（118号 五(四)）"),
          Ask("measures", "纠正措施", "area", hint="由哪个机构、如何纠正，何时完成")], CLAUSE, "bad", "认定程序有误后按所选方式处理，确定？"),
    Step("reply",      "答复申请人",  {S.MAINTAINED, S.FLAWED},     S.ANSWERED,      DESKS,     [mine_to_handle],                [Ask("answer", "答复内容", "area", max_length=2000, hint="申请人在消息和告知书中看到的原文")], CLAUSE, "primary"),
    Step("supplement", "补充材料",    {S.APPLIED, S.INVESTIGATING}, None,            APPLICANT, [own_appeal],                    [Ask("proof", "证明材料", "file")], CLAUSE),
    Step("take_back",  "撤回申请",    {S.APPLIED, S.INVESTIGATING}, S.WITHDRAWN,     APPLICANT, [own_appeal],                    [], CLAUSE, "bad", "撤回后不再核查；期限内可以重新申请。确定撤回？"),
])
# fmt: on


# -- applying -----------------------------------------------------------------------------------------


def refused_today(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """Why the actor cannot apply against this result now; None when he can."""
    if declaration.person_id != uow.actor.person_id:
        return f"只能就本人的评审结果申请复查（{CLAUSE}）；请由申报人本人的账号办理。"
    if declaration.state not in REFUSED:
        return f"该申报没有未通过或终止的结果，不能申请复查（{CLAUSE}）；请等待结果。"
    if _held(uow.session, declaration) is not None:
        return f"对该结果已经申请过复查（{CLAUSE}）；请在“申请复查”中查看办理情况，可补充材料。"
    day = told_on(uow.session, declaration)
    last = appeal_by(uow.session, day) if day else None
    if last is not None and uow.today > last:
        days = settings.value(uow.session, "appeal_days")
        return (
            f"申请复查须在告知结果后 {days} 个工作日内（{last} 前）提出，现已超过（{CLAUSE}）；"
            "有违纪违规线索的，可向评委会办事机构或纪检监察反映，作为异议、投诉受理。"
        )
    return None


def _held(session: Session, declaration: Declaration) -> Appeal | None:
    """What stands against the result as it is now; a case that was taken up again may end, and be contested, anew."""
    return session.scalar(
        select(Appeal)
        .where(Appeal.declaration_id == declaration.id, Appeal.state.in_(STANDING), Appeal.remedy != str(Remedy.RESUME))
        .order_by(Appeal.id.desc())
        .limit(1)
    )


def offered(uow: UnitOfWork, subject: Any = None) -> Sequence[tuple[str, str]]:
    """The actor's own results against which he can apply now."""
    mine = select(Declaration).where(
        Declaration.person_id == (uow.actor.person_id or 0), Declaration.state.in_(REFUSED)
    )
    found = uow.session.scalars(mine.order_by(Declaration.id.desc()))
    return [(str(d.id), f"{d.number} {d.title.name}（{D(d.state).label}）") for d in found if not refused_today(uow, d)]


def apply(uow: UnitOfWork, *, declaration: str | int, text: str, telephone: str, proof: Any = None) -> Appeal:
    """申请复查: `declaration` is the key of one's own, `proof` (bytes, name) a file.

    Refused: somebody else's; a result that is none; a second application; a term that is over.
    """
    from workflow.storage.files import store

    uow.lead(APPLY)
    found = policy.find(uow.session, uow.actor, Declaration, int(declaration))
    if found is None:
        raise Refused(f"没有找到要复查的申报（{CLAUSE}）；请从列表中选择。", field="declaration")
    if sentence := refused_today(uow, found):
        raise Refused(sentence, field="declaration")
    made = Appeal(
        declaration=found,
        committee_id=found.committee_id if found.reached_committee_at else None,
        contested=found.result_reason,
        text=text.strip(),
        telephone=telephone.strip(),
        applied_at=uow.now.replace(microsecond=0),
        state=S.APPLIED,
    )
    uow.session.add(made)
    uow.session.flush()
    if proof:
        store(uow, proof[0], proof[1], owner=made, purpose="复查证明材料", field="proof")
    uow.record("apply_appeal", made, label="申请复查", after=str(S.APPLIED), declaration=found.number)
    tell(
        uow,
        made.committee or HRSS_AUDIT,
        "收到复查申请",
        f"{found.number} {found.applicant_name}对“{D(found.state).label}”申请复查，请在“复查办理”中受理，"
        f"指定未参与原决定的人员核查（{CLAUSE}）。",
        _link(made),
        due=answer_by(uow.session, made),
    )
    return made


def answer_by(session: Session, appeal: Appeal) -> date | None:
    """The last day for the answer, counted as for every complaint (118号 五(四)); None where no calendar says."""
    try:
        return working_days.add(session, appeal.applied_at.date(), settings.value(session, "complaint_days"))
    except Refused:
        return None


def _link(appeal: Appeal) -> str:
    return f"/open/appeal/{appeal.id}"


# -- what more the verbs do ---------------------------------------------------------------------------


def _named(uow: UnitOfWork, appeal: Appeal, given: str) -> Account:
    chosen = next((a for a in _free(uow, appeal) if str(a.id) == str(given)), None)
    if chosen is None:
        raise Refused(f"核查人须是本机构未参与原决定的在用账号（{CLAUSE}）；请从列表中选择。", field="investigator")
    return chosen


@APPEAL.performs("accept")
def accept(uow: UnitOfWork, appeal: Appeal, *, investigator: str) -> None:
    """受理: the office takes it up, and names who looks into it; the province takes it up in its own name."""
    chosen = _named(uow, appeal, investigator)
    APPEAL.advance(uow, appeal, "accept", investigator=chosen.full_name)
    if uow.actor.committee_id != appeal.committee_id:
        appeal.committee_id = None
    appeal.office_name = appeal.committee.name if appeal.committee_id and appeal.committee else "省人社厅"
    appeal.investigator_id, appeal.investigator = chosen.id, chosen.full_name
    last = answer_by(uow.session, appeal)
    when = f"，将于 {last} 前答复" if last else ""
    tell(
        uow,
        appeal.declaration.person,
        "复查申请已受理",
        f"您对 {appeal.declaration.number} 的复查申请由{appeal.office_name}受理{when}。",
        _link(appeal),
    )


@APPEAL.performs("reassign")
def reassign(uow: UnitOfWork, appeal: Appeal, *, investigator: str) -> None:
    """Somebody else looks into it."""
    chosen = _named(uow, appeal, investigator)
    APPEAL.advance(uow, appeal, "reassign", investigator=chosen.full_name, was=appeal.investigator)
    appeal.investigator_id, appeal.investigator = chosen.id, chosen.full_name


def _conclude(uow: UnitOfWork, appeal: Appeal, finding: str, *, flawed: bool) -> None:
    appeal.finding, appeal.flawed = finding.strip(), flawed
    appeal.decided_by, appeal.concluded_on = uow.actor.full_name, uow.today


@APPEAL.performs("maintain")
def maintain(uow: UnitOfWork, appeal: Appeal, *, finding: str) -> None:
    """The result came about rightly."""
    APPEAL.advance(uow, appeal, "maintain", opinion=finding.strip())
    _conclude(uow, appeal, finding, flawed=False)


@APPEAL.performs("find_fault")
def find_fault(uow: UnitOfWork, appeal: Appeal, *, finding: str, remedy: str, measures: str) -> None:
    """The procedure was wrong: what was ended before its review goes on; a vote stays as counted (118号 五(四))."""
    if remedy not in dict(remedies(uow, appeal)):
        raise Refused("请选择这一结果可以采用的后续处理（118号 五(四) 不得复评）。", field="remedy")
    declaration = appeal.declaration
    if remedy == Remedy.RESUME and (sentence := no_proven_objection(uow, declaration)):
        raise Refused(sentence, field="remedy")
    APPEAL.advance(uow, appeal, "find_fault", opinion=finding.strip(), remedy=Remedy(remedy).label)
    _conclude(uow, appeal, finding, flawed=True)
    appeal.remedy, appeal.measures = remedy, measures.strip()
    if remedy == Remedy.RESUME:
        _resume(uow, declaration, measures)
    for office in (HRSS_AUDIT, SUPERVISOR):
        if not uow.actor.plays(office):
            tell(
                uow,
                office,
                "复查认定程序有误",
                f"{declaration.number}：{appeal.measures}（{Remedy(remedy).label}，{CLAUSE}）。",
                _link(appeal),
            )


def _resumes(declaration: Declaration) -> D | None:
    """Where a case goes on that was ended wrongly; None where the year leads nowhere back."""
    if declaration.state != D.TERMINATED or declaration.voted_on is not None:
        return None
    return RESUMED.get(declaration.came_from or "")


def _resume(uow: UnitOfWork, declaration: Declaration, measures: str) -> None:
    """恢复办理: back on the desk where it was ended, its days begin anew; its place of the 职数 is taken again."""
    back = _resumes(declaration)
    if declaration.needs_quota and (declaration.position >= 1 or (declaration.returned_from or 0) >= 1):
        quota.reserve(uow, declaration)
    DECLARATION.advance(uow, declaration, "reinstate", to=back, opinion=measures.strip())
    declaration.result_reason = ""
    if back == D.QUALIFIED:
        declaration.plan_id = None
    reaches(uow, declaration, declaration.position)
    uow.session.flush()


@APPEAL.performs("reply")
def reply(uow: UnitOfWork, appeal: Appeal, *, answer: str) -> None:
    """答复: by message, and by the letter that the page then offers."""
    APPEAL.advance(uow, appeal, "reply", opinion=answer.strip())
    appeal.answer, appeal.answered_on = answer.strip(), uow.today
    found = "程序有误" if appeal.flawed else "维持原结果"
    tell(
        uow,
        appeal.declaration.person,
        "复查结果",
        f"{appeal.declaration.number}：复查结论为{found}。{appeal.answer}",
        _link(appeal),
    )


@APPEAL.performs("supplement")
def supplement(uow: UnitOfWork, appeal: Appeal, *, proof: Any) -> None:
    """One more file, while it is looked into; who looks into it hears of it."""
    from workflow.storage.files import store

    APPEAL.advance(uow, appeal, "supplement")
    store(uow, proof[0], proof[1], owner=appeal, purpose="复查证明材料", field="proof")
    looking = uow.session.get(Account, appeal.investigator_id) if appeal.investigator_id else None
    if looking is not None:
        tell(uow, looking, "复查申请有补充材料", f"{appeal.declaration.number} 的申请人补充了材料。", _link(appeal))


def of(session: Session, declaration: Declaration) -> Appeal | None:
    """The newest application of a declaration that was not taken back, for its page."""
    return session.scalar(
        select(Appeal)
        .where(Appeal.declaration_id == declaration.id, Appeal.state.in_(STANDING))
        .order_by(Appeal.id.desc())
        .limit(1)
    )
