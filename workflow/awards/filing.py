"""Filing of results (评审结果备案, 附件2 1.2.7, 附件3 1.15): who is fit to be filed, applied for, and filed.

A filing takes everybody of the plan whose result publicity is over and who has no objection on publicity or quota;
the others are filed later, after investigation (118号 六(二)). 备案时间 is the latest of the vote day plus five
working days, the end of publicity and the end of an objection, and should not cross the year (118号 二(四)).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session, joinedload

from models.awards.filing import Filing
from models.awards.filing import FilingState as S
from models.awards.publicity import Objection, Publicity, PublicityItem, PublicityKind, PublicityState
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.declarations.quota import Quota
from models.declarations.standing import POSTED
from models.review.plan import Plan, PlanState
from models.review.session import ReviewSession
from workflow.base import roles, settings
from workflow.base.abilities import verb
from workflow.base.errors import NotYou, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import outcome
from workflow.declarations.objected import BLOCKING, proven
from workflow.office import working_days
from workflow.register import blacklist

APPLY = verb("filing.apply", "申请备案", "评审结果备案", roles.COMMITTEE_OFFICE)

_REVIEWED = (PlanState.OPENED, PlanState.REVIEWED, PlanState.ARCHIVED)


@dataclass(frozen=True)
class Candidate:
    """A person of the plan who waits for filing, and why he cannot be filed now (None: he can)."""

    declaration: Declaration
    refusal: str | None
    disputed: bool = False  #: for an objection to it: the application says what becomes of him


# -- Who can be filed -----------------------------------------------------------------------------


def candidates(uow: UnitOfWork, plan: Plan, *, within: Filing | None = None) -> list[Candidate]:
    """Everybody of the plan in result publicity or objection check, each with the sentence against filing.

    With `within` the people of that filing, to be examined again before it is approved. A fixed number of
    queries, however many people.
    """
    chosen = Declaration.filing_id == within.id if within else Declaration.state.in_(POSTED)
    people = uow.session.scalars(
        select(Declaration)
        .where(Declaration.plan_id == plan.id, chosen)
        .options(joinedload(Declaration.unit), joinedload(Declaration.person))
        .order_by(Declaration.votes_yes.desc(), Declaration.score.desc(), Declaration.id)
    ).all()
    disputes = _disputes(uow, people)
    against = _against(uow, people, disputes)
    return [Candidate(d, against.get(d.id), d.id in disputes) for d in sorted(people, key=lambda d: d.id)]


def _disputes(uow: UnitOfWork, people: Sequence[Declaration]) -> dict[int, str]:
    """Declaration id → what an objection to it bars: an open one until it is settled, a proven one for good."""
    found = select(Objection.declaration_id, Objection.upheld).where(
        Objection.declaration_id.in_([d.id for d in people]), BLOCKING
    )
    upheld = {key: bool(so) for key, so in uow.session.execute(found.order_by(Objection.upheld.is_(True)))}
    return {
        d.id: proven(d.state) if upheld.get(d.id) else _OBJECTED
        for d in people
        if d.id in upheld or d.state == D.OBJECTED
    }


def _against(uow: UnitOfWork, people: Sequence[Declaration], disputes: dict[int, str]) -> dict[int, str]:
    """Declaration id → the first sentence that speaks against filing it; the better results come first."""
    ids = [d.id for d in people]
    unit_ends = _last_days(uow.session, ids, PublicityKind.UNIT)
    result_ends = _last_days(uow.session, ids, PublicityKind.RESULT)
    blocked = blacklist.blocked_people(uow.session, [d.person_id for d in people], uow.today)
    quotas = {
        q.id: q
        for q in uow.session.scalars(select(Quota).where(Quota.id.in_({d.quota_id for d in people if d.quota_id})))
    }
    taken: Counter[int] = Counter()
    against: dict[int, str] = {}
    for d in people:
        sentence = (
            _publicity(uow, unit_ends.get(d.id), result_ends.get(d.id))
            or disputes.get(d.id)
            or (blacklist.sentence(blocked[d.person_id], d.applicant_name) if d.person_id in blocked else None)
            or _quota(d, quotas.get(d.quota_id or 0), taken)
        )
        if sentence:
            against[d.id] = sentence
        elif d.quota_id:
            taken[d.quota_id] += 1
    return against


_OBJECTED = "有异议尚未办结，须调查核实、处理结束后再另行备案（118号 六(二)）；请先完成异议核查。"


def _publicity(uow: UnitOfWork, unit_ends: date | None, result_ends: date | None) -> str | None:
    if unit_ends is None or uow.today <= unit_ends:
        return "没有已满期的单位公示记录：未经审核和公示的，已评审通过的不予备案（118号 四(二)3）；请核实单位公示。"
    if result_ends is None:
        return "评审结果尚未公示，不能申请备案（118号 六(一)）；请先办理“评审结果公示”。"
    if uow.today <= result_ends:
        return f"评审结果公示到{result_ends}结束，公示期未满，不能申请备案（118号 六(一)）；请于期满后办理。"
    return None


def _quota(declaration: Declaration, quota: Quota | None, taken: Counter[int]) -> str | None:
    if not declaration.needs_quota:
        return None
    if quota is None:
        return (
            f"{declaration.unit.name}没有为其登记评审职数，事业单位人员不得超职数备案（118号 五(三)、六(二)）；"
            "请核实职数。"
        )
    if quota.used + taken[quota.id] < quota.approved:
        return None
    return (
        f"{declaration.unit.name}核准职数 {quota.approved} 个，已核销 {quota.used} 个，本次已占 {taken[quota.id]} 个，"
        "没有余额（118号 五(三)双控）；职数有异议的另行备案。"
    )


def _last_days(session: Session, ids: list[int], kind: str) -> dict[int, date]:
    """The last day of the newest posting of that kind of each declaration."""
    rows = session.execute(
        select(PublicityItem.declaration_id, Publicity.ends_on)
        .join(Publicity)
        .where(PublicityItem.declaration_id.in_(ids), Publicity.kind == kind, Publicity.state != PublicityState.VOID)
        .order_by(Publicity.id)
    )
    return dict(rows.tuples().all())


# -- Dates ----------------------------------------------------------------------------------------


def vote_day(session: Session, plan: Plan) -> date | None:
    """The day of the vote (投票表决日) of the plan's session."""
    return session.scalar(select(ReviewSession.voted_on).where(ReviewSession.plan_id == plan.id))


