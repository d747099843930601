"""How what waits on a desk reads on the workbench: one row per kind of list, in the order in which it is due.

The rows are those of the desk that the list itself asks for as 待我办理 (`Declared.to_do`), under the same policy; here
stands only what a row says, by when it is due and where it is done. Declarations have their own table (`workbench`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.accounts.registration import Registration
from models.awards.appeal import Appeal, AppealState
from models.awards.certificate import Certificate
from models.awards.filing import Filing
from models.awards.publicity import Objection, ObjectionState, Publicity
from models.base import Labelled
from models.batches.batch import Batch, BatchState
from models.committees.catalogue import TitleLevel
from models.committees.committee import Committee, CommitteeState
from models.committees.expert import Expert
from models.declarations.declaration import Declaration
from models.declarations.quota import Quota
from models.declarations.signing import Signing, SigningVerb
from models.jobs.job import Job, JobState
from models.paths.path import PathKind, PathNode
from models.register.blacklist import BlacklistEntry, BlacklistKind
from models.register.organisation import NodeKind
from models.review.ballot import Poll, PollState
from models.review.plan import Plan, PlanState
from models.review.session import ReviewSession, SessionState
from workflow.awards import appeal
from workflow.base import settings
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees.competence import lead_days
from workflow.declarations import desk
from workflow.office import working_days
from workflow.review import review_desk

Dates = Mapping[int, date | None]
Due = Callable[[UnitOfWork, Sequence[Any]], Dates]


def _never(uow: UnitOfWork, rows: Sequence[Any]) -> Dates:
    return {}


@dataclass(frozen=True)
class Kind:
    """One kind of row: whose desk it lies on, what it is called, what is said of it, and the one thing to do."""

    model: Any
    desk: desk.Desk
    verb: str
    name: Callable[[Any], str]
    about: Callable[[Any], str]
    order: Any  #: what is due first stands first
    also: tuple[Any, ...] = ()  #: loaded with the rows, in a fixed number of queries
    due: Due = _never  #: the last day of each row, for all rows at once
    adds: bool = False  #: done on the form of a new record (评审结果公示), not on a page of the row


def _word(kind: type[Labelled], value: str | None) -> str:
    return kind(value).label if value else "—"


def _day(of: Callable[[Any], date | None]) -> Due:
    """A day that stands on the row itself."""
    return lambda uow, rows: {row.id: of(row) for row in rows}


def _counted(uow: UnitOfWork, day: date | None, days: int) -> date | None:
    """So many working days after (or before) a day; none where the calendar of that year is not set."""
    if day is None:
        return None
    try:
        return (working_days.add if days > 0 else working_days.subtract)(uow.session, day, abs(days))
    except Refused:
        return None


def _after_vote(setting: str, plan_of: Callable[[Any], int]) -> Due:
    """Working days after the vote of the plan's session (118号 六)."""

    def due(uow: UnitOfWork, rows: Sequence[Any]) -> Dates:
        plans = [plan_of(row) for row in rows]
        query = select(ReviewSession.plan_id, ReviewSession.voted_on).where(ReviewSession.plan_id.in_(plans))
        voted = dict(uow.session.execute(query).tuples().all())
        days = int(settings.value(uow.session, setting))
        return {row.id: _counted(uow, voted.get(plan_of(row)), days) for row in rows}

    return due


def _file_by(uow: UnitOfWork, rows: Sequence[Plan]) -> Dates:
    """呈报: so many working days before the opening (118号 五(一))."""
    return {plan.id: _counted(uow, plan.opens_on, -lead_days(uow.session, plan.committee)) for plan in rows}


def _answer_by(uow: UnitOfWork, rows: Sequence[Objection]) -> Dates:
    """答复 of an objection (118号 五(四))."""
    days = int(settings.value(uow.session, "complaint_days"))
    return {row.id: _counted(uow, row.registered_at.date(), days) for row in rows}


def _appeal_by(uow: UnitOfWork, rows: Sequence[Appeal]) -> Dates:
    """答复 of a 复查 (令40号 第二十六条), as of every complaint."""
    return {row.id: appeal.answer_by(uow.session, row) for row in rows}


