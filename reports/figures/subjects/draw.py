"""抽取评委: each draw with the seats it filled, who could not come and why, and how many came in their stead."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from models.committees.committee import Committee
from models.review.draw import Decline, Draw, DrawState
from models.review.plan import Plan
from models.review.session import Member, ReviewSession
from reports.figures.dimension import Dimension, day_of, of_enum, of_words, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import all_series, named, regions
from reports.figures.subjects.shared import by_name

W = Draw
#: As workflow/review/draw.py writes them.
REASONS = {"NO-ANSWER": "三次呼叫无人接听", "SICK": "因病因事不能参加", "RECUSE-LATE": "抽中后申请回避"}


def _joined(query: Select[Any]) -> Select[Any]:
    return query.join(Plan, Plan.id == W.plan_id).join(Committee, Committee.id == Plan.committee_id)


def _declined(*reasons: str) -> Any:
    found = select(func.count()).select_from(Decline).where(Decline.draw_id == W.id)
    found = found.where(Decline.reason.in_(reasons)) if reasons else found
    return found.correlate_except(Decline).scalar_subquery()


def _seated() -> Any:
    """Members of the session that the draw led to; a draw that was aborted led to none."""
    held = select(func.count()).select_from(Member).join(ReviewSession)
    held = held.where(ReviewSession.plan_id == W.plan_id, W.state == DrawState.CLOSED)
    return held.correlate_except(Member, ReviewSession).scalar_subquery()


def of_plan() -> list[Dimension]:
    """What a draw is by its plan."""
    return [
        Dimension("year", "年度", lambda: Plan.year, plain, "number"),
        Dimension("region", "市州", lambda: func.substr(Committee.region_code, 1, 4), regions),
        Dimension("series", "系列", lambda: Committee.series_id, all_series, "key"),
        Dimension("committee", "评委会", lambda: Plan.committee_id, named(Committee), "key"),
    ]


DRAWS = subject(
    Subject(
        "draw",
        "抽取评委",
        W,
        by_name(
            *of_plan(),
            Dimension("plan", "评审方案", lambda: W.plan_id, named(Plan), "key"),
            Dimension("state", "状态", lambda: W.state, of_enum(DrawState)),
            Dimension("attempt", "第几次", lambda: W.attempt, plain, "number"),
            Dimension("drawn", "抽取日期", lambda: day_of(W.drawn_at), plain, "day"),
            Dimension("seats", "评委席位", lambda: Plan.members, plain, "number"),
            Dimension("called", "抽中并通知", lambda: Plan.members + _declined(), plain, "number"),
            Dimension("reached", "接通", lambda: Plan.members + _declined("SICK", "RECUSE-LATE"), plain, "number"),
            Dimension("seated", "进入评审会议", _seated, plain, "number"),
            Dimension("refused", "不能参加", lambda: _declined("SICK", "RECUSE-LATE"), plain, "number"),
            Dimension("unanswered", "无人接听", lambda: _declined("NO-ANSWER"), plain, "number"),
            Dimension("substitutes", "递补", lambda: _declined(), plain, "number"),
        ),
        joined=_joined,
        always=lambda: W.drawn_at.is_not(None),
    )
)

DECLINES = subject(
    Subject(
        "decline",
        "抽取应答",
        Decline,
        by_name(
            *of_plan(),
            Dimension("plan", "评审方案", lambda: W.plan_id, named(Plan), "key"),
            Dimension("reason", "原因", lambda: Decline.reason, of_words(REASONS)),
        ),
        joined=lambda query: _joined(query.join(W, W.id == Decline.draw_id)),
        closed=True,
    )
)
