"""The one clock: every rule reads `uow.now`, which comes from here.

Local time of the province (Asia/Shanghai), naive. In demo mode alone a stored offset moves it (演示时钟).
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.office.setting import DemoClock
from workflow.base.remembered import remembered

PROVINCE = ZoneInfo("Asia/Shanghai")
_demo = False


def allow_demo_clock(allowed: bool) -> None:
    """Demo mode only: let the stored offset count. Production never calls this with True."""
    global _demo
    _demo = allowed


def demo_clock_allowed() -> bool:
    """Whether the demo clock may be moved here."""
    return _demo


def machine_now() -> dt.datetime:
    """The machine's time in the province, naive; the only place that reads the machine's clock."""
    return dt.datetime.now(PROVINCE).replace(tzinfo=None)  # noqa: TID251


def province_now(session: Session) -> dt.datetime:
    """The moment at which the rules decide."""
    now = machine_now()
    if _demo and (offset := remembered(session, _offset)):
        now += dt.timedelta(seconds=offset)
    return now


def _offset(session: Session) -> int:
    return session.scalar(select(DemoClock.offset_seconds)) or 0
