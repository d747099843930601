"""公示: postings of units and of results, how many working days they stood, and how soon after the vote."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from models.awards.publicity import Publicity, PublicityItem, PublicityKind, PublicityState
from models.committees.committee import Committee
from models.register.organisation import Organisation
from models.review.plan import Plan
from models.review.session import ReviewSession
from reports.figures.dimension import Dimension, flags, of_enum, of_words, plain, year_of
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import named, regions
from reports.figures.subjects.plan import POSTED_WITHIN
from reports.figures.subjects.shared import by_name
from reports.figures.working_days import working_days

P = Publicity
#: Postings stand at least so many working days (118号 四(二)2、六(一)).
LEAST = 5
OUTCOMES = {"none": "无异议", "untrue": "有异议，查证不属实", "true": "有异议，查证属实", "": "尚未登记"}


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.outerjoin(Organisation, Organisation.id == P.organisation_id)
        .outerjoin(Plan, Plan.id == P.plan_id)
        .outerjoin(Committee, Committee.id == Plan.committee_id)
        .outerjoin(ReviewSession, ReviewSession.plan_id == P.plan_id)
    )


def _days() -> Any:
    return working_days(P.posted_on, P.ends_on)


def _after_vote() -> Any:
    return working_days(ReviewSession.voted_on, P.posted_on)


def _people() -> Any:
    on_it = select(func.count()).select_from(PublicityItem).where(PublicityItem.publicity_id == P.id)
    return on_it.correlate_except(PublicityItem).scalar_subquery()


PUBLICITIES = subject(
    Subject(
        "publicity",
        "公示",
        P,
        by_name(
            Dimension("year", "年度", lambda: year_of(P.posted_on), plain, "number"),
            Dimension(
                "region",
                "市州",
                lambda: func.substr(func.coalesce(Organisation.region_code, Committee.region_code), 1, 4),
                regions,
            ),
            Dimension("kind", "公示类别", lambda: P.kind, of_enum(PublicityKind)),
            Dimension("unit", "公示单位", lambda: P.organisation_id, named(Organisation), "key"),
            Dimension("committee", "评委会", lambda: Plan.committee_id, named(Committee), "key"),
            Dimension("state", "状态", lambda: P.state, of_enum(PublicityState)),
            Dimension("outcome", "公示结果", lambda: P.outcome, of_words(OUTCOMES)),
            Dimension("posted", "张榜日期", lambda: P.posted_on, plain, "day"),
            Dimension("people", "公示人数", _people, plain, "number"),
            Dimension("days", "公示工作日", _days, plain, "number"),
            Dimension(
                "short", "公示天数", lambda: _days() < LEAST, flags("不足 5 个工作日", "不少于 5 个工作日"), "flag"
            ),
            Dimension("after_vote", "表决到公示的工作日", _after_vote, plain, "number"),
            Dimension(
                "late",
                "公示是否逾期",
                lambda: func.coalesce(_after_vote() > POSTED_WITHIN, False),
                flags("晚于 3 个工作日", "按期或不适用"),
                "flag",
            ),
        ),
        joined=_joined,
        always=lambda: P.state != PublicityState.VOID,
    )
)
