"""演示时钟: the demo's rules read a moment that anybody trying the product may move forward.

In production there is no such clock (`clock.allow_demo_clock` is never called with True) and the verb refuses. It
moves forward only: the journal and the trails are told in the order of time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from models.office.setting import CalendarYear, DemoClock
from workflow.base import clock
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork

#: One move goes at most this far, so that a slip of the finger does not spend the whole calendar.
FARTHEST = timedelta(days=100)


def move(uow: UnitOfWork, to: datetime) -> datetime:
    """Set the clock of the demo to `to`; gives the moment set.

    Refused: outside demo mode; a moment that has passed; more than `FARTHEST` at once; a year without a calendar.
    """
    if not clock.demo_clock_allowed():
        raise NotNow("演示时钟只在演示环境中可用；正式环境以服务器时间为准，不能调整。")
    to = to.replace(second=0, microsecond=0)
    if to <= uow.now:
        raise Refused(
            f"演示时钟只能向前拨，现在已是 {uow.now:%Y-%m-%d %H:%M}；日志和过程跟踪按时间先后登记。", field="to"
        )
    if to > uow.now + FARTHEST:
        raise Refused(
            f"一次最多向前拨 {FARTHEST.days} 天，即到 {uow.now + FARTHEST:%Y-%m-%d %H:%M}；请分次调整。", field="to"
        )
    if uow.session.scalar(select(CalendarYear.id).where(CalendarYear.year == to.year)) is None:
        raise Refused(f"{to.year}年的工作日历尚未设置，拨到该年后无法计算期限；请先录入工作日历。", field="to")
    row = uow.session.scalar(select(DemoClock))
    if row is None:
        row = DemoClock()
        uow.session.add(row)
    row.offset_seconds = int((to - clock.database_now(uow.session)).total_seconds())
    uow.session.flush()
    uow.record("set_demo_clock", "demo_clock", label="调整演示时钟", was=uow.now.replace(microsecond=0), to=to)
    return to
