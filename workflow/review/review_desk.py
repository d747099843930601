"""What lies on the desks of a review: of the committee's office, the province, the expert and the applicant.

As in `workflow.declarations.desk`: each takes the account and the day, and gives the clause for list, badge and
workbench.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from models.accounts.account import Account
from models.awards.filing import Filing, FilingState
from models.batches.batch import Batch, BatchState
from models.committees.expert import Expert, ExpertState
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.declarations.standing import CANDIDATES
from models.review.ballot import Poll, PollKey, PollState, Roll, Trustee
from models.review.draw import Contribution, Draw, DrawState
from models.review.plan import Plan, PlanKind, PlanState, ScoreItem, ScorePhase
from models.review.session import (
    UNDER_WAY,
    InterviewSlot,
    MaterialReview,
    Member,
    ReviewOpinion,
    ReviewSession,
    Score,
)
from models.review.session import SessionState as S
from workflow.accounts.reassign import office_desk
from workflow.base import policy
from workflow.base.roles import APPLICANT, COMMITTEE_OFFICE, EXPERT, HRSS_AUDIT, HRSS_SPECIAL, SUPERVISOR
from workflow.declarations.desk import Clause, Desk

RUNNING = (S.PREPARING, *UNDER_WAY)


def _office(actor: Account, model: type, *clauses: ColumnElement[bool]) -> Clause:
    """Rows the office of a committee may see; nothing for others."""
    return (
        and_(policy.rows(actor, model), *clauses) if actor.plays(COMMITTEE_OFFICE) and actor.committee_id else false()
    )


# -- The committee's office -----------------------------------------------------------------------


@office_desk("评审方案呈报", Plan)
def plans_to_file(actor: Account, today: date) -> Clause:
    """评审方案呈报: drafts and returned plans, and those whose day of drawing went by without a draw (118号 五(二))."""
    missed = and_(Plan.state == PlanState.APPROVED, Plan.opens_on <= today, ~_draw(Draw.state != DrawState.ABORTED))
    return _office(actor, Plan, or_(Plan.state.in_([PlanState.DRAFT, PlanState.RETURNED]), missed))


@office_desk("评审会议", ReviewSession)
def sessions_running(actor: Account, today: date) -> Clause:
    """评审会议: not sealed yet; for the supervisor those that the office asks to call off."""
    running = ReviewSession.state.in_(RUNNING)
    if actor.plays(SUPERVISOR):
        return and_(policy.rows(actor, ReviewSession), running, ReviewSession.call_off_asked_by.is_not(None))
    return _office(actor, ReviewSession, running)


def polls_open(actor: Account, today: date) -> Clause:
    """投票管理: to be opened or counted; for the supervisor those that wait for his signature."""
    mine = select(PollKey.poll_id).where(PollKey.trustee == Trustee.SUPERVISOR)
    if actor.plays(SUPERVISOR):
        turns = or_(
            and_(Poll.state == PollState.READY, Poll.id.not_in(mine)),
            and_(Poll.state == PollState.ENDED, Poll.id.in_(mine.where(PollKey.released.is_(None)))),
            and_(Poll.state.in_([PollState.OPEN, PollState.ENDED]), Poll.void_asked_by.is_not(None)),
        )
        unfinished = Poll.state.in_([PollState.READY, PollState.OPEN, PollState.ENDED])
        return and_(policy.rows(actor, Poll, known=True), unfinished, turns)
    return _office(actor, Poll, Poll.state.in_([PollState.READY, PollState.OPEN, PollState.ENDED]))


def results_to_declare(actor: Account, today: date) -> Clause:
    """评审结果: sealed, and somebody still waits for his result."""
    waiting = select(Declaration.id).where(
        Declaration.plan_id == ReviewSession.plan_id, Declaration.state == D.IN_REVIEW
    )
    undeclared = waiting.correlate(ReviewSession).exists()
    return _office(actor, ReviewSession, ReviewSession.state == S.SEALED, undeclared)


def results_to_post(actor: Account, today: date) -> Clause:
    """评审结果公示: plans with people who passed and are not posted yet."""
    passed = select(Declaration.id).where(Declaration.plan_id == Plan.id, Declaration.state == D.PASSED)
    return _office(actor, Plan, passed.correlate(Plan).exists())


def filings_returned(actor: Account, today: date) -> Clause:
    """评审结果申请备案: returned by the province."""
    return _office(actor, Filing, Filing.state == FilingState.RETURNED)


def batches_to_publish(actor: Account, today: date) -> Clause:
    """年度批次信息提交: drafts."""
    return _office(actor, Batch, Batch.committee_id == actor.committee_id, Batch.state == BatchState.DRAFT)


# -- The province and its witness -----------------------------------------------------------------


def _filed(kind: str, role: str) -> Desk:
    def desk(actor: Account, today: date) -> Clause:
        return and_(Plan.kind == kind, Plan.state == PlanState.FILED) if actor.plays(role) else false()

    return desk


normal_plans = _filed(PlanKind.NORMAL, HRSS_AUDIT)
special_plans = _filed(PlanKind.SPECIAL, HRSS_SPECIAL)


def plans_to_draw(actor: Account, today: date) -> Clause:
    """抽取评委: filed plans on the eve of their opening, and draws in hand, for whom it is the turn (118号 五(二))."""
    if not actor.plays(HRSS_AUDIT, SUPERVISOR):
        return false()
    eve = Plan.opens_on == today + timedelta(days=1)
    turns = [and_(Plan.state == PlanState.APPROVED, eve, ~_draw(Draw.state != DrawState.ABORTED))]
    if actor.plays(HRSS_AUDIT):
        turns.append(and_(eve, _draw(Draw.state.in_([DrawState.FROZEN, DrawState.COMMITTED]))))
        turns.append(and_(Plan.opens_on >= today, _draw(Draw.state == DrawState.DRAWN)))
    if actor.plays(SUPERVISOR):
        spoken = select(Contribution.draw_id).where(Contribution.account_id == actor.id)
        turns.append(and_(eve, _draw(Draw.state == DrawState.COMMITTED, Draw.id.not_in(spoken))))
        unfinished = Draw.state.in_([DrawState.FROZEN, DrawState.COMMITTED, DrawState.DRAWN])
        turns.append(_draw(unfinished, Draw.abort_asked_by.is_not(None), Draw.abort_asked_by != actor.id))
    undrawn = Plan.state.in_([PlanState.APPROVED, PlanState.DRAWN])  # said once more, for the index
    return and_(policy.rows(actor, Plan), undrawn, or_(*turns))


def _draw(*clauses: Clause) -> Clause:
    """The plan has a draw of which that holds."""
    return select(Draw.id).where(Draw.plan_id == Plan.id, *clauses).correlate(Plan).exists()


def experts_to_admit(actor: Account, today: date) -> Clause:
    """评委申报记录: recommended, to be admitted or refused."""
    return Expert.state == ExpertState.APPLIED if actor.plays(HRSS_AUDIT) else false()


# -- The expert -----------------------------------------------------------------------------------


def me(actor: Account) -> Any:
    """The key of the signed-in expert, as a subquery."""
    return select(Expert.id).where(Expert.account_id == actor.id).scalar_subquery()


def my_sessions(actor: Account, today: date) -> Clause:
    """Sessions in which the expert has a seat."""
    if not actor.plays(EXPERT):
        return false()
    seats = select(Member.session_id).where(Member.expert_id == me(actor))
    return and_(policy.rows(actor, ReviewSession), ReviewSession.id.in_(seats))


def to_sign_in(actor: Account, today: date) -> Clause:
    """签到: open for signing in, and the expert has not."""
    absent = select(Member.session_id).where(Member.expert_id == me(actor), Member.signed_in_at.is_(None))
    return and_(
        my_sessions(actor, today), ReviewSession.state.in_([S.CHECK_IN, S.TRAINING]), ReviewSession.id.in_(absent)
    )


def my_candidates(actor: Account, today: date) -> Clause:
    """Whom the expert may judge."""
    plans = select(ReviewSession.plan_id).where(my_sessions(actor, today))
    return and_(policy.rows(actor, Declaration), Declaration.plan_id.in_(plans))


def written(actor: Account, model: Any, phase: str | None = None) -> Clause:
    """The expert has written that on the declaration: a review, an opinion, points of a phase."""
    rows = select(model.id).where(model.declaration_id == Declaration.id, model.expert_id == me(actor))
    if phase is not None:
        rows = rows.where(model.item_id.in_(select(ScoreItem.id).where(ScoreItem.phase == phase)))
    return rows.correlate(Declaration).exists()


def _unwritten(stage: S, model: Any, phase: str | None = None) -> Desk:
    def desk(actor: Account, today: date) -> Clause:
        now = select(ReviewSession.plan_id).where(ReviewSession.state == stage)
        return and_(my_candidates(actor, today), Declaration.plan_id.in_(now), ~written(actor, model, phase))

    return desk


to_review = _unwritten(S.MATERIAL_REVIEW, MaterialReview)
to_score_material = _unwritten(S.MATERIAL_SCORING, Score, ScorePhase.MATERIAL)
to_score_interview = _unwritten(S.INTERVIEW, Score, ScorePhase.INTERVIEW)
to_comment = _unwritten(S.DISCUSSION, ReviewOpinion)


def my_polls(actor: Account, today: date) -> Clause:
    """Polls of the expert's sessions."""
    return Poll.session_id.in_(select(ReviewSession.id).where(my_sessions(actor, today)))


def to_vote(actor: Account, today: date) -> Clause:
    """投票: open, and the expert stands on the roll without having voted."""
    mine = select(Roll.poll_id).where(Roll.expert_id == me(actor), Roll.voted.is_(False))
    return and_(my_polls(actor, today), Poll.state == PollState.OPEN, Poll.id.in_(mine))


# -- The applicant --------------------------------------------------------------------------------


def my_letters(actor: Account, today: date) -> Clause:
    """面试通知 addressed to the applicant."""
    if not (actor.plays(APPLICANT) and actor.person_id):
        return false()
    mine = select(Declaration.id).where(Declaration.person_id == actor.person_id)
    return and_(InterviewSlot.declaration_id.in_(mine), InterviewSlot.notified_at.is_not(None))


def to_confirm(actor: Account, today: date) -> Clause:
    """面试通知 without a receipt, while the interview is still to come."""
    ahead = InterviewSlot.starts_at >= datetime.combine(today, time())
    judged = select(Declaration.id).where(Declaration.state.in_(CANDIDATES))
    return and_(
        my_letters(actor, today), InterviewSlot.confirmed_at.is_(None), ahead, InterviewSlot.declaration_id.in_(judged)
    )
