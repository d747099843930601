"""Working days in SQL: how many lie between two days of a row, by the calendar that the office keeps.

A dimension like any other, so that rows can be counted, limited and opened by it. The rules count by
workflow/office/working_days.py; a test holds that both say the same. A year that is not in the calendar counts Monday
to Friday here: a statistic leaves out no row.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from models.office.setting import CalendarDay, DayKind

#: A Sunday before all days of the office.
SUNDAY = date(1899, 12, 31)
FRIDAY = 5


class DaysSince(FunctionElement[int]):
    """Days from `SUNDAY` to a day."""

    type = Integer()
    inherit_cache = True


@compiles(DaysSince, "sqlite")
def _sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **kw)}) - julianday('{SUNDAY}') AS INTEGER)"


@compiles(DaysSince, "postgresql")
def _postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"(CAST({compiler.process(element.clauses, **kw)} AS DATE) - DATE '{SUNDAY}')"


def _weekdays(day: Any) -> ColumnElement[int]:
    """Mondays to Fridays in (SUNDAY, day]."""
    n = DaysSince(day)
    return n // 7 * 5 + case((n % 7 > FRIDAY, FRIDAY), else_=n % 7)


def working_days(after: Any, until: Any) -> ColumnElement[int | None]:
    """How many working days lie in (after, until]; 0 when `until` is not later, nothing when either is not there."""
    weekday = DaysSince(CalendarDay.day) % 7
    works = weekday.between(1, FRIDAY)
    moved = case(
        (and_(CalendarDay.kind == DayKind.HOLIDAY, works), -1), (and_(CalendarDay.kind == DayKind.MAKEUP, ~works), 1)
    )
    between = and_(CalendarDay.day > after, CalendarDay.day <= until)
    calendar = select(func.coalesce(func.sum(moved), 0)).where(between).correlate_except(CalendarDay).scalar_subquery()
    return case((until > after, _weekdays(until) - _weekdays(after) + calendar), (until <= after, 0))
