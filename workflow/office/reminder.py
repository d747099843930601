"""催办: whoever reads the backlog reminds an office or a committee of what lies there, once a working day at most.

The number in the message is of what the sender may see; the receiver finds all of it on his desks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from models.batches.batch import Batch
from models.committees.committee import Committee
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import ON_THE_WAY, Holder, states
from models.office.reminder import Reminder
from models.register.organisation import Organisation
from workflow.base import policy, roles
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork
from workflow.office import working_days

REMIND = verb("reminder.send", "催办", "统计", *roles.REMINDERS)
CLAUSE = "118号 二(一)"
Desk = Organisation | Committee


def remind(uow: UnitOfWork, desk: Desk) -> Reminder:
    """Remind a desk of what lies there.

    Refused: one's own desk, one where nothing lies that the sender may see, a second time on one working day.
    """
    uow.lead(REMIND, f"只有{REMIND.who}可以催办。")
    mine = uow.actor.organisation_id if isinstance(desk, Organisation) else uow.actor.committee_id
    if mine == desk.id:
        raise NotYou("这是您所在的机构，请直接办理，不必催办。")
    lying, late = lying_at(uow, desk)
    if not lying:
        raise Refused(f"{desk.name}现在没有您可查看的在办申报，不需要催办；请刷新后查看。")
    last = uow.session.scalar(select(Reminder).where(_of(desk)).order_by(Reminder.id.desc()).limit(1))
    if last is not None and not again(uow.session, last.sent_on, uow.today):
        raise NotNow(
            f"{last.sent_at:%Y-%m-%d %H:%M} 已由{last.account.full_name}催办过{desk.name}；"
            "每个工作日只能催办一次，请下一个工作日再催办。"
        )
    sent = Reminder(
        account_id=uow.actor.id, sent_on=uow.today, sent_at=uow.now.replace(microsecond=0), lying=lying, late=late
    )
    setattr(sent, "organisation_id" if isinstance(desk, Organisation) else "committee_id", desk.id)
    uow.session.add(sent)
    uow.session.flush()
    whose = uow.actor.organisation.name if uow.actor.organisation is not None else "省人社厅"
    tell(
        uow,
        desk,
        f"催办：在办申报 {lying} 件" + (f"，超期 {late} 件" if late else ""),
        f"{whose}{uow.actor.full_name}提醒：贵处现有在办申报 {lying} 件，其中超期 {late} 件，请尽快办理（{CLAUSE}）。",
    )
    uow.record("remind", sent, label="催办", desk=desk.name, lying=lying, late=late)
    return sent


def again(session: Session, last: date, today: date) -> bool:
    """Whether a new working day has begun since the last reminder."""
    return last < today and working_days.between(session, last, today) > 0


def lying_at(uow: UnitOfWork, desk: Desk) -> tuple[int, int]:
    """How many declarations that the actor sees lie there, and how many of them are overdue."""
    term = case((RouteStep.deadline < Batch.audit_on, RouteStep.deadline), else_=Batch.audit_on)
    due = case((Declaration.state == S.RETURNED, Declaration.due_on), (Declaration.state.in_(ON_THE_WAY), term))
    here = and_(
        RouteStep.declaration_id == Declaration.id,
        RouteStep.position == Declaration.position,
        Declaration.state.in_((*ON_THE_WAY, S.RETURNED)),
    )
    there: ColumnElement[bool] = (
        RouteStep.organisation_id == desk.id
        if isinstance(desk, Organisation)
        else and_(Declaration.committee_id == desk.id, Declaration.state.in_(states(holder=Holder.COMMITTEE)))
    )
    found = (
        select(func.count(), func.count(case((due < uow.today, 1))))
        .select_from(Declaration)
        .join(Batch, Batch.id == Declaration.batch_id)
        .outerjoin(RouteStep, here)
        .where(there, policy.rows(uow.actor, Declaration))
    )
    lying, late = uow.session.execute(found).one()
    return lying, late


def last_sent(session: Session, kind: type[Desk], keys: Collection[int]) -> Mapping[int, Reminder]:
    """The last reminder of each of these desks."""
    column = Reminder.organisation_id if kind is Organisation else Reminder.committee_id
    newest = select(func.max(Reminder.id)).where(column.in_(keys)).group_by(column)
    rows = session.scalars(select(Reminder).where(Reminder.id.in_(newest)))
    return {getattr(one, column.key): one for one in rows}


def _of(desk: Desk) -> ColumnElement[bool]:
    if isinstance(desk, Organisation):
        return Reminder.organisation_id == desk.id
    return Reminder.committee_id == desk.id
