"""Declare the result (宣布结果, 令40号 第二十一条): what the ranking says becomes the state of every candidate."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select

from models.declarations.declaration import Declaration
from models.review.plan import PlanState
from models.review.session import ReviewSession
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import outcome
from workflow.review import plan as plans
from workflow.review.ranking import Outcome, contenders, decisions, preview
from workflow.review.ranking import quota_left as quota_left
from workflow.review.season import late_vote
from workflow.review.session import SESSION

#: The verbs of the result stand in the session's table.
RESULT = SESSION


@SESSION.performs("decide_tie")
def decide_tie(uow: UnitOfWork, review: ReviewSession, *, order: Sequence[int | str] | str, reason: str) -> None:
    """The meeting decides who of equal candidates goes first, and why.

    Takes everybody in the first open tie in the order decided: ids, or lines that begin with the 申报编号.
    Refuses others, an incomplete order, and one without a reason.
    """
    given = _by_number(uow, order) if isinstance(order, str) else [int(number) for number in order]
    ties = preview(uow.session, review).ties
    if not ties or sorted(given) != sorted(ties[0].ids):
        raise Refused("请把并列的全部人员各列一次，按议定的先后次序填写。", field="order")
    if len(reason.strip()) < 5:
        raise Refused("请写明议定先后的理由。", field="reason")
    SESSION.advance(uow, review, "decide_tie", order=given, opinion=reason)
    made = [*decisions(review), {"order": given, "reason": reason.strip()}]
    review.tie_decision = json.dumps(made, ensure_ascii=False)


def _by_number(uow: UnitOfWork, lines: str) -> list[int]:
    """The ids of the declarations whose numbers begin the lines; -1 for a number that is none."""
    numbers = [words[0] for line in lines.splitlines() if (words := line.split())]
    rows = uow.session.execute(select(Declaration.number, Declaration.id).where(Declaration.number.in_(numbers)))
    known = {row.number: row.id for row in rows}
    return [known.get(number, -1) for number in numbers]


@SESSION.performs("declare")
def declare(uow: UnitOfWork, review: ReviewSession, *, late_vote_reason: str = "") -> Outcome:
    """Declare the result: every candidate of the session has passed or failed, with the reason (令40号 第二十一条).

    Refuses an open tie, and a vote after the last day without a reason (118号 二(四)). The same votes,
    points, places and decisions always give the same result.
    """
    if review.voted_on is None:
        raise NotNow("尚无投票表决日期，不能宣布结果；请先结束投票并计票。")
    reason = late_vote_reason.strip() or review.late_vote_reason
    if sentence := late_vote(uow.session, review.plan, review.voted_on, reason):
        raise Refused(sentence, field="late_vote_reason")
    result = preview(uow.session, review)
    people = {contender.id: contender for contender in contenders(uow.session, review)}
    SESSION.advance(uow, review, "declare", passed=len(result.passed), failed=len(result.failed))
    review.late_vote_reason = reason
    for declaration in uow.session.scalars(
        select(Declaration).where(Declaration.id.in_(people)).order_by(Declaration.id)
    ):
        votes, points = people[declaration.id].yes, people[declaration.id].points
        if declaration.id in result.failed:
            outcome.fail_review(uow, declaration, result.failed[declaration.id], votes, points, review.voted_on)
        else:
            outcome.pass_review(uow, declaration, votes, points, review.voted_on)
    if review.plan.state == PlanState.OPENED:
        plans.finished(uow, review.plan)
    return result
