"""评审方案: each plan with the days of its steps, from its filing with the province to the filing of its results."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, Select, case, func, select, type_coerce
from sqlalchemy.orm import aliased

from models.awards.filing import Filing, FilingState
from models.awards.publicity import Publicity, PublicityState
from models.committees.committee import SHORT_LEAD, Committee, CommitteeLevel
from models.review.draw import Draw, DrawState
from models.review.plan import Plan, PlanKind, PlanState
from models.review.session import ReviewSession
from reports.figures.dimension import Dimension, day_of, flags, of_enum, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import all_series, named, regions
from reports.figures.subjects.shared import by_name
from reports.figures.working_days import working_days

P = Plan
SESSION = aliased(ReviewSession)
#: Filed so many working days before the opening: those of universities and hospitals, and all others (118号 五(一)).
SHORT, LONG = 5, 10
#: Results are posted, and filed, so many working days after the vote (118号 六(一)、六(二)).
POSTED_WITHIN, FILED_WITHIN = 3, 15


def _drawn() -> Any:
    last = select(func.max(Draw.drawn_at)).where(
        Draw.plan_id == P.id, Draw.state.in_((DrawState.DRAWN, DrawState.CLOSED))
    )
    return day_of(last.correlate_except(Draw).scalar_subquery())


def _posted() -> Any:
    first = select(func.min(Publicity.posted_on)).where(
        Publicity.plan_id == P.id, Publicity.state != PublicityState.VOID
    )
    return type_coerce(first.correlate_except(Publicity).scalar_subquery(), Date)


def _applied() -> Any:
    first = select(func.min(Filing.applied_on)).where(Filing.plan_id == P.id)
    return type_coerce(first.correlate_except(Filing).scalar_subquery(), Date)


def _approved() -> Any:
    last = select(func.max(Filing.filed_on)).where(Filing.plan_id == P.id, Filing.state == FilingState.APPROVED)
    return type_coerce(last.correlate_except(Filing).scalar_subquery(), Date)


def _lead() -> Any:
    return working_days(P.filed_on, P.opens_on)


def _in_time() -> Any:
    least = case((Committee.host.in_(SHORT_LEAD), SHORT), else_=LONG)
    return case((P.filed_on.is_(None), None), else_=_lead() >= least)


def _late(day: Any, within: int) -> Any:
    """More working days after the vote than allowed."""
    return func.coalesce(working_days(SESSION.voted_on, day) > within, False)


def _joined(query: Select[Any]) -> Select[Any]:
    return query.join(Committee, Committee.id == P.committee_id).outerjoin(SESSION, SESSION.plan_id == P.id)


def _day(name: str, label: str, term: Any) -> Dimension:
    return Dimension(name, label, term, plain, "day")


PLANS = subject(
    Subject(
        "plan",
        "评审方案",
        P,
        by_name(
            Dimension("year", "年度", lambda: P.year, plain, "number"),
            Dimension("region", "市州", lambda: func.substr(Committee.region_code, 1, 4), regions),
            Dimension("series", "系列", lambda: Committee.series_id, all_series, "key"),
            Dimension("committee", "评委会", lambda: P.committee_id, named(Committee), "key"),
            Dimension("rank", "评委会级别", lambda: Committee.level, of_enum(CommitteeLevel)),
            Dimension("plan", "评审方案", lambda: P.id, named(Plan), "key"),
            Dimension("kind", "方案类型", lambda: P.kind, of_enum(PlanKind)),
            Dimension("state", "状态", lambda: P.state, of_enum(PlanState)),
            Dimension("excepted", "突破比例", lambda: P.ratio_reason != "", flags("有突破说明", "按比例执行"), "flag"),
            _day("filed", "呈报日期", lambda: P.filed_on),
            _day("approved", "方案备案日期", lambda: P.approved_on),
            _day("drawn", "抽取日期", _drawn),
            _day("opens", "计划开评日期", lambda: P.opens_on),
            _day("opened", "开评日期", lambda: SESSION.opened_on),
            _day("reviewed", "材料复审日期", lambda: SESSION.review_on),
            _day("scored", "材料打分日期", lambda: SESSION.scoring_on),
            _day("interviewed", "面试答辩日期", lambda: SESSION.interview_on),
            _day("discussed", "小组评议日期", lambda: SESSION.discussion_on),
            _day("voted", "投票表决日期", lambda: SESSION.voted_on),
            _day("posted", "结果公示日期", _posted),
            _day("applied", "申请备案日期", _applied),
            _day("results_filed", "结果备案日期", _approved),
            Dimension("lead", "提前工作日", _lead, plain, "number"),
            Dimension("in_time", "呈报是否及时", _in_time, flags("按期呈报", "逾期呈报"), "flag"),
            Dimension(
                "posted_late", "公示是否逾期", lambda: _late(_posted(), POSTED_WITHIN), flags("逾期", "按期"), "flag"
            ),
            Dimension(
                "applied_late", "备案是否逾期", lambda: _late(_applied(), FILED_WITHIN), flags("逾期", "按期"), "flag"
            ),
        ),
        joined=_joined,
        always=lambda: P.state.not_in((PlanState.DRAFT, PlanState.CANCELLED)),
    )
)
