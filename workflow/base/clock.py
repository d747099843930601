"""The one clock: every rule reads `uow.now`, which comes from here.

Local time of the province (Asia/Shanghai), naive. Several nodes have several clocks and one database, so its clock is
the one that counts; beside SQLite there is one machine, and its clock is the database's. In demo mode alone a stored
offset moves it (演示时钟).
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from models.office.setting import DemoClock
from workflow.base.remembered import remembered

PROVINCE = ZoneInfo("Asia/Shanghai")
#: Seconds for which an answer of the database is carried on by the time that has run since; then it is asked again.
CARRIED = 5.0
#: Runs on while the machine sleeps, and nobody can set it.
_RUNNING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_asked: WeakKeyDictionary[Engine, tuple[float, dt.datetime]] = WeakKeyDictionary()
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


def database_now(session: Session) -> dt.datetime:
    """The time by the clock that all nodes share; what ends, locks and idles by real time is told by it."""
    bind: Any = session.get_bind()
    if bind.dialect.name != "postgresql":
        return machine_now()
    asked = _asked.get(bind.engine)
    if asked is None or time.clock_gettime(_RUNNING) - asked[0] > CARRIED:
        asked = _asked[bind.engine] = _ask(session)
    return asked[1] + dt.timedelta(seconds=time.clock_gettime(_RUNNING) - asked[0])


def _ask(session: Session) -> tuple[float, dt.datetime]:
    """The database's moment, and when on the running clock it was: half way between question and answer."""
    raw: Any = session.connection().connection.driver_connection
    before = time.clock_gettime(_RUNNING)
    (moment,) = raw.execute(f"SELECT clock_timestamp() AT TIME ZONE '{PROVINCE.key}'").fetchone()
    return (before + time.clock_gettime(_RUNNING)) / 2, moment


def skew(session: Session) -> float:
    """Seconds by which this machine's clock is ahead of the one that counts."""
    return (machine_now() - database_now(session)).total_seconds()


def province_now(session: Session) -> dt.datetime:
    """The moment at which the rules decide."""
    now = database_now(session)
    if _demo and (offset := remembered(session, _offset)):
        now += dt.timedelta(seconds=offset)
    return now


def _offset(session: Session) -> int:
    return session.scalar(select(DemoClock.offset_seconds)) or 0
