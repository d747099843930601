"""定期报表: the year's report made again every week or month, with the rights that its receiver has by then.

An order is kept like a view; a 后台任务 of the morning asks for what is due, in the name of the receiver, once each
period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.jobs.job import Job
from models.office.list_choice import SavedQuery
from views.statistics.conditions import Conditions, plain
from workflow.base import policy
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.jobs.kinds import works
from workflow.jobs.periodic import nightly, repeats
from workflow.jobs.work import Run, put_down
from workflow.office import list_choice

SCREEN = "DashboardView:report"
EVERY = {"week": "每周", "month": "每月"}
#: What stands in front of the title of every report that came by order.
TITLE = "定期统计年报"
#: The most finished reports that a page lists.
LISTED = 10


def order(uow: UnitOfWork, every: str, conditions: Conditions) -> SavedQuery:
    """Order the report of these conditions; the year is always the newest of its day."""
    words = {name: word for name, word in plain(conditions.where).items() if name != "year"}
    told = "；".join(conditions.said(name) for name in words) or "全部"
    return list_choice.keep(
        uow, SCREEN, f"{EVERY[every]} {told}"[: list_choice.LONGEST_NAME], {"every": every, **words}
    )


def orders_of(session: Session, account: Account) -> Sequence[SavedQuery]:
    """What an account has ordered."""
    query = policy.visible(account, SavedQuery).where(SavedQuery.screen == SCREEN).order_by(SavedQuery.name)
    return session.scalars(query).all()


def made_for(session: Session, account: Account) -> Sequence[Job]:
    """The reports that came by order, the newest first."""
    query = policy.visible(account, Job).where(Job.kind == "statistics", Job.title.startswith(TITLE))
    return session.scalars(query.order_by(Job.id.desc()).limit(LISTED)).all()


def period(every: str, today: date) -> tuple[str, date]:
    """The period that the day lies in, and its first day."""
    if every == "week":
        year, week, weekday = today.isocalendar()
        return f"{year}年第{week}周", today - timedelta(days=weekday - 1)
    return f"{today.year}年{today.month}月", today.replace(day=1)


def due(session: Session, today: date) -> list[tuple[SavedQuery, str]]:
    """The orders older than the period of today whose report of the period nobody has asked for, with its title."""
    found = []
    for one in session.scalars(select(SavedQuery).where(SavedQuery.screen == SCREEN).order_by(SavedQuery.id)):
        name, first = period(_every(list_choice.asked_by(one)), today)
        title = f"{TITLE}（{name}）：{one.name}"[:120]
        asked = select(Job.id).where(Job.account_id == one.account_id, Job.title == title).limit(1)
        if one.saved_at.date() < first and session.scalar(asked) is None:
            found.append((one, title))
    return found


def _every(words: Mapping[str, str]) -> str:
    return words.get("every", "") if words.get("every") in EVERY else "month"


def _anything(session: Session, now: datetime) -> bool:
    return bool(due(session, now.date()))


@works("statistics_orders", minutes=30)
def _ask(run: Run) -> None:
    """Ask for every report that is due, each in the name of its receiver: it is his, and his rights count."""
    asked = 0
    for one, title in due(run.session, asking(run.actor, session=run.session).today):
        receiver = run.session.get_one(Account, one.account_id)
        words = {name: word for name, word in list_choice.asked_by(one).items() if name != "every"}

        def put(uow: UnitOfWork, title: str = title, words: Mapping[str, str] = words) -> Job:
            return put_down(uow, "statistics", title, home="/dashboard/own/orders", asked=dict(words))

        attempt(receiver, put, session=run.session)
        asked += 1
    attempt(run.actor, lambda uow: run.finish(uow, f"已提出 {asked} 份定期统计年报。"), session=run.session)


repeats("statistics_orders", "定期统计年报", nightly(6), _anything)
