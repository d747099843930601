"""The end of a committee's term is announced 90 and 30 days ahead, once each (令40号 第八条).

What stands in the lists is derived from the dates. The messages are written by a worker every morning, and where none
runs when the committee's office or the 省厅配置岗 next signs in. A message belongs to one term and one threshold, so
a committee that is approved again is announced again in its time.
"""

from __future__ import annotations

from datetime import date, timedelta

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.committees.committee import Committee, CommitteeState
from models.office.notice import Notice
from models.register.organisation import Organisation
from workflow.accounts.sign_in import at_sign_in
from workflow.base import roles, settings
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.jobs.kinds import works
from workflow.jobs.periodic import nightly, repeats
from workflow.jobs.work import Run

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
    if actor.plays(roles.COMMITTEE_OFFICE) and actor.committee is not None:
        return _announce_to(uow, actor.committee)
    if actor.plays(roles.HRSS_CONFIG) and actor.organisation is not None:
        return _announce_to(uow, actor.organisation)
    return 0


def announce_to_all(uow: UnitOfWork) -> int:
    """Write every message that is due, to whoever is concerned; gives how many. Done by a worker every morning."""
    return sum(_announce_to(uow, receiver) for receiver in _concerned(uow.session, uow.today))


def anything_untold(session: Session, today: date) -> bool:
    """Whether a message is due that somebody has not been sent yet."""
    return any(_untold(session, today, receiver) for receiver in _concerned(session, today))


def _concerned(session: Session, today: date) -> list[Committee | Organisation]:
    """The committees whose term is about to end; where there is one, the offices of the 省厅配置岗 as well."""
    ending_soon = list(session.scalars(_due(session, today)).unique())
    if not ending_soon:
        return []
    desks = (
        select(Organisation)
        .join(Account, Account.organisation_id == Organisation.id)
        .where(Account.roles.any(Role.name == roles.HRSS_CONFIG))
        .order_by(Organisation.id)
    )
    return [*ending_soon, *session.scalars(desks).unique()]


def _due(session: Session, today: date) -> Select[tuple[Committee]]:
    return (
        select(Committee).where(ends_within(session, today, THRESHOLDS[0])).order_by(Committee.valid_to, Committee.id)
    )


def _untold(session: Session, today: date, receiver: Committee | Organisation) -> dict[str, Committee]:
    """Title to committee of the messages that the receiver lacks."""
    due = _due(session, today)
    if isinstance(receiver, Committee):
        due, mine = due.where(Committee.id == receiver.id), Notice.committee_id == receiver.id
    else:
        mine = Notice.organisation_id == receiver.id
    found = session.scalars(due).unique()
    wanted = {title: committee for committee in found if (title := _title(session, today, committee))}
    told = set(session.scalars(select(Notice.title).where(mine, Notice.title.in_(wanted)))) if wanted else set()
    return {title: committee for title, committee in wanted.items() if title not in told}


def _announce_to(uow: UnitOfWork, receiver: Committee | Organisation) -> int:
    untold = _untold(uow.session, uow.today, receiver)
    for title, committee in untold.items():
        link = "" if receiver is committee else f"/open/committee/{committee.id}"
        tell(uow, receiver, title, _text(uow, committee), link)
    return len(untold)


@works("remind_terms")
def _remind(run: Run) -> None:
    def announce_and_end(uow: UnitOfWork) -> None:
        run.finish(uow, f"已发出评委会有效期提醒 {announce_to_all(uow)} 条。")

    attempt(run.actor, announce_and_end, session=run.session)


repeats("remind_terms", "评委会有效期提醒", nightly(7), lambda session, now: anything_untold(session, now.date()))


def _title(session: Session, today: date, committee: Committee) -> str:
    """One title for each committee, term and threshold: by it a message is known to have been sent."""
    left = days_left(committee, today)
    days = [settings.value(session, name) for name in THRESHOLDS]
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
