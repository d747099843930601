"""在办: what is not settled, by who has it, since when, and until when."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, not_
from sqlalchemy.orm import aliased

from models.batches.batch import Batch
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import ON_THE_WAY, SETTLED, Holder, states
from models.register.organisation import NodeKind, Organisation
from reports.figures.dimension import Dimension, day_of, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import DECLARATIONS, named
from reports.figures.subjects.shared import by_name, of_declaration, ranks

D = Declaration

HERE, OFFICE = aliased(RouteStep), aliased(Organisation)


def _joined(query: Select[Any]) -> Select[Any]:
    here = and_(HERE.declaration_id == D.id, HERE.position == D.position, D.state.in_((*ON_THE_WAY, S.RETURNED)))
    return (
        DECLARATIONS.joined(query)
        .join(Batch, Batch.id == D.batch_id)
        .outerjoin(HERE, here)
        .outerjoin(OFFICE, OFFICE.id == HERE.organisation_id)
    )


def _rank() -> Any:
    return case(
        (OFFICE.id.is_not(None), OFFICE.kind),
        (D.state.in_(states(holder=Holder.COMMITTEE)), Holder.COMMITTEE.value),
        (D.state.in_(states(holder=Holder.PROVINCE)), NodeKind.PROVINCE.value),
        else_=Holder.APPLICANT.value,
    )


def _due() -> Any:
    """Of what was sent back the term of who has it; else that of the level, or of the batch (118号 二(一))."""
    level = case((HERE.deadline < Batch.audit_on, HERE.deadline), else_=Batch.audit_on)
    return case((D.state == S.RETURNED, D.due_on), (D.state.in_(ON_THE_WAY), level))


DESK = subject(
    Subject(
        "desk",
        "在办申报",
        D,
        by_name(
            *of_declaration(),
            *of_declaration("state"),
            Dimension("rank", "办理层级", _rank, ranks),
            Dimension("office", "办理机构", lambda: OFFICE.id, named(Organisation), "key"),
            Dimension("since", "到达日期", lambda: day_of(func.coalesce(D.held_since, D.submitted_at)), plain, "day"),
            Dimension("due", "办理期限", _due, plain, "day"),
        ),
        joined=_joined,
        always=lambda: and_(DECLARATIONS.always(), not_(D.state.in_(SETTLED))),
    )
)

#: The levels at which an organisation has it.
AT_AN_OFFICE = [kind.value for kind in NodeKind if kind not in (NodeKind.PROVINCE, NodeKind.SUPERVISION)]