def _quota_by(uow: UnitOfWork, rows: Sequence[Quota]) -> Dates:
    """年度评审职数审核截止 of the year asked for (118号 三(二)1)."""
    return {row.id: settings.day_of(uow.session, "quota_audit_by", row.year) for row in rows}


def _eve(plan: Plan) -> date:
    """抽取评委: the day before the opening (118号 五(二))."""
    return plan.opens_on - timedelta(days=1)


def _last_vote(review: ReviewSession) -> date | None:
    return review.plan.batch.vote_on


def _plans(rows: desk.Desk, verb: str, due: Due) -> Kind:
    also = (joinedload(Plan.committee),)
    return Kind(
        Plan,
        rows,
        verb,
        lambda p: p.name,
        lambda p: f"{p.committee.name}，{_word(PlanState, p.state)}，{p.opens_on} 开评",
        Plan.opens_on,
        also,
        due,
    )


def _sessions(rows: desk.Desk, verb: str, due: Due) -> Kind:
    also = (joinedload(ReviewSession.plan).joinedload(Plan.batch),)
    return Kind(
        ReviewSession,
        rows,
        verb,
        lambda s: s.name,
        lambda s: f"当前环节：{_word(SessionState, s.state)}",
        ReviewSession.id,
        also,
        due,
    )


def _filings(rows: desk.Desk, verb: str) -> Kind:
    return Kind(
        Filing,
        rows,
        verb,
        lambda f: f.plan.name,
        lambda f: f"{f.application_number}，{f.people} 人，{f.applied_on} 申请",
        Filing.applied_on,
        (joinedload(Filing.plan),),
        _after_vote("filing_within", lambda f: f.plan_id),
    )


def _standing(committee: Committee) -> str:
    if committee.state == CommitteeState.APPLIED:
        return "已申请，待核准备案"
    return f"有效期至 {committee.valid_to}，期满须重新核准备案（令40号 第八条）"


def _reported(certificate: Certificate) -> str:
    return f"{certificate.number}，{certificate.report_error or certificate.title_name}"


