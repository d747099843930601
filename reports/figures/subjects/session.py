"""评审会议: recusals by kind. Nobody is told who was kept from whom."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case

from models.committees.committee import Committee
from models.review.plan import Plan
from models.review.session import Recusal, ReviewSession
from reports.figures.dimension import Dimension, of_words
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import named
from reports.figures.subjects.draw import of_plan
from reports.figures.subjects.shared import by_name

#: As workflow/review/recusal.py and session.py write them; every other reason is the name of a relation.
RECUSALS = {
    "self": "参评人员本人",
    "unit": "同一工作单位",
    "declared": "评委本人声明",
    "changed": "会议期间变动",
    "relation": "登记的回避关系",
}


def of_session(query: Select[Any], session_id: Any) -> Select[Any]:
    """Joined to the session, its plan and its committee."""
    return (
        query.join(ReviewSession, ReviewSession.id == session_id)
        .join(Plan, Plan.id == ReviewSession.plan_id)
        .join(Committee, Committee.id == Plan.committee_id)
    )


SESSION = Dimension("session", "评审会议", lambda: ReviewSession.id, named(ReviewSession), "key")


def _kind() -> Any:
    return case(
        (Recusal.reason.like("本人声明%"), "declared"),
        (Recusal.reason.like("会议期间变动%"), "changed"),
        (Recusal.reason == "本人", "self"),
        (Recusal.reason == "同一工作单位", "unit"),
        else_="relation",
    )


RECUSED = subject(
    Subject(
        "recusal",
        "回避",
        Recusal,
        by_name(*of_plan(), SESSION, Dimension("kind", "回避事由", _kind, of_words(RECUSALS))),
        joined=lambda query: of_session(query, Recusal.session_id),
        closed=True,
    )
)
