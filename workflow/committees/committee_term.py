"""The end of a committee's term is announced 90 and 30 days ahead, once each (令40号 第八条).

No job runs at night: what stands in the lists is derived from the dates, and the messages are written when the
committee's office or the 省厅配置岗 next signs in. A message belongs to one term and one threshold, so a
committee that is approved again is announced again in its time.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from models.committees.committee import Committee, CommitteeState
from models.office.notice import Notice
from models.register.organisation import Organisation
from workflow.accounts.sign_in import at_sign_in
from workflow.base import roles, settings
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork

#: The settings that say how many days ahead, the later warning last.
THRESHOLDS = ("committee_warn_days", "committee_last_warn_days")


def days_left(committee: Committee, today: date) -> int:
    """How many days of the term are left after today; below zero when it is over."""
    return (committee.valid_to - today).days


def ending(session: Session, today: date) -> ColumnElement[bool]:
    """Approved committees whose term is over or ends within the first warning."""
    last = today + timedelta(days=settings.value(session, THRESHOLDS[0]))
    return and_(Committee.state == CommitteeState.APPROVED, Committee.valid_to <= last)


def ends_within(session: Session, today: date, threshold: str) -> ColumnElement[bool]:
    """Approved committees still in their term that ends within that many days."""
    last = today + timedelta(days=settings.value(session, threshold))
    return and_(Committee.state == CommitteeState.APPROVED, Committee.valid_to.between(today, last))


def expired(today: date) -> ColumnElement[bool]:
    """Approved committees whose term is over."""
    return and_(Committee.state == CommitteeState.APPROVED, Committee.valid_to < today)


@at_sign_in
def announce(uow: UnitOfWork) -> int:
    """Write the messages that are due for the actor, each once; gives how many.

    A committee's office is told of its own term, the 省厅配置岗 of every committee's; others of none.
    """
    actor = uow.actor
    due = (
        select(Committee)
        .where(ends_within(uow.session, uow.today, THRESHOLDS[0]))
        .order_by(Committee.valid_to, Committee.id)
    )
    if actor.plays(roles.COMMITTEE_OFFICE) and actor.committee is not None:
        found = list(uow.session.scalars(due.where(Committee.id == actor.committee_id)).unique())
        receiver: Committee | Organisation = actor.committee
        mine = Notice.committee_id == actor.committee_id
    elif actor.plays(roles.HRSS_CONFIG) and actor.organisation is not None:
        found = list(uow.session.scalars(due).unique())
        receiver, mine = actor.organisation, Notice.organisation_id == actor.organisation_id
    else:
        return 0
    if not found:
        return 0
    wanted = {title: committee for committee in found if (title := _title(uow, committee))}
    told = set(uow.session.scalars(select(Notice.title).where(mine, Notice.title.in_(wanted))))
    for title, committee in wanted.items():
        if title not in told:
            link = "" if receiver is committee else f"/open/committee/{committee.id}"
            tell(uow, receiver, title, _text(uow, committee), link)
    return len(wanted.keys() - told)


def _title(uow: UnitOfWork, committee: Committee) -> str:
    """One title for each committee, term and threshold: by it a message is known to have been sent."""
    left = days_left(committee, uow.today)
    days = [settings.value(uow.session, name) for name in THRESHOLDS]
    reached = next((n for n in reversed(days) if left <= n), None)
    return (
        f"评委会有效期到期提前 {reached} 天提醒（{committee.valid_to} 届满）：{committee.name}"[:120] if reached else ""
    )


def _text(uow: UnitOfWork, committee: Committee) -> str:
    return (
        f"“{committee.name}”的有效期至 {committee.valid_to}，还有 {days_left(committee, uow.today)} 天。"
        "评委会有效期不超过 3 年，期满未重新核准备案的评审不予认可（令40号 第八条、118号 七(四)）；"
        "请及时办理重新核准备案。"
    )
