"""Measures: what a cell says of the rows that it stands for. All of them follow from counts.

A need is one count (under further conditions, split by a further dimension); a measure makes a number of its needs'
histograms: `{value of the split: rows}`, `{None: rows}` where nothing splits. Counts add up, so totals are measured
by the same functions over merged histograms, never by adding rates or medians.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reports.figures.subject import Where

Histogram = Mapping[Any, int]
#: How a number is written: 1,234; 63.6% of 636; 12.5 of 125 tenths; 12.50 of 1250 hundredths; the day of its ordinal.
COUNT, RATE, TENTHS, HUNDREDTHS, DAY = "count", "rate", "tenths", "hundredths", "day"


@dataclass(frozen=True)
class Need:
    """One count. `year` moves the asked year by so many; `until` names the day by which it must have happened.

    `split` is a dimension, or several: then a value of the histogram is theirs together. `aged`: of days, how many ago.
    """

    where: Where = field(default_factory=dict)
    split: str | tuple[str, ...] = ""
    year: int = 0
    until: str = ""
    aged: bool = False

    @property
    def splits(self) -> tuple[str, ...]:
        """The dimensions that split it."""
        return (self.split,) if isinstance(self.split, str) and self.split else tuple(self.split)


@dataclass(frozen=True)
class Measure:
    """`value` takes the histograms of the needs; None where there is nothing to say. A click opens `needs[0]`.

    `rows`: the number is that of the rows which the click opens, not a sum or a rank of something about them.
    `tone` says whether what the needs hold is well, in a tone of the stylesheet.
    """

    label: str
    needs: Sequence[Need]
    value: Callable[[Sequence[Histogram]], int | None]
    form: str = COUNT
    rows: bool = False
    tone: Callable[[Sequence[Histogram]], str] | None = None


def permille(part: int, whole: int) -> int | None:
    """Tenths of a percent, rounded half up; None where there is nothing to divide by."""
    return (2000 * part + whole) // (2 * whole) if whole else None


def written(value: int | None, form: str = COUNT) -> str:
    """As a cell shows it; a dash where there is nothing to say."""
    if value is None:
        return "—"
    if form == COUNT:
        return f"{value:,}"
    if form == DAY:
        return date.fromordinal(value).isoformat()
    sign, tenths = ("-", -value) if value < 0 else ("", value)
    if form == HUNDREDTHS:
        return f"{sign}{tenths // 100:,}.{tenths % 100:02}"
    return f"{sign}{tenths // 10:,}.{tenths % 10}{'%' if form == RATE else ''}"


def _rows(histogram: Histogram) -> int:
    return sum(histogram.values())


def count(label: str = "人数", where: Where | None = None) -> Measure:
    """How many rows."""
    return Measure(label, [Need(where or {})], lambda at: _rows(at[0]), rows=True)


def bad(label: str, where: Where) -> Measure:
    """How many rows are as they should not be: red where there is one."""
    return Measure(
        label, [Need(where)], lambda at: _rows(at[0]), rows=True, tone=lambda at: "bad" if _rows(at[0]) else ""
    )


def rate(label: str, part: Where, whole: Where | None = None) -> Measure:
    """How many of `whole` are also `part` (which holds the conditions of `whole` itself)."""
    return Measure(label, [Need(part), Need(whole or {})], lambda at: permille(_rows(at[0]), _rows(at[1])), RATE)


def total(label: str, of: str, where: Where | None = None, form: str = COUNT) -> Measure:
    """The sum of a number over the rows."""
    return Measure(label, [Need(where or {}, of)], lambda at: summed(at[0]), form)


def share(label: str, part: str, of: str, where: Where | None = None) -> Measure:
    """One number summed over the rows, as a part of another."""
    needs = [Need(where or {}, part), Need(where or {}, of)]
    return Measure(label, needs, lambda at: permille(summed(at[0]), summed(at[1])), RATE)


def summed(histogram: Histogram) -> int:
    """The sum of the values over the rows."""
    return sum((value or 0) * n for value, n in histogram.items())


def percentile(label: str, of: str, hundredths: int, where: Where | None = None) -> Measure:
    """The least value that at least so many of a hundred rows do not exceed; rows without a value are left out."""
    return Measure(label, [Need(where or {}, of)], lambda at: nearest_rank(at[0], hundredths))


def mean(label: str, of: str, where: Where | None = None, form: str = TENTHS) -> Measure:
    """The mean of a number, in tenths, or as it is where it is in hundredths; rows without a value are left out."""
    parts = 10 if form == TENTHS else 1

    def value(at: Sequence[Histogram]) -> int | None:
        known = {v: n for v, n in at[0].items() if v is not None}
        many = sum(known.values())
        return (2 * parts * summed(known) + many) // (2 * many) if many else None

    return Measure(label, [Need(where or {}, of)], value, form)


def different(label: str, of: str, where: Where | None = None) -> Measure:
    """How many different values of a dimension there are among the rows."""
    return Measure(label, [Need(where or {}, of)], lambda at: sum(1 for v, n in at[0].items() if n and v is not None))


def year_before(label: str, where: Where | None = None, until: str = "") -> Measure:
    """The same a year before; of a year under way as it stood on the same day, told by the dimension `until`."""
    return Measure(label, [Need(where or {}, year=-1, until=until)], lambda at: _rows(at[0]), rows=True)


def growth(label: str, where: Where | None = None, until: str = "") -> Measure:
    """How much more than a year before, in tenths of a percent; None where there was nothing."""

    def value(at: Sequence[Histogram]) -> int | None:
        now, before = _rows(at[0]), _rows(at[1])
        more = permille(abs(now - before), before)
        return more if more is None or now >= before else -more

    return Measure(label, [Need(where or {}), Need(where or {}, year=-1, until=until)], value, RATE)


def oldest(label: str, since: str, where: Where | None = None) -> Measure:
    """How many days ago the earliest day of a dimension is."""
    need = Need(where or {}, since, aged=True)
    return Measure(label, [need], lambda at: max((v for v in at[0] if v is not None), default=None))


def latest(label: str, of: str, late: Where | None = None, due: Where | None = None) -> Measure:
    """The last day of a dimension: red where a row is late, amber where one is due and has no day yet, green if all
    have one."""
    needs = [Need({}, of), *(Need(where) for where in (late, due) if where)]

    def value(at: Sequence[Histogram]) -> int | None:
        return max((day.toordinal() for day in at[0] if day is not None), default=None)

    def tone(at: Sequence[Histogram]) -> str:
        if late and _rows(at[1]):
            return "bad"
        if due and _rows(at[-1]):
            return "warn"
        return "ok" if at[0] and None not in at[0] else "off"

    return Measure(label, needs, value, DAY, tone=tone)


def spread(label: str, of: str, where: Where | None = None) -> Measure:
    """The standard deviation (of all, not of a sample) of a number over the rows, in the unit of the number."""

    def value(at: Sequence[Histogram]) -> int | None:
        known = {v: n for v, n in at[0].items() if v is not None}
        many = sum(known.values())
        if not many:
            return None
        first, second = summed(known), sum(v * v * n for v, n in known.items())
        return (math.isqrt(4 * (many * second - first * first) // (many * many)) + 1) // 2

    return Measure(label, [Need(where or {}, of)], value, HUNDREDTHS)


def nearest_rank(histogram: Histogram, hundredths: int) -> int | None:
    """The nearest-rank percentile (Hyndman and Fan 1996, definition 1) of a histogram."""
    known = sorted((value, n) for value, n in histogram.items() if value is not None)
    rank, seen = -(-hundredths * sum(n for _value, n in known) // 100), 0
    for value, n in known:
        seen += n
        if seen >= max(rank, 1):
            return int(value)
    return None