#: By the screen of the list. A list with a badge in the menu has a row here, an own table or an own card (tested).
KINDS: dict[str, Kind] = {
    "UnitPublicityScreen": Kind(
        Publicity,
        desk.posting_desk,
        "登记公示结果",
        lambda p: p.title,
        lambda p: f"公示 {p.starts_on} 至 {p.ends_on}，已期满",
        Publicity.ends_on,
    ),
    "ObjectionScreen": Kind(
        Objection,
        desk.objection_desk,
        "核查答复",
        lambda o: o.declaration.applicant_name,
        lambda o: f"{o.registered_at:%Y-%m-%d} 登记，{_word(ObjectionState, o.state)}",
        Objection.registered_at,
        (joinedload(Objection.declaration),),
        _answer_by,
    ),
    "AppealScreen": Kind(
        Appeal,
        desk.appeal_desk,
        "核查答复",
        lambda a: a.declaration.applicant_name,
        lambda a: f"{a.applied_at:%Y-%m-%d} 申请复查，{_word(AppealState, a.state)}",
        Appeal.applied_at,
        (joinedload(Appeal.declaration),),
        _appeal_by,
    ),
    "PlanScreen": _plans(review_desk.plans_to_file, "去呈报", _file_by),
    "DrawPlanScreen": _plans(review_desk.plans_to_draw, "去抽取", _day(_eve)),
    "PlanAuditScreen": _plans(review_desk.normal_plans, "审核", _day(_eve)),
    "SpecialPlanAuditScreen": _plans(review_desk.special_plans, "审核", _day(_eve)),
    "SessionScreen": _sessions(review_desk.sessions_running, "办理本环节", _day(_last_vote)),
    "ResultScreen": _sessions(
        review_desk.results_to_declare, "宣布结果", _after_vote("result_publicity_within", lambda s: s.plan_id)
    ),
    "PollScreen": Kind(
        Poll,
        review_desk.polls_open,
        "办理投票",
        lambda p: p.session.name,
        lambda p: _word(PollState, p.state),
        Poll.id,
        (joinedload(Poll.session),),
    ),
    "ResultPublicityScreen": Kind(
        Plan,
        review_desk.results_to_post,
        "去公示",
        lambda p: p.name,
        lambda p: "结果已宣布，尚未公示",
        Plan.opens_on,
        (),
        _after_vote("result_publicity_within", lambda p: p.id),
        adds=True,
    ),
    "FilingScreen": _filings(review_desk.filings_returned, "修改后重新备案"),
    "FilingAuditScreen": _filings(desk.filing_desk, "审核备案"),
    "ExpertScreen": Kind(
        Expert,
        review_desk.experts_to_admit,
        "审核入库",
        lambda e: e.code,
        lambda e: f"{e.series.name}，{_word(TitleLevel, e.level)}",
        Expert.code,
        (joinedload(Expert.series),),
    ),
    "BatchScreen": Kind(
        Batch,
        review_desk.batches_to_publish,
        "核对并提交",
        lambda b: b.name,
        lambda b: f"{_word(BatchState, b.state)}，{b.opens_on} 开始申报",
        Batch.opens_on,
        (),
        _day(lambda b: b.opens_on),
    ),
    "PathConfirmScreen": Kind(
        PathNode,
        desk.confirm_desk,
        "确认层级",
        lambda n: _word(PathKind, n.kind),
        lambda n: f"{n.organisation.name}，{_word(NodeKind, n.node_kind)}",
        PathNode.proposed_at,
    ),
    "RegistrationScreen": Kind(
        Registration,
        desk.registration_desk,
        "核验",
        lambda g: g.name,
        lambda g: f"{_word(NodeKind, g.kind)}，{g.submitted_at:%Y-%m-%d} 注册",
        Registration.submitted_at,
    ),
    "QuotaAuditScreen": Kind(
        Quota,
        desk.quota_desk,
        "审核职数",
        lambda q: q.unit.name,
        lambda q: f"{q.year} 年度，{_word(TitleLevel, q.level)}，申报 {q.requested} 个",
        Quota.year,
        (joinedload(Quota.unit),),
        _quota_by,
    ),
    "SigningScreen": Kind(
        Signing,
        desk.signing_desk,
        "签署",
        lambda s: s.declaration.applicant_name,
        lambda s: f"{_word(SigningVerb, s.verb)}，{s.handler_name} {s.sent_at:%m-%d} 送签",
        Signing.sent_at,
        (joinedload(Signing.declaration),),
        _day(lambda s: s.declaration.due_on),
    ),
    "CommitteeScreen": Kind(
        Committee,
        desk.committee_desk,
        "核准备案",
        lambda c: c.name,
        _standing,
        Committee.valid_to,
        (),
        _day(lambda c: c.valid_to if c.state != CommitteeState.APPLIED else None),
    ),
    "JobScreen": Kind(
        Job,
        desk.job_desk,
        "查看进度",
        lambda j: j.title,
        lambda j: j.sentence or _word(JobState, j.state),
        Job.id,
    ),
    "BlacklistScreen": Kind(
        BlacklistEntry,
        desk.blacklist_desk,
        "决定",
        lambda b: b.person.name,
        lambda b: _word(BlacklistKind, b.kind),
        BlacklistEntry.starts_on,
        (joinedload(BlacklistEntry.person),),
    ),
    "CertificateIssueScreen": Kind(
        Declaration,
        desk.issue_desk,
        "发放证书",
        lambda d: d.applicant_name,
        lambda d: f"{d.title.name}，{d.unit.name}，备案文号 {d.filing_number or '—'}",
        Declaration.filed_on,
        (joinedload(Declaration.title), joinedload(Declaration.unit)),
    ),
    "CertificateReportScreen": Kind(
        Certificate, desk.report_desk, "上报", lambda c: c.holder_name, _reported, Certificate.id
    ),
}
