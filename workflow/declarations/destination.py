"""去向预览: where a declaration goes from here, forward and back, and until when it may lie here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, null, nulls_last, select

from models.batches.batch import Batch
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import ON_THE_WAY, Holder, standing, with_applicant
from models.declarations.standing import holder as holder_of
from models.paths.path import Way
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import bound
from workflow.declarations.declaration import DECLARATION, step_at

APPLICANT = Holder.APPLICANT.label


@dataclass(frozen=True)
class Destination:
    """`onward`: who receives it next; `back`: the chain a return travels, nearest first; empty when it cannot move."""

    onward: str
    back: tuple[str, ...]


def destination(declaration: Declaration) -> Destination:
    """Where 审核通过 sends the declaration, and where 退回 does (附件3 1.12.3-1.2 to 1.4)."""
    if declaration.state == S.RETURNED:
        return Destination(_returned_to(declaration), ())
    if declaration.state == S.AT_COMMITTEE:
        return Destination("复核合格，待入评审方案", _down_from(declaration, len(declaration.route)))
    if declaration.state not in ON_THE_WAY:
        return Destination("", ())
    return Destination(next_office(declaration), _down_from(declaration, declaration.position))


def next_office(declaration: Declaration) -> str:
    """上级审核单位或评委会: the name of who audits after the present organisation."""
    onward = step_at(declaration, declaration.position + 1)
    return onward_to(
        declaration.way,
        onward.organisation.name if onward else None,
        declaration.committee.name if declaration.committee else None,
    )


def onward_to(way: str, onward: str | None, committee: str | None) -> str:
    """The same, told by the names of the next level and of the committee."""
    return onward or (committee if way == Way.REVIEW else None) or "本机构为最终机构，审核通过后申报信息生效"


def _down_from(declaration: Declaration, position: int) -> tuple[str, ...]:
    here = step_at(declaration, position)
    if position <= 0 or (here is not None and here.fast_return):
        return (APPLICANT,)
    below = [stop for n in range(position - 1, -1, -1) if (stop := step_at(declaration, n))]
    return (*(stop.organisation.name for stop in below), APPLICANT)


def _returned_to(declaration: Declaration) -> str:
    back = step_at(declaration, declaration.returned_from or 0)
    if back is not None:
        return f"补正后重新提交至 {back.organisation.name}"
    return f"补正后重新提交至 {declaration.committee.name}" if declaration.committee else "补正后重新提交"


def holder(declaration: Declaration) -> str:
    """当前办理: who holds the declaration now."""
    here = step_at(declaration, declaration.position)
    return held_by(
        declaration.state,
        declaration.position,
        here.organisation.name if here else None,
        declaration.committee.name if declaration.committee else None,
    )


def held_by(state: str, position: int, here: str | None, committee: str | None) -> str:
    """The same, told by the names of the present level and of the committee."""
    match kept := holder_of(state, position):
        case Holder.OFFICE:
            return here or ""
        case Holder.COMMITTEE:
            return committee or ""
        case Holder.NOBODY:
            return ""
    return kept.label


def whereabouts(uow: UnitOfWork, declaration: Declaration) -> list[tuple[str, str]]:
    """For the applicant, always: how it stands, with whom, since when, until when, what he can do."""
    told = [("办理情况", _situation(declaration)), ("当前办理", holder(declaration) or "—")]
    if since := since_when(declaration):
        told.append(("到达时间", f"{since:%Y-%m-%d %H:%M}"))
    if last := deadline(declaration):
        late = "，已逾期" if last < uow.today and not with_applicant(declaration) else ""
        told.append(("办理期限", f"{last}{late}"))
    if not standing(declaration).settled:
        if lost := bound.lost(uow.session, declaration):
            told.append(("须重新办理", f"申报内容有变化，{'、'.join(lost)}已失效"))
        verbs = "、".join(step.label for step in DECLARATION.available(uow, declaration))
        told.append(("您可以", verbs or "现在不用办理，可随时在此查看进度"))
    return told


def _situation(declaration: Declaration) -> str:
    if declaration.state == S.RETURNED and (stop := step_at(declaration, declaration.position)):
        return (
            f"材料被退回补正，正由“{stop.organisation.name}”逐级退回；退到您之后另行通知，您的补正期限自收到之日起算。"
        )
    return standing(declaration).word


def since_when(declaration: Declaration) -> datetime | None:
    """Since when who holds it has it."""
    if declaration.state == S.DRAFT or standing(declaration).settled:
        return None
    here = step_at(declaration, declaration.position)
    return declaration.held_since or (here.reached_at if here else declaration.reached_committee_at)


def deadline(declaration: Declaration) -> date | None:
    """Until when it must be done here: the term of a correction, or the level's and the batch's audit day."""
    here = step_at(declaration, declaration.position)
    return due_by(declaration.state, declaration.due_on, declaration.batch.audit_on, here.deadline if here else None)


def due_first() -> list[Any]:
    """ORDER BY of what waits: oldest deadline first, as `due_by` tells it; then as it was submitted."""
    d = Declaration
    audit = select(Batch.audit_on).where(Batch.id == d.batch_id).correlate(d).scalar_subquery()
    level = select(RouteStep.deadline).where(RouteStep.declaration_id == d.id, RouteStep.position == d.position)
    here = level.correlate(d).scalar_subquery()
    earlier = case((here < audit, here), else_=func.coalesce(audit, here))
    due = case(
        (d.state == S.RETURNED, d.due_on),
        (d.state.in_(ON_THE_WAY), earlier),
        (d.state == S.AT_COMMITTEE, audit),
        else_=null(),
    )
    return [nulls_last(due.asc()), d.submitted_at, d.id]


def due_by(state: str, correction: date | None, audit: date | None, here: date | None) -> date | None:
    """The same, told by the term of the correction, the audit day of the batch and that of the level."""
    if state == S.RETURNED:
        return correction
    if state in ON_THE_WAY:
        return min((day for day in (audit, here) if day), default=None)
    return audit if state == S.AT_COMMITTEE else None
