"""评委会: committees with the end of their approval and the number of their members (令40号 第八条、第九条)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, func

from models.committees.committee import Committee, CommitteeHost, CommitteeKind, CommitteeLevel, CommitteeState
from reports.figures.dimension import Dimension, flags, of_enum, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import all_series, named, regions
from reports.figures.subjects.shared import by_name

B = Committee
#: Least members of a senior committee for a series, and for a specialty (令40号 第九条).
BY_SERIES, BY_SPECIALTY = 25, 11


def _small() -> Any:
    least = case((B.by_specialty, BY_SPECIALTY), else_=BY_SERIES)
    return and_(B.level == CommitteeLevel.SENIOR, B.size < least, B.size_exception == "")


COMMITTEES = subject(
    Subject(
        "committee",
        "评委会",
        B,
        by_name(
            Dimension("region", "市州", lambda: func.substr(B.region_code, 1, 4), regions),
            Dimension("series", "系列", lambda: B.series_id, all_series, "key"),
            Dimension("committee", "评委会", lambda: B.id, named(Committee), "key"),
            Dimension("rank", "级别", lambda: B.level, of_enum(CommitteeLevel)),
            Dimension("kind", "类型", lambda: B.kind, of_enum(CommitteeKind)),
            Dimension("host", "组建主体", lambda: B.host, of_enum(CommitteeHost)),
            Dimension("state", "状态", lambda: B.state, of_enum(CommitteeState)),
            Dimension("ends", "有效期止", lambda: B.valid_to, plain, "day"),
            Dimension("size", "评委人数", lambda: B.size, plain, "number"),
            Dimension("odd", "人数单双", lambda: B.size % 2 == 1, flags("单数", "双数"), "flag"),
            Dimension("small", "人数", _small, flags("少于规定且无批复", "符合规定"), "flag"),
        ),
    )
)
