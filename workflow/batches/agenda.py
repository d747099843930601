"""What a batch means for the calendar of one role: its own deadlines, and nothing of other desks (118号 二–六)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from models.batches.batch import Batch
from models.paths.path import NodeState, PathNode
from models.review.plan import Plan, PlanState
from models.review.session import ReviewSession
from workflow.base import policy, settings
from workflow.base import roles as r
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.batches.batch_dates import bound_by_province
from workflow.committees.competence import lead_days
from workflow.office import working_days


@dataclass(frozen=True)
class Engagement:
    """A day, or a span of days, with what is due."""

    key: str  #: unique within the batch and stable, so that a calendar recognises a changed date
    title: str
    day: date
    text: str = ""
    last: date | None = None  #: last day of a span


def agenda(uow: UnitOfWork, batch: Batch) -> list[Engagement]:
    """The engagements of the acting account with that batch, by day; never empty, since declaring concerns
    everybody."""
    actor = uow.actor
    found = [Engagement("declaring", "职称申报", batch.opens_on, "申报人填报并提交（附件1 二）", batch.closes_on)]
    if actor.plays(r.APPLICANT, *r.RECOMMENDERS):
        found += _of_applicants(batch)
    if actor.plays(*r.RECOMMENDERS):
        found += _of_units(uow, batch)
    if actor.plays(*r.AUDITORS, *r.HRSS, r.SUPERVISOR, r.LEADER):
        found += [*_of_applicants(batch), *_of_audits(uow, batch)]
    if actor.plays(r.COMMITTEE_OFFICE, *r.HRSS, r.SUPERVISOR, r.LEADER):
        found += [*_of_audits(uow, batch), *_of_review(uow, batch), *_of_plans(uow, batch)]
    if actor.plays(r.EXPERT):
        found += _of_sessions(uow, batch)
    return sorted({e.key: e for e in found}.values(), key=lambda e: (e.day, e.key))


def _of_applicants(batch: Batch) -> list[Engagement]:
    found = [
        Engagement("closes", "申报截止", batch.closes_on, "当日仍可提交，次日起不能提交"),
        Engagement("correction", "补正截止", batch.correction_on, "退回的材料应在此前补正并重新提交（118号 四(三)）"),
        Engagement(
            "evidence",
            "材料有效截止日（含）",
            batch.evidence_on,
            "此后取得的学历、奖项、专利、论著等不再计入（118号 二(三)）",
        ),
    ]
    if batch.payment_on:
        found.append(Engagement("payment", "缴费截止", batch.payment_on, "118号 八(六)"))
    return found


def _of_units(uow: UnitOfWork, batch: Batch) -> list[Engagement]:
    days = settings.value(uow.session, "publicity_days")
    found = _of_audits(uow, batch)
    if batch.office is None or batch.office.publicity_required:
        try:
            posted = working_days.subtract(uow.session, batch.audit_on, days + 1)
        except Refused:
            return found
        found.append(
            Engagement(
                "unit_publicity", "最迟单位公示", posted, f"公示不少于 {days} 个工作日，期满后才能上报（118号 四(二)2）"
            )
        )
    return found


def _of_audits(uow: UnitOfWork, batch: Batch) -> list[Engagement]:
    """The end of the audits, the days for paper, and the inner deadline of one's own place on the path."""
    found = [Engagement("audit", "线上审核截止", batch.audit_on, "逐级审核并提交（118号 二(一)）")]
    if batch.paper_from:
        found.append(
            Engagement("paper", "纸质材料报送", batch.paper_from, "118号 二(二)", batch.paper_to or batch.paper_from)
        )
    if uow.actor.organisation_id and batch.committee_id:
        own = select(PathNode).where(
            PathNode.organisation_id == uow.actor.organisation_id,
            PathNode.committee_id == batch.committee_id,
            PathNode.state == NodeState.CONFIRMED,
            PathNode.inner_deadline.is_not(None),
        )
        found += [
            Engagement(
                f"inner-{node.id}", "本级审核截止", node.inner_deadline, "上级要求的内部审核期限（118号 二(一)）"
            )
            for node in uow.session.scalars(own)
            if node.inner_deadline and node.inner_deadline.year == batch.year
        ]
    return found


def _of_review(uow: UnitOfWork, batch: Batch) -> list[Engagement]:
    if batch.committee is None or batch.vote_on is None:
        return []
    after, within = (
        settings.value(uow.session, "filing_after_vote"),
        settings.value(uow.session, "result_publicity_within"),
    )
    usual = "" if bound_by_province(batch) else "按报备的评审方案（118号 二(五)）"
    found = [Engagement("vote", "最迟投票日", batch.vote_on, usual or "118号 二(四)")]
    try:
        lead = lead_days(uow.session, batch.committee)
        files = working_days.subtract(uow.session, batch.vote_on, lead)
        found += [
            Engagement(
                "file_plan", "最迟呈报评审方案", files, f"开评前 {lead} 个工作日报备，最迟于投票日开评（118号 五(一)）"
            ),
            Engagement("publish", "最迟公示结果", working_days.add(uow.session, batch.vote_on, within), "118号 六(一)"),
            Engagement("filing", "最迟备案时间", working_days.add(uow.session, batch.vote_on, after), "118号 二(四)"),
        ]
    except Refused:
        pass  # the calendar of the year is not set: the dates that need no counting stand
    return found


def _of_plans(uow: UnitOfWork, batch: Batch) -> list[Engagement]:
    """The plans of the batch that the account may see: last day to file, draw, opening."""
    visible = (
        policy.visible(uow.actor, Plan)
        .where(Plan.batch_id == batch.id, Plan.state.not_in((PlanState.REJECTED, PlanState.CANCELLED)))
        .order_by(Plan.id)
    )
    draw = timedelta(days=settings.value(uow.session, "draw_lead_days"))
    found: list[Engagement] = []
    for plan in uow.session.scalars(visible):
        found.append(
            Engagement(
                f"plan-{plan.id}-draw", f"抽取评委：{plan.name}", plan.opens_on - draw, "开评前 1 天（118号 五(二)）"
            )
        )
        found.append(Engagement(f"plan-{plan.id}-opens", f"开评：{plan.name}", plan.opens_on, "118号 五"))
    return found


def _of_sessions(uow: UnitOfWork, batch: Batch) -> list[Engagement]:
    """The sessions the expert sits in, by their day alone: neither names nor places leave the system (令40号
    第二十三条)."""
    mine = (
        policy.visible(uow.actor, ReviewSession)
        .join(Plan, ReviewSession.plan_id == Plan.id)
        .where(Plan.batch_id == batch.id)
    )
    days = uow.session.execute(mine.with_only_columns(ReviewSession.id, Plan.opens_on)).all()
    found = [Engagement(f"session-{key}", "评审会议报到", day, "请按通知的时间地点报到") for key, day in days]
    if batch.vote_on and found:
        found.append(Engagement("vote", "最迟投票日", batch.vote_on, "118号 二(四)"))
    return found
