"""定期报表: the year's report made again every week or month, with the rights that its receiver has by then.

An order is kept like a view; a 后台任务 of the morning asks for what is due, in the name of the receiver, once each
period. Receiver and owner may be two: then the owner is told where the receiver got nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.jobs.job import Job
from models.messages.letter import Channel, MessageKind
from models.office.list_choice import SavedQuery
from models.office.notice import Notice
from views.screens.lookup import is_key
from views.statistics.conditions import Conditions, plain
from workflow.base import policy, roles
from workflow.base.errors import Refused
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.jobs.kinds import works
from workflow.jobs.periodic import nightly, repeats
from workflow.jobs.work import Run, put_down
from workflow.messages import mail, outbox
from workflow.office import list_choice

SCREEN = "DashboardView:report"
EVERY = {"week": "每周", "month": "每月"}
#: What an order keeps beside its conditions: how often, for whom, and the address of a letter.
BESIDE = ("every", "to", "mail")
#: What stands in front of the title of every report that came by order.
TITLE = "定期统计年报"
#: The most finished reports that a page lists, and the most colleagues that it offers.
LISTED, OFFERED = 10, 60
GONE = "接收人的账号已不存在，没有生成；请取消这份定期报表，需要的重新订一份。"


def order(uow: UnitOfWork, every: str, conditions: Conditions, to: str = "", address: str = "") -> SavedQuery:
    """Order the report of these conditions for oneself or a colleague; the year is always the newest of its day."""
    words = {name: word for name, word in plain(conditions.where).items() if name != "year"}
    told = "；".join(conditions.said(name) for name in words) or "全部"
    receiver = _receiver(uow, to)
    words |= {"every": every, "to": str(receiver.id), "mail": mail.address(address)}
    for_whom = "" if receiver is uow.actor else f" 给{receiver.full_name}"
    name = f"{EVERY[every]} {told}"[: list_choice.LONGEST_NAME - len(for_whom)] + for_whom
    return list_choice.keep(uow, SCREEN, name, words)


def _receiver(uow: UnitOfWork, to: str) -> Account:
    if not to or to == str(uow.actor.id):
        return uow.actor
    found = next((one for one in colleagues(uow.session, uow.actor) if str(one.id) == to), None)
    if found is None:
        raise Refused("接收人不在可选范围（同一机构或评委会、可以查看统计的在用账号）；请重新选择。")
    return found


def colleagues(session: Session, account: Account) -> Sequence[Account]:
    """Who else at the same desk reads statistics."""
    query = (
        select(Account)
        .where(
            Account.id != account.id,
            Account.active.is_(True),
            Account.organisation_id.is_not_distinct_from(account.organisation_id),
            Account.committee_id.is_not_distinct_from(account.committee_id),
            Account.roles.any(Role.name.in_(roles.STATISTICS)),
        )
        .order_by(Account.last_name, Account.first_name, Account.id)
    )
    return session.scalars(query.limit(OFFERED)).unique().all()


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
        words = list_choice.asked_by(one)
        name, first = period(_every(words), today)
        title = f"{TITLE}（{name}）：{one.name}"[:120]
        asked = select(Job.id).where(Job.account_id == _to(one, words), Job.title == title).limit(1)
        told = select(Notice.id).where(Notice.account_id == one.account_id, Notice.title == _not_made(title)).limit(1)
        if one.saved_at.date() < first and session.scalar(asked) is None and session.scalar(told) is None:
            found.append((one, title))
    return found


def _to(one: SavedQuery, words: Mapping[str, str]) -> int:
    """Whose report it is; an order of an earlier release is its owner's."""
    return int(word) if is_key(word := words.get("to", "")) else one.account_id


def _every(words: Mapping[str, str]) -> str:
    return words.get("every", "") if words.get("every") in EVERY else "month"


def _not_made(title: str) -> str:
    return f"未生成：{title}"[:120]


def _anything(session: Session, now: datetime) -> bool:
    return bool(due(session, now.date()))


@works("statistics_orders", minutes=30)
def _ask(run: Run) -> None:
    """Ask for every report that is due, each in the name of its receiver: it is his, and his rights count."""
    asked = 0
    for one, title in due(run.session, asking(run.actor, session=run.session).today):
        words = list_choice.asked_by(one)
        receiver = run.session.get(Account, _to(one, words))
        if receiver is None:
            attempt(
                run.actor,
                lambda uow, one=one, title=title: not_made(uow, one.account_id, title, GONE),
                session=run.session,
            )  # type: ignore[misc]
            continue
        asks = {name: word for name, word in words.items() if name not in BESIDE}
        beside = {"owner": one.account_id, "mail": words.get("mail", "")}

        def put(uow: UnitOfWork, title: str = title, asks: Any = asks, beside: Any = beside) -> Job:
            return put_down(uow, "statistics", title, home="/dashboard/own/orders", asked=asks, **beside)

        attempt(receiver, put, session=run.session)
        asked += 1
    attempt(run.actor, lambda uow: run.finish(uow, f"已提出 {asked} 份定期统计年报。"), session=run.session)


# -- what is told ----------------------------------------------------------------------------------------


def made(uow: UnitOfWork, job: Job, sentence: str) -> None:
    """The receiver is told where his report lies; by letter too, which says no number."""
    if not job.arguments.get("owner"):
        return
    tell(uow, job.account, job.title, f"{sentence}文件保存 7 天，请在详情中下载。", link=f"/job/show/{job.id}")
    text = f"{job.title} 已生成，请登录系统，在“消息”或“定期报表”中下载。本邮件不含数据，请勿回复。"
    if (address := str(job.arguments.get("mail", ""))) and mail.there_is():
        outbox.put(uow, channel=Channel.MAIL, receiver=address, subject=job.title, text=text, kind=MessageKind.RESULT)


def failed(uow: UnitOfWork, job: Job, sentence: str) -> None:
    """A report by order that was not made: its owner is told why."""
    if owner := job.arguments.get("owner"):
        not_made(uow, owner, job.title, f"接收人 {job.account.full_name}：{sentence}")


def not_made(uow: UnitOfWork, owner: int, title: str, sentence: str) -> None:
    """Tell the owner of an order that a report of it was not made."""
    if (account := uow.session.get(Account, owner)) is not None:
        tell(uow, account, _not_made(title), sentence, link="/dashboard/own/orders")


repeats("statistics_orders", "定期统计年报", nightly(6), _anything)
