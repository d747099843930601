"""打分: the work of experts and how far their points lie apart. Three subjects, so that no two of them can be crossed:

by the code of a session (for its committee), by the code of the pool (for the province alone), and by candidate.
Who gave whom how many points is in none of them, and no number opens a row (令40号 第二十三条).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Integer, Select, and_, cast, func, select
from sqlalchemy.orm import Session

from models.committees.expert import Expert
from models.declarations.declaration import Declaration
from models.review.plan import ScoreItem, ScoreKind, ScorePhase
from models.review.session import Member, ReviewSession, Score
from reports.figures.dimension import Dimension, flags, of_enum, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.draw import of_plan
from reports.figures.subjects.session import SESSION, of_session
from reports.figures.subjects.shared import by_name

#: Points that lie further than this part of the maximum from the mean of the group are looked at.
FAR = 5


def _codes(session: Session, found: Collection[Any]) -> Mapping[Any, str]:
    keys = [key for key in found if key is not None]
    rows = select(Member.id, ReviewSession.name, Member.code).join(ReviewSession).where(Member.id.in_(keys))
    ordered = session.execute(rows.order_by(ReviewSession.id, Member.code)).all()
    return {key: f"{name} {code}" for key, name, code in ordered}


def _pool(session: Session, found: Collection[Any]) -> Mapping[Any, str]:
    keys = [key for key in found if key is not None]
    rows = select(Expert.id, Expert.code).where(Expert.id.in_(keys)).order_by(Expert.code)
    return dict(session.execute(rows).tuples().all())


def _numbers(session: Session, found: Collection[Any]) -> Mapping[Any, str]:
    keys = [key for key in found if key is not None]
    rows = select(Declaration.id, Declaration.number).where(Declaration.id.in_(keys)).order_by(Declaration.number)
    return dict(session.execute(rows).tuples().all())


#: The mean of all experts' points for the same candidate and item, as a whole number of hundredths.
GROUP = (
    select(Score.declaration_id, Score.item_id, cast(func.round(func.avg(Score.points)), Integer).label("mean"))
    .group_by(Score.declaration_id, Score.item_id)
    .subquery("points_of_group")
)


def _gap() -> Any:
    return Score.points - GROUP.c.mean


def _joined(query: Select[Any]) -> Select[Any]:
    member = and_(Member.session_id == Score.session_id, Member.expert_id == Score.expert_id)
    group = and_(GROUP.c.declaration_id == Score.declaration_id, GROUP.c.item_id == Score.item_id)
    found = query.join(ScoreItem, ScoreItem.id == Score.item_id).join(GROUP, group)
    return of_session(found, Score.session_id).join(Member, member)


def _of_points() -> list[Dimension]:
    return [
        *of_plan(),
        SESSION,
        Dimension("phase", "环节", lambda: ScoreItem.phase, of_enum(ScorePhase)),
        Dimension("points", "得分（百分之一分）", lambda: Score.points, plain, "number"),
        Dimension("gap", "与同组平均之差（百分之一分）", _gap, plain, "number"),
        Dimension(
            "far", "偏离", lambda: func.abs(_gap()) * FAR > ScoreItem.maximum * 100, flags("明显偏离", "正常"), "flag"
        ),
    ]


def _points(name: str, label: str, *more: Dimension) -> Subject:
    return subject(
        Subject(
            name,
            label,
            Score,
            by_name(*_of_points(), *more),
            joined=_joined,
            always=lambda: ScoreItem.kind != ScoreKind.VETO,
            closed=True,
        )
    )


SCORES = _points("score", "打分", Dimension("member", "评委（会议代码）", lambda: Member.id, _codes, "key"))
RATINGS = _points(
    "rating", "得分", Dimension("candidate", "参评人员（申报编号）", lambda: Score.declaration_id, _numbers, "key")
)


def _of_seat(what: Any) -> Any:
    given = and_(Score.session_id == Member.session_id, Score.expert_id == Member.expert_id)
    return select(what).where(given).correlate_except(Score).scalar_subquery()


SEATS = subject(
    Subject(
        "seat",
        "评委席位",
        Member,
        by_name(
            *of_plan(),
            Dimension("expert", "评委（评委库代码）", lambda: Member.expert_id, _pool, "key"),
            Dimension(
                "signed", "是否报到", lambda: Member.signed_in_at.is_not(None), flags("已报到", "未报到"), "flag"
            ),
            Dimension(
                "cases", "评审人数", lambda: _of_seat(func.count(func.distinct(Score.declaration_id))), plain, "number"
            ),
            Dimension("scores", "打分项数", lambda: _of_seat(func.count()), plain, "number"),
        ),
        joined=lambda query: of_session(query, Member.session_id),
        closed=True,
    )
)
