"""Working days (工作日) by the calendar the province keeps, never by Monday-to-Friday alone.

Takes days, gives days. The calendar is the tables calendar_day (放假, 调休上班) and calendar_year; a year
that is not there is refused with a sentence, and a year the State Council has not announced yet (暂定)
is counted but flagged by `provisional`. Source: REQUIREMENTS §2.6; 118号 二(四), 五(一), 六(一), 六(二).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.office.setting import CalendarDay, CalendarYear, DayKind
from workflow.base.errors import Refused
from workflow.base.remembered import remembered

ONE = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """The days that are not what their weekday says, and the years that are set."""

    holidays: frozenset[date]
    makeups: frozenset[date]
    announced: dict[int, bool]  #: year → whether the State Council has announced it

    def works(self, day: date) -> bool:
        """Whether offices work on that day; refused for a year that is not set."""
        if day.year not in self.announced:
            raise Refused(
                f"{day.year}年的工作日历尚未设置，无法计算工作日；"
                "请省厅配置岗在“工作日历”中录入该年度放假调休安排后再办理。"
            )
        if day in self.makeups:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def walk(self, day: date, step: timedelta) -> Iterator[date]:
        """The working days after (or before) `day`, nearest first."""
        while True:
            day += step
            if self.works(day):
                yield day


def _load(session: Session) -> Calendar:
    rows = session.execute(select(CalendarDay.day, CalendarDay.kind)).all()
    years = session.execute(select(CalendarYear.year, CalendarYear.announced)).all()
    return Calendar(
        frozenset(day for day, kind in rows if kind == DayKind.HOLIDAY),
        frozenset(day for day, kind in rows if kind == DayKind.MAKEUP),
        {row.year: row.announced for row in years},
    )


def is_workday(session: Session, day: date) -> bool:
    """Whether `day` is a working day."""
    return remembered(session, _load).works(_plain(day))


def add(session: Session, day: date, n: int) -> date:
    """The n-th working day after `day`, which itself does not count; `day` for n = 0."""
    return _nth(session, day, n, ONE)


def subtract(session: Session, day: date, n: int) -> date:
    """The n-th working day before `day`, which itself does not count; `day` for n = 0."""
    return _nth(session, day, n, -ONE)


def between(session: Session, after: date, until: date) -> int:
    """How many working days lie in (after, until]; 0 when `until` is not later."""
    after, until = _plain(after), _plain(until)
    calendar = remembered(session, _load)
    return sum(calendar.works(after + timedelta(days=i)) for i in range(1, (until - after).days + 1))


def publicity_term(session: Session, posted_on: date, days: int) -> tuple[date, date]:
    """First and last day of a publicity (公示): counted from the working day after posting (REQUIREMENTS §6.6)."""
    if days < 1:
        raise ValueError("a publicity lasts at least one day")
    return add(session, posted_on, 1), add(session, posted_on, days)


def provisional(session: Session, day: date) -> bool:
    """Whether the calendar of that year is 暂定: not announced, and so not to be relied on."""
    return not remembered(session, _load).announced.get(day.year, False)


def _nth(session: Session, day: date, n: int, step: timedelta) -> date:
    if n < 0:
        raise ValueError("working days are counted from 0 upwards")
    day = _plain(day)
    walk = remembered(session, _load).walk(day, step)
    for _ in range(n):
        day = next(walk)
    return day


def _plain(day: date) -> date:
    """The day of a moment: a datetime equals no date in a set of days."""
    return date(day.year, day.month, day.day)
