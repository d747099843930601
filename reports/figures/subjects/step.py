"""审核环节: each level of the way of a declaration, from the day it was reached to the day it was done."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case
from sqlalchemy.orm import aliased

from models.batches.batch import Batch
from models.declarations.declaration import Declaration, RouteStep
from models.register.organisation import NodeKind, Organisation
from reports.figures.dimension import Dimension, day_of, flags, of_enum, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import DECLARATIONS, named
from reports.figures.subjects.shared import by_name, of_declaration, with_declaration
from reports.figures.working_days import working_days

R = RouteStep
OFFICE = aliased(Organisation)


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        with_declaration(query, R.declaration_id)
        .join(Batch, Batch.id == Declaration.batch_id)
        .join(OFFICE, OFFICE.id == R.organisation_id)
    )


def _due() -> Any:
    return case((R.deadline < Batch.audit_on, R.deadline), else_=Batch.audit_on)


STEPS = subject(
    Subject(
        "step",
        "审核环节",
        R,
        by_name(
            *of_declaration(),
            Dimension("rank", "审核层级", lambda: OFFICE.kind, of_enum(NodeKind)),
            Dimension("office", "审核机构", lambda: OFFICE.id, named(Organisation), "key"),
            Dimension("reached", "到达日期", lambda: day_of(R.reached_at), plain, "day"),
            Dimension("done", "办结日期", lambda: day_of(R.done_at), plain, "day"),
            Dimension(
                "days", "办理工作日", lambda: working_days(day_of(R.reached_at), day_of(R.done_at)), plain, "number"
            ),
            Dimension(
                "in_time",
                "是否按期",
                lambda: case((R.done_at.is_(None), None), else_=day_of(R.done_at) <= _due()),
                flags("按期办结", "逾期办结"),
                "flag",
            ),
        ),
        joined=_joined,
        always=lambda: and_(DECLARATIONS.always(), R.reached_at.is_not(None)),
    )
)
