"""Days that are known to the day, the month or the year, and what follows from them.

A month is the interval of its days: a demand is decided only where its first and its last day agree. Full years end on
the same day of the calendar, the 29th of February on the 28th (民法典 第二百零二条).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from workflow.conditions.three import Verdict

#: From the first year a living person can have been born in, to the last a batch can have.
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
ONE = timedelta(days=1)


class Counting(StrEnum):
    """How a document counts full years; its own choice, day by day unless it says otherwise."""

    DAY = "day@cutoff"
    #: To the end of the year in which the cut-off lies.
    YEAR_END = "day@12-31"
    #: The year of the cut-off less the year it began in.
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class When:
    """A day somewhere from `first` to `last`, both included."""

    first: date
    last: date

    def by(self, cutoff: date) -> Verdict:
        """Whether it has come on the day of the cut-off."""
        if self.last <= cutoff:
            return Verdict.MET
        return Verdict.NOT_MET if self.first > cutoff else Verdict.UNKNOWN

    def later(self, other: When) -> When:
        """The later of two days."""
        return When(max(self.first, other.first), max(self.last, other.last))

    @property
    def since(self) -> str:
        """As the beginning of something, in words."""
        return "起始日期未填" if self.last == LATEST else f"自 {self} 起"

    def __str__(self) -> str:
        if self.first == self.last:
            return self.first.isoformat()
        if self.last == LATEST:
            return "日期未填"
        return f"{self.first:%Y-%m}" if f"{self.first:%Y-%m}" == f"{self.last:%Y-%m}" else f"{self.first:%Y}"


#: Nobody has said when.
SOMETIME = When(EARLIEST, LATEST)


def when(value: Any) -> When:
    """A written day (YYYY-MM-DD), month (YYYY-MM) or year (YYYY); whatever is no date is a day unknown."""
    if isinstance(value, date):
        return When(value, value)
    text = str(value or "")
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return When(day, day)
        if len(text) == 7:
            first = date.fromisoformat(f"{text}-01")
            return When(first, first.replace(day=monthrange(first.year, first.month)[1]))
        if len(text) == 4:
            return When(date(int(text), 1, 1), date(int(text), 12, 31))
    except ValueError:
        pass
    return SOMETIME


def add_years(day: date, years: int) -> date:
    """The same day of the calendar so many years later; the 29th of February falls on the 28th."""
    if day.year + years > LATEST.year:
        return LATEST
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def full_after(since: When, years: int, counting: Counting = Counting.DAY) -> When:
    """The day on which so many years are full (满 N 年): the last such day is the day itself."""
    first, last = add_years(since.first, years), add_years(since.last, years)
    if counting == Counting.DAY:
        return When(first, last)
    # whatever falls into a year counts from its first day on
    return When(first.replace(month=1, day=1), last.replace(month=1, day=1))


def full_years(since: date | None, until: date) -> int:
    """Completed years from a day to a day, both ends counted as `full_after` counts them; none without a beginning."""
    if since is None or since > until:
        return 0
    years = until.year - since.year
    return years if add_years(since, years) <= until else years - 1


def full_with_gaps(spans: list[tuple[When, When | None]], years: int, counting: Counting) -> tuple[When | None, int]:
    """When interrupted employment has lasted so many years: the first start, the years, and the days of the gaps.

    `spans` are (from, to) in any order, `to` None while it goes on. Given: the day, None where it ended before; and
    the days of the gaps that were added.
    """
    first, gaps = _reached([(a.first, b.last if b else None) for a, b in spans], years)
    last, most = _reached([(a.last, b.first if b else None) for a, b in spans], years)
    if last is None:
        return (None, most) if first is None else (When(first, LATEST), most)
    reached = When(min(first or last, last), max(first or last, last))
    return full_after(reached, 0, counting), max(gaps, most)


def _reached(spans: list[tuple[date, date | None]], years: int) -> tuple[date | None, int]:
    spans = sorted(spans, key=lambda span: span[0])
    due, end, gaps = add_years(spans[0][0], years), spans[0][1], 0
    for since, until in spans[1:]:
        if end is None or due <= end + ONE:
            break
        if (between := (since - end).days - 1) > 0:
            gaps += between
            due += timedelta(days=between)
        end = until if until is None or until > end else end
    return (due if end is None or due <= end + ONE else None), gaps


def months_until(due: date, cutoff: date) -> int:
    """Whole months, rounded up, from the cut-off to a later day."""
    months = (due.year - cutoff.year) * 12 + due.month - cutoff.month
    return max(1, months + (due.day > cutoff.day))
