"""资格复核: what committees' offices decided of the qualification, why not, and how long it took."""

from __future__ import annotations

from sqlalchemy import and_

from models.declarations.declaration import Declaration
from models.declarations.opinion import Opinion, OpinionResult
from reports.figures.dimension import Dimension, day_of, of_enum, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import DECLARATIONS
from reports.figures.subjects.shared import by_name, causes, of_declaration, with_declaration
from reports.figures.working_days import working_days

O = Opinion  # noqa: E741
DECIDED = (OpinionResult.QUALIFIED, OpinionResult.DISQUALIFIED)

RECHECKS = subject(
    Subject(
        "recheck",
        "资格复核",
        O,
        by_name(
            *of_declaration(),
            Dimension("result", "复核结果", lambda: O.result, of_enum(OpinionResult)),
            Dimension("cause", "不合格原因", lambda: O.cause, causes),
            Dimension("given", "复核日期", lambda: day_of(O.given_at), plain, "day"),
            Dimension(
                "days",
                "办理工作日",
                lambda: working_days(day_of(Declaration.reached_committee_at), day_of(O.given_at)),
                plain,
                "number",
            ),
        ),
        joined=lambda query: with_declaration(query, O.declaration_id),
        always=lambda: and_(DECLARATIONS.always(), O.result.in_(DECIDED)),
    )
)