@dataclass(frozen=True)
class Usual:
    """The day of filing by rule, and what makes it that day."""

    day: date
    why: str


def usual_day(session: Session, plan: Plan, filing: Filing | None = None) -> Usual | None:
    """备案时间: five working days after the vote, or the end of publicity or of an objection where that is later.

    Of a filing only its own people count; of a plan all who are publicised (118号 二(四)、六(二)).
    """
    voted = vote_day(session, plan)
    if voted is None:
        return None
    days = settings.value(session, "filing_after_vote")
    reasons = [Usual(working_days.add(session, voted, days), f"投票表决日 {voted} 加 {days} 个工作日")]
    people = select(Declaration.id).where(
        Declaration.plan_id == plan.id, Declaration.filing_id == filing.id if filing else true()
    )
    posted = (
        select(func.max(Publicity.ends_on))
        .join(PublicityItem, PublicityItem.publicity_id == Publicity.id)
        .where(
            Publicity.kind == PublicityKind.RESULT,
            Publicity.state != PublicityState.VOID,
            PublicityItem.declaration_id.in_(people),
        )
    )
    if ends := session.scalar(posted):
        reasons.append(Usual(ends, "结果公示期满"))
    settled = select(func.max(Objection.concluded_on)).where(
        Objection.declaration_id.in_(people), Objection.concluded_on >= voted
    )
    if concluded := session.scalar(settled):
        reasons.append(Usual(concluded, "异议核查办结"))
    return max(reasons, key=lambda usual: usual.day)


def default_date(session: Session, plan: Plan, filing: Filing | None = None) -> date | None:
    """The day of filing by rule (118号 二(四))."""
    usual = usual_day(session, plan, filing)
    return usual.day if usual else None


def due_on(session: Session, plan: Plan) -> date | None:
    """The day by which the results are to be filed: 15 working days after the vote (118号 六(二))."""
    voted = vote_day(session, plan)
    return working_days.add(session, voted, settings.value(session, "filing_within")) if voted else None


# -- Guards and the table -------------------------------------------------------------------------


def my_filing(uow: UnitOfWork, filing: Filing) -> str | None:
    """Only the office of the committee whose plan it is."""
    if filing.plan.committee_id == uow.actor.committee_id:
        return None
    return "只能办理本评委会的备案（附件2 1.2.7）；请由对应评委会的办事机构办理。"


def _default(uow: UnitOfWork, filing: Filing) -> date | None:
    return default_date(uow.session, filing.plan, filing)


_OPINION = Ask("opinion", "审核意见", "area")
_NUMBER = Ask("application_number", "备案申请文号", max_length=60)
_SUMMARY = Ask("summary", "评审总结", "area", max_length=10_000)
_OBJECTIONS = Ask(
    "objected",
    "有异议人员说明",
    "area",
    required=False,
    max_length=4000,
    hint="有异议尚未办结的人员，处理结束后另行备案（118号 六(二)）",
)

