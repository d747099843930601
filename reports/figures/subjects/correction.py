"""退回: each time that a declaration was sent back, by whom and why."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, func
from sqlalchemy.orm import aliased

from models.declarations.declaration import Correction, RouteStep
from models.declarations.standing import Holder
from models.register.organisation import Organisation
from reports.figures.dimension import Dimension, day_of, flags, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import DECLARATIONS, named
from reports.figures.subjects.shared import by_name, causes, of_declaration, ranks, with_declaration
from reports.figures.working_days import working_days

C = Correction
STOP, OFFICE = aliased(RouteStep), aliased(Organisation)


def _joined(query: Select[Any]) -> Select[Any]:
    stop = and_(STOP.declaration_id == C.declaration_id, STOP.position == C.position)
    found = with_declaration(query, C.declaration_id)
    return found.outerjoin(STOP, stop).outerjoin(OFFICE, OFFICE.id == STOP.organisation_id)


CORRECTIONS = subject(
    Subject(
        "correction",
        "退回",
        C,
        by_name(
            *of_declaration(),
            Dimension("cause", "退回原因", lambda: func.nullif(C.cause, ""), causes),
            Dimension("rank", "退回层级", lambda: func.coalesce(OFFICE.kind, Holder.COMMITTEE.value), ranks),
            Dimension("office", "退回机构", lambda: OFFICE.id, named(Organisation), "key"),
            Dimension("issued", "退回日期", lambda: day_of(C.issued_at), plain, "day"),
            Dimension("answered", "是否补正", lambda: C.answered_at.is_not(None), flags("已补正", "未补正"), "flag"),
            Dimension(
                "days",
                "补正工作日",
                lambda: working_days(day_of(C.issued_at), day_of(C.answered_at)),
                plain,
                "number",
            ),
        ),
        joined=_joined,
        always=DECLARATIONS.always,
    )
)
