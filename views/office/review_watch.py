"""What stands on the workbench of a review beside its desks: filings with their days, ratios beyond the control, and
objections without an answer past their term.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import url_for
from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import joinedload

from models.awards.filing import Filing, FilingState
from models.awards.publicity import Objection, ObjectionState
from models.declarations.declaration import Declaration
from models.declarations.standing import OBTAINED, PASSED
from models.review.plan import Plan, PlanState
from models.review.session import ReviewSession, SessionState
from views.office.part import Part, Told
from workflow.base import policy, settings
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.office import working_days

#: Rows of a part; votes further back are looked for in 呈报方案查询.
ROWS, PAST = 5, timedelta(days=2 * 366)
#: Plans that were handed in and are not laid to rest.
IN_HAND = [
    PlanState.FILED,
    PlanState.RETURNED,
    PlanState.APPROVED,
    PlanState.DRAWN,
    PlanState.OPENED,
    PlanState.REVIEWED,
]


def unfiled(uow: UnitOfWork) -> Part:
    """逾期未备案: voted longer ago than 评审结果备案 allows, and nothing filed (118号 六)."""
    days = int(settings.value(uow.session, "filing_within"))
    try:
        before = working_days.subtract(uow.session, uow.today, days)
    except Refused:  # the calendar of that year is not set: told by its own part
        before = uow.today - timedelta(days=2 * days)
    rows = [
        Told(
            review.plan.name,
            f"{review.plan.committee.name}，{review.voted_on} 投票，超过 {days} 个工作日未申请备案",
            True,
            ("查看", url_for("PlanSearchScreen.show", pk=review.plan_id)),
        )
        for review in _voted(uow, ReviewSession.voted_on.between(before - PAST, before - timedelta(days=1)))
    ]
    return Part("逾期未备案", rows, "没有逾期未申请备案的评审。")


def to_file(uow: UnitOfWork) -> Part:
    """评审结果申请备案 of one's own committee: voted, nothing filed, with the last day (118号 六)."""
    days = int(settings.value(uow.session, "filing_within"))
    rows = []
    for review in _voted(uow, ReviewSession.voted_on >= uow.today - PAST):
        try:
            last = working_days.add(uow.session, review.voted_on, days)
            left = working_days.between(uow.session, *sorted((last, uow.today)))
        except Refused:
            rows.append(
                Told(review.plan.name, f"{review.voted_on} 投票，当年工作日历未登记，期限不能计算", False, _go())
            )
            continue
        late = last < uow.today
        word = (
            (f"已逾期 {left} 个工作日" if left else "已逾期") if late else f"剩 {left} 个工作日" if left else "当日办结"
        )
        about = f"{review.voted_on} 投票，最迟 {last} 申请备案（{word}）"
        rows.append(Told(review.plan.name, about, late, _go()))
    return Part("待申请备案", rows, "没有投票后等待申请备案的评审。")


def _go() -> tuple[str, str]:
    return "申请备案", url_for("FilingScreen.list")


def _voted(uow: UnitOfWork, when: ColumnElement[bool]) -> Sequence[ReviewSession]:
    """Sessions that have voted then and whose result nobody has filed, the earliest vote first."""
    filed = exists().where(Filing.plan_id == ReviewSession.plan_id, Filing.state != FilingState.RETURNED)
    voted = policy.visible(uow.actor, ReviewSession).where(when, ReviewSession.state != SessionState.CANCELLED, ~filed)
    voted = voted.options(joinedload(ReviewSession.plan).joinedload(Plan.committee))
    return uow.session.scalars(voted.order_by(ReviewSession.voted_on, ReviewSession.id).limit(ROWS)).all()


def over_ratio(uow: UnitOfWork) -> Part:
    """超比例: plans of the year that let more pass than the control ratio, which they must explain (118号 五(三))."""
    full, associate = (int(settings.value(uow.session, name)) for name in ("full_ratio", "associate_ratio"))
    beyond = policy.visible(uow.actor, Plan).where(
        Plan.state.in_(IN_HAND),
        Plan.year == uow.today.year,
        or_(Plan.full_ratio > full, Plan.associate_ratio > associate),
    )
    beyond = beyond.options(joinedload(Plan.committee)).order_by(Plan.opens_on, Plan.id).limit(ROWS)
    plans = uow.session.scalars(beyond).all()
    rows = [
        Told(
            plan.name,
            f"{plan.committee.name}：正高 {plan.full_ratio}%、副高及以下 {plan.associate_ratio}%，"
            f"参评 {people} 人，通过 {passed} 人；" + ("已说明理由" if plan.ratio_reason.strip() else "没有说明理由"),
            not plan.ratio_reason.strip(),
            ("查看", url_for("PlanSearchScreen.show", pk=plan.id)),
        )
        for plan, (people, passed) in zip(plans, _people(uow, [plan.id for plan in plans]), strict=True)
    ]
    empty = f"本年度没有突破比例控制的评审方案（正高 {full}%、副高及以下 {associate}%，118号 五(三)）。"
    return Part("突破比例控制的方案", rows, empty)


def _people(uow: UnitOfWork, plans: Sequence[int]) -> list[tuple[int, int]]:
    """How many stand in each plan, and how many of them have passed."""
    passed = func.count().filter(Declaration.state.in_((*PASSED, *OBTAINED)))
    counted = select(Declaration.plan_id, func.count(), passed).where(Declaration.plan_id.in_(plans))
    found = {key: (people, some) for key, people, some in uow.session.execute(counted.group_by(Declaration.plan_id))}
    return [found.get(key, (0, 0)) for key in plans]


def unanswered(uow: UnitOfWork) -> Part:
    """异议 without an answer past their term (118号 五(四)), for the supervision."""
    days = int(settings.value(uow.session, "complaint_days"))
    try:
        before = working_days.subtract(uow.session, uow.today, days)
    except Refused:  # as above
        before = uow.today - timedelta(days=2 * days)
    open_ones = [state for state in ObjectionState if state != ObjectionState.ANSWERED]
    late = policy.visible(uow.actor, Objection, known=True).where(
        Objection.state.in_(open_ones), Objection.registered_at < before
    )
    late = late.options(joinedload(Objection.declaration)).order_by(Objection.registered_at, Objection.id).limit(ROWS)
    rows = [
        Told(
            one.declaration.applicant_name,
            f"{one.registered_at:%Y-%m-%d} 登记，{ObjectionState(one.state).label}，"
            f"超过 {days} 个工作日未答复；请督促核查单位答复",
            True,
            ("查看", url_for("ObjectionScreen.show", pk=one.id)),
        )
        for one in uow.session.scalars(late)
    ]
    return Part("逾期未答复的异议", rows, f"没有超过 {days} 个工作日未答复的异议。")