_LATE = Ask(
    "late_reason",
    "逾期说明",
    "area",
    required=False,
    max_length=500,
    hint="评审工作结束 15 个工作日后申请备案的必填（118号 六(二)），并入评审总结",
)

# fmt: off
FILING = Flow("评审结果备案", S, [
    #     verb         label      from           to           by                      only if
    Step("approve",   "审核通过", {S.SUBMITTED}, S.APPROVED,  roles.HRSS_AUDIT,       (),
         [Ask("document", "备案文号", max_length=60), Ask("filed_on", "备案时间", "date", default=_default, hint="默认为投票表决日加 5 个工作日、结果公示期满、异议核查办结三者中最迟的一天（118号 二(四)、六(二)）"),
          Ask("date_reason", "备案时间说明", "area", required=False, max_length=500, hint="与默认时间不同或跨年度时必填"),
          Ask("opinion", "审核意见", "area", required=False)],
         clause="附件3 1.15", tone="primary", confirm="备案后取得时间确定、职数核销，确定通过吗？"),
    Step("send_back", "退回",     {S.SUBMITTED}, S.RETURNED,  roles.HRSS_AUDIT,       (),          [_OPINION], clause="附件3 1.15"),
    Step("resubmit",  "重新申请", {S.RETURNED},  S.SUBMITTED, roles.COMMITTEE_OFFICE, [my_filing], [_NUMBER, _SUMMARY, _OBJECTIONS, _LATE],
         clause="附件2 1.2.7", tone="primary"),
])
# fmt: on


def apply(
    uow: UnitOfWork,
    plan: Plan,
    *,
    application_number: str,
    summary: str,
    objected: str = "",
    late_reason: str = "",
    declarations: Iterable[Declaration] | None = None,
) -> Filing:
    """Apply for the filing of the plan's results (附件2 1.2.7 备案).

    Without `declarations` everybody fit is taken and the others wait; with them each must be fit. Refused:
    another committee's plan, a plan not yet reviewed, nobody fit (with the reasons), a blacklisted person by name,
    open objections without a statement on them, an application after its fifteen working days without the reason.
    """
    uow.lead(APPLY, "只有该评委会的办事机构可以申请备案（附件2 1.2.7）。")
    if uow.actor.committee_id != plan.committee_id:
        raise NotYou("只有该评委会的办事机构可以申请备案（附件2 1.2.7）。")
    if plan.state not in _REVIEWED:
        raise Refused(f"评审方案“{plan.name}”{PlanState(plan.state).label}，评审未结束，不能申请备案（118号 六(二)）。")
    wrong = {}
    if not application_number.strip():
        wrong["application_number"] = "请填写备案申请文号。"
    if not summary.strip():
        wrong["summary"] = "请填写评审总结。"
    if _overdue(uow, plan) and not late_reason.strip():
        wrong["late_reason"] = (
            f"应于 {due_on(uow.session, plan)} 前申请备案，现已逾期（118号 六(二)）；请写明逾期原因。"
        )
    if wrong:
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)
    filing = Filing(
        plan=plan,
        application_number=application_number.strip(),
        summary=_with_reason(summary, late_reason),
        objected=objected.strip(),
        applied_on=uow.today,
        state=S.SUBMITTED,
    )
    chosen, left = _choose(uow, plan, objected, None if declarations is None else list(declarations))
    uow.session.add(filing)
    uow.session.flush()
    uow.record(
        "apply",
        filing,
        label="申请备案",
        people=len(chosen),
        left=len(left),
        overdue=_overdue(uow, plan),
        opinion=late_reason.strip() or None,
        after=S.SUBMITTED,
    )
    _enter(uow, filing, chosen)
    return filing


def _with_reason(summary: str, late_reason: str) -> str:
    """The summary that the deciding desk reads, with why it comes late."""
    return f"{summary.strip()}（逾期说明：{late_reason.strip()}）" if late_reason.strip() else summary.strip()


def _choose(
    uow: UnitOfWork, plan: Plan, objected: str, wanted: list[Declaration] | None
) -> tuple[list[Declaration], list[Candidate]]:
    everybody = candidates(uow, plan)
    if wanted is not None:
        keys = {d.id for d in wanted}
        if strangers := keys - {c.declaration.id for c in everybody}:
            names = "、".join(d.applicant_name for d in wanted if d.id in strangers)
            raise Refused(f"{names}不在本方案的结果公示人员中，不能备案；请刷新后重新勾选。")
        if refused := [c for c in everybody if c.declaration.id in keys and c.refusal]:
            raise Refused("".join(_named(c) for c in refused[:5]))
    fit = [c.declaration for c in everybody if not c.refusal and (wanted is None or c.declaration.id in keys)]
    left = [c for c in everybody if c.declaration not in fit]
    if not fit:
        reasons = "".join(_named(c) for c in left[:5]) or "没有处于结果公示的人员。"
        raise Refused(f"没有可以备案的人员：{reasons}")
    if (disputed := [c for c in left if c.disputed]) and not objected.strip():
        names = "、".join(c.declaration.applicant_name for c in disputed)
        raise Refused(
            f"{names}有异议尚未办结或经查证属实，请填写有异议人员说明，处理结束后另行备案（118号 六(二)）。",
            field="objected",
        )
    return fit, left


