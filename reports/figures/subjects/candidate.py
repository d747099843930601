"""参评人员: whoever a committee has voted on in a plan, with what the ratio of the plan allows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case

from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.paths.path import Way
from models.review.plan import Plan
from reports.figures.dimension import Dimension, flags, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import DECLARATIONS, at_least, named
from reports.figures.subjects.shared import by_name, of_declaration

D = Declaration


def _joined(query: Select[Any]) -> Select[Any]:
    return DECLARATIONS.joined(query).join(Plan, Plan.id == D.plan_id)


CANDIDATES = subject(
    Subject(
        "candidate",
        "参评人员",
        D,
        by_name(
            *of_declaration(),
            *of_declaration("stage"),
            Dimension("plan", "评审方案", lambda: D.plan_id, named(Plan), "key"),
            Dimension(
                "ratio",
                "比例控制（%）",
                lambda: case((D.level == TitleLevel.FULL_SENIOR, Plan.full_ratio), else_=Plan.associate_ratio),
                plain,
                "number",
            ),
            Dimension(
                "excepted", "突破比例", lambda: Plan.ratio_reason != "", flags("方案中有突破说明", "按比例执行"), "flag"
            ),
        ),
        joined=_joined,
        always=lambda: and_(
            DECLARATIONS.always(), D.way == Way.REVIEW, DECLARATIONS.dimensions["stage"].clause(at_least("decided"))
        ),
    )
)
