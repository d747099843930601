"""When a committee reviews in the year (118号 二(一)、二(四)): after the material is in, and voted by the last day.

A day out of season is a matter of reasons, given while it can still be mended: with the plan, not at the vote.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from models.committees.committee import CommitteeLevel
from models.review.plan import Plan
from workflow.base import settings
from workflow.office import working_days


def last_vote_day(session: Session, plan: Plan) -> date | None:
    """The last day for votes: the batch's, else that of the parameter (12-24); none for committees with a calendar of
    their own (T7, T9)."""
    if plan.batch.vote_on is not None or plan.committee.own_calendar:
        return plan.batch.vote_on
    return settings.day_of(session, "vote_by", plan.year)


def late_vote(session: Session, plan: Plan, voted_on: date, reason: str) -> str | None:
    """Why a vote on that day needs a reason, or None when it has one or needs none (118号 二(四))."""
    last = last_vote_day(session, plan)
    if last is None or voted_on <= last or len(reason.strip()) >= 2:
        return None
    return f"投票表决原则上应于 {last}（含）前完成（118号 二(四)）；逾期的须填写逾期投票说明。"


def late_opening(session: Session, plan: Plan, reason: str) -> str | None:
    """Why opening on the day of the plan needs a reason: no vote can come before it (118号 二(四))."""
    last = last_vote_day(session, plan)
    if last is None or plan.opens_on <= last or len(reason.strip()) >= 2:
        return None
    return (
        f"开评日期 {plan.opens_on} 晚于最迟投票日 {last}，原则上须在该日前完成投票、避免备案跨年度（118号 二(四)）；"
        "请提前开评日期，确需延后的填写开评日期说明后呈报。"
    )


def remarks(session: Session, plan: Plan) -> list[str]:
    """What is unusual about the opening day of a plan, for who draws it up and who audits it."""
    found = []
    if sentence := late_opening(session, plan, ""):
        found.append(sentence)
    audited = plan.batch.audit_on
    early = plan.committee.level == CommitteeLevel.SENIOR and not plan.committee.own_calendar
    if early and audited is not None and plan.opens_on <= audited:
        found.append(
            f"开评日期 {plan.opens_on} 不晚于线上审核截止 {audited}，各地仍在报送材料，高评会从 10 月开始评审"
            "（118号 二(一)、二(四)）；此后到达的人员须另行安排，请核对。"
        )
    if not working_days.is_workday(session, plan.opens_on):
        found.append(f"开评日期 {plan.opens_on} 不是工作日；抽取评委须在开评前 1 天办理（118号 五(二)），请核对。")
    return found
