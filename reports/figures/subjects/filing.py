"""备案: filings of results with the province, and how soon after the vote they were asked for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func

from models.awards.filing import Filing, FilingState
from models.committees.committee import Committee, CommitteeLevel
from models.review.plan import Plan
from models.review.session import ReviewSession
from reports.figures.dimension import Dimension, flags, of_enum, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import all_series, named, regions
from reports.figures.subjects.plan import FILED_WITHIN
from reports.figures.subjects.shared import by_name
from reports.figures.working_days import working_days

F = Filing


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.join(Plan, Plan.id == F.plan_id)
        .join(Committee, Committee.id == Plan.committee_id)
        .outerjoin(ReviewSession, ReviewSession.plan_id == F.plan_id)
    )


def _after_vote() -> Any:
    return working_days(ReviewSession.voted_on, F.applied_on)


FILINGS = subject(
    Subject(
        "filing",
        "备案",
        F,
        by_name(
            Dimension("year", "年度", lambda: Plan.year, plain, "number"),
            Dimension("region", "市州", lambda: func.substr(Committee.region_code, 1, 4), regions),
            Dimension("series", "系列", lambda: Committee.series_id, all_series, "key"),
            Dimension("rank", "评委会级别", lambda: Committee.level, of_enum(CommitteeLevel)),
            Dimension("committee", "评委会", lambda: Plan.committee_id, named(Committee), "key"),
            Dimension("state", "状态", lambda: F.state, of_enum(FilingState)),
            Dimension("applied", "申请日期", lambda: F.applied_on, plain, "day"),
            Dimension("people", "备案人数", lambda: F.people, plain, "number"),
            Dimension("after_vote", "表决到申请的工作日", _after_vote, plain, "number"),
            Dimension(
                "review_days", "申请到备案的工作日", lambda: working_days(F.applied_on, F.filed_on), plain, "number"
            ),
            Dimension(
                "late",
                "是否逾期",
                lambda: func.coalesce(_after_vote() > FILED_WITHIN, False),
                flags("晚于 15 个工作日", "按期"),
                "flag",
            ),
        ),
        joined=_joined,
    )
)
