"""What the 审计管理员 is told of the nightly verification: that it found something, or that it did not come.

Two look whether it came: a worker every hour, and the sign-in of the 审计管理员 (`accounts/at_the_door`). By the demo
clock, which jumps, nothing is ever late.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.office.notice import Notice
from workflow.base import clock, journal
from workflow.base import roles as r
from workflow.base.journal import Fault
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.jobs.kinds import works
from workflow.jobs.periodic import every, repeats
from workflow.jobs.work import Run

#: A night may begin late and take long; after so many hours without a verification it has not come.
LATE_HOURS = 30
FOUND, MISSED = "审计日志核验发现问题", "审计日志未按时核验"
NAMED = 3
WHERE = "/journal/verify"


def named(faults: Sequence[Fault]) -> str:
    """The first faults in words."""
    told = (f"链 {fault.chain} 第 {fault.seq} 条：{fault.reason}" if fault.seq else fault.reason for fault in faults)
    return "；".join(list(told)[:NAMED])


def tell_faults(uow: UnitOfWork, faults: Sequence[Fault]) -> None:
    """Every night that finds something says so."""
    text = (
        f"{uow.now:%Y-%m-%d %H:%M} 的核验发现 {len(faults)} 处不符（GB/T 22239-2019 8.1.4.7）：{named(faults)}。"
        "请保全数据库、DATA_DIR/journal 和留证文件，不要自行修复，按运行手册处理。"
    )
    tell(uow, r.AUDIT_ADMIN, FOUND, text, WHERE)


def late_since(session: Session, now: datetime) -> datetime | None:
    """The last verification, or the first entry where there was none, when that is too long ago."""
    if clock.demo_clock_allowed():
        return None
    last = journal.last_verified(session) or journal.began(session)
    return last if last is not None and now - last > timedelta(hours=LATE_HOURS) else None


def untold(session: Session, now: datetime) -> bool:
    """Whether a verification is missing and nobody was told of it today."""
    if late_since(session, now) is None:
        return False
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    said = select(func.count(Notice.id)).where(Notice.role == r.AUDIT_ADMIN, Notice.title == MISSED, Notice.at >= day)
    return not session.scalar(said)


def tell_late(uow: UnitOfWork) -> bool:
    """Once a day while it is missing; whether there was anything to tell."""
    last = late_since(uow.session, uow.now)
    if last is None or not untold(uow.session, uow.now):
        return False
    text = (
        f"最近一次核验在 {last:%Y-%m-%d %H:%M}，已超过 {LATE_HOURS} 小时（应每晚一次，GB/T 22239-2019 8.1.4.3）。"
        "请自行核验一次，并请运维人员检查后台任务进程（zhicheng-worker）是否在运行。"
    )
    tell(uow, r.AUDIT_ADMIN, MISSED, text, WHERE)
    return True


@works("watch_verification", lane="short", minutes=10)
def _watch(run: Run) -> None:
    """Tell the 审计管理员 where the night's verification is missing."""

    def verb(uow: UnitOfWork) -> None:
        run.finish(uow, "已提醒审计管理员。" if tell_late(uow) else "审计日志已按时核验。")

    attempt(run.actor, verb, session=run.session)


repeats("watch_verification", "核对审计日志是否按时核验", every(60), untold)
