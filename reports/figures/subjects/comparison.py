"""线上线下比对: each file that an office laid beside the paper, and what it found (118号 四(四))."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, func
from sqlalchemy.orm import aliased

from models.declarations.comparison import Comparison, ComparisonResult
from models.declarations.declaration import RouteStep
from models.declarations.standing import Holder
from models.register.organisation import Organisation
from reports.figures.dimension import Dimension, of_enum, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import named
from reports.figures.subjects.shared import by_name, of_declaration, ranks, with_declaration

C = Comparison
STOP, OFFICE = aliased(RouteStep), aliased(Organisation)


def _joined(query: Select[Any]) -> Select[Any]:
    stop = and_(STOP.declaration_id == C.declaration_id, STOP.position == C.position)
    found = with_declaration(query, C.declaration_id)
    return found.outerjoin(STOP, stop).outerjoin(OFFICE, OFFICE.id == STOP.organisation_id)


COMPARISONS = subject(
    Subject(
        "comparison",
        "线上线下比对",
        C,
        by_name(
            *of_declaration(),
            Dimension("rank", "比对层级", lambda: func.coalesce(OFFICE.kind, Holder.COMMITTEE.value), ranks),
            Dimension("office", "比对机构", lambda: OFFICE.id, named(Organisation), "key"),
            Dimension("result", "比对结果", lambda: C.result, of_enum(ComparisonResult)),
            Dimension("compared", "比对日期", lambda: C.compared_on, plain, "day"),
        ),
        joined=_joined,
    )
)