def _named(candidate: Candidate) -> str:
    return f"{candidate.declaration.applicant_name}：{candidate.refusal}"


def _enter(uow: UnitOfWork, filing: Filing, chosen: list[Declaration]) -> None:
    for declaration in chosen:
        outcome.apply_filing(uow, declaration, filing)
    filing.people = len(chosen)
    uow.session.flush()
    uow.session.expire(filing, ["candidates"])


def _overdue(uow: UnitOfWork, plan: Plan) -> bool:
    due = due_on(uow.session, plan)
    return bool(due and uow.today > due)


@FILING.performs("approve")
def approve(
    uow: UnitOfWork, filing: Filing, *, document: str, filed_on: date, date_reason: str = "", opinion: str = ""
) -> None:
    """备案: everybody in the filing obtains the title on the filing day, and the quota is written off.

    Everybody is examined once more; one who is not fit stops the whole filing by name.
    """
    if sentence := _date_refusal(uow, filing, filed_on, date_reason or ""):
        raise Refused(sentence[1], field=sentence[0])
    again = candidates(uow, filing.plan, within=filing)
    if not again:
        raise Refused("备案名单中已无人员（均已终止申报参评），不能备案（118号 六(二)）；请办理退回。")
    if refused := [c for c in again if c.refusal]:
        raise Refused("".join(_named(c) for c in refused[:5]) + "请退回备案，剔除后重新申请。")
    FILING.advance(
        uow,
        filing,
        "approve",
        document=document,
        filed_on=filed_on,
        opinion=opinion or "同意备案",
        people=len(again),
        date_reason=date_reason or "",
    )
    filing.document, filing.filed_on, filing.opinion = document.strip(), filed_on, opinion or "同意备案"
    if date_reason:
        filing.opinion += f"（备案时间说明：{date_reason.strip()}）"
    for candidate in again:
        outcome.file(uow, candidate.declaration, filing.document, filed_on)


def _date_refusal(uow: UnitOfWork, filing: Filing, filed_on: date, reason: str) -> tuple[str, str] | None:
    voted, usual = vote_day(uow.session, filing.plan), usual_day(uow.session, filing.plan, filing)
    if filed_on > uow.today:
        return "filed_on", f"备案时间 {filed_on} 晚于今天（{uow.today}），请更正；到期后再办理备案审核。"
    if voted and filed_on < voted:
        return "filed_on", f"备案时间 {filed_on} 早于投票表决日 {voted}，请更正（118号 二(四)）。"
    if usual and filed_on != usual.day and not reason.strip():
        return (
            "date_reason",
            f"备案时间应为 {usual.day}（{usual.why}，118号 二(四)）；填 {filed_on} 须说明原因。",
        )
    if filed_on.year != filing.plan.year and not reason.strip():
        return "date_reason", f"备案时间 {filed_on} 跨年度，原则上应避免（118号 二(四)）；请说明原因。"
    return None


@FILING.performs("send_back")
def send_back(uow: UnitOfWork, filing: Filing, *, opinion: str) -> None:
    """Return the filing; its people wait in result publicity for the next application."""
    people = _people(uow, filing)
    FILING.advance(uow, filing, "send_back", opinion=opinion, people=len(people))
    filing.opinion = opinion
    for declaration in people:
        outcome.return_filing(uow, declaration)
    uow.session.flush()
    uow.session.expire(filing, ["candidates"])


@FILING.performs("resubmit")
def resubmit(
    uow: UnitOfWork,
    filing: Filing,
    *,
    application_number: str,
    summary: str,
    objected: str = "",
    late_reason: str = "",
) -> None:
    """Apply again with the corrected papers; the people are gathered anew."""
    chosen, left = _choose(uow, filing.plan, objected or "", None)
    FILING.advance(uow, filing, "resubmit", people=len(chosen), left=len(left))
    filing.application_number, filing.objected = application_number, objected or ""
    filing.summary = _with_reason(summary, late_reason or "")
    filing.applied_on = uow.today
    _enter(uow, filing, chosen)


def _people(uow: UnitOfWork, filing: Filing) -> list[Declaration]:
    rows = select(Declaration).where(Declaration.filing_id == filing.id).order_by(Declaration.id)
    return list(uow.session.scalars(rows))
