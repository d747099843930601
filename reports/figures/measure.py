"""Measures: what a cell says of the rows that it stands for. All of them follow from counts.

A need is one count (under further conditions, split by a further dimension); a measure makes a number of its needs'
histograms: `{value of the split: rows}`, `{None: rows}` where nothing splits. Counts add up, so totals are measured
by the same functions over merged histograms, never by adding rates or medians.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.figures.subject import Where

Histogram = Mapping[Any, int]
#: How a number is written: 1,234; 63.6% of 636; 12.5 of 125 tenths.
COUNT, RATE, TENTHS = "count", "rate", "tenths"


@dataclass(frozen=True)
class Need:
    """One count. `year` moves the asked year by so many; `until` names the day by which it must have happened."""

    where: Where = field(default_factory=dict)
    split: str = ""
    year: int = 0
    until: str = ""


@dataclass(frozen=True)
class Measure:
    """`value` takes the histograms of the needs; None where there is nothing to say. A click opens `needs[0]`."""

    label: str
    needs: Sequence[Need]
    value: Callable[[Sequence[Histogram]], int | None]
    form: str = COUNT


def permille(part: int, whole: int) -> int | None:
    """Tenths of a percent, rounded half up; None where there is nothing to divide by."""
    return (2000 * part + whole) // (2 * whole) if whole else None


def written(value: int | None, form: str = COUNT) -> str:
    """As a cell shows it; a dash where there is nothing to say."""
    if value is None:
        return "—"
    if form == COUNT:
        return f"{value:,}"
    sign, tenths = ("-", -value) if value < 0 else ("", value)
    return f"{sign}{tenths // 10:,}.{tenths % 10}{'%' if form == RATE else ''}"


def _rows(histogram: Histogram) -> int:
    return sum(histogram.values())


def count(label: str = "人数", where: Where | None = None) -> Measure:
    """How many rows."""
    return Measure(label, [Need(where or {})], lambda at: _rows(at[0]))


def rate(label: str, part: Where, whole: Where | None = None) -> Measure:
    """How many of `whole` are also `part` (which holds the conditions of `whole` itself)."""
    return Measure(label, [Need(part), Need(whole or {})], lambda at: permille(_rows(at[0]), _rows(at[1])), RATE)


def total(label: str, of: str, where: Where | None = None) -> Measure:
    """The sum of a number over the rows."""
    return Measure(label, [Need(where or {}, of)], lambda at: sum((v or 0) * n for v, n in at[0].items()))


def percentile(label: str, of: str, hundredths: int, where: Where | None = None) -> Measure:
    """The least value that at least so many of a hundred rows do not exceed; rows without a value are left out."""
    return Measure(label, [Need(where or {}, of)], lambda at: nearest_rank(at[0], hundredths))


def mean(label: str, of: str, where: Where | None = None) -> Measure:
    """The mean of a number in tenths, rounded half up; rows without a value are left out."""

    def value(at: Sequence[Histogram]) -> int | None:
        known = {v: n for v, n in at[0].items() if v is not None}
        many = sum(known.values())
        return (20 * sum(v * n for v, n in known.items()) + many) // (2 * many) if many else None

    return Measure(label, [Need(where or {}, of)], value, TENTHS)


def different(label: str, of: str, where: Where | None = None) -> Measure:
    """How many different values of a dimension there are among the rows."""
    return Measure(label, [Need(where or {}, of)], lambda at: sum(1 for v, n in at[0].items() if n and v is not None))


def year_before(label: str, where: Where | None = None, until: str = "") -> Measure:
    """The same a year before; of a year under way as it stood on the same day, told by the dimension `until`."""
    return Measure(label, [Need(where or {}, year=-1, until=until)], lambda at: _rows(at[0]))


def growth(label: str, where: Where | None = None, until: str = "") -> Measure:
    """How much more than a year before, in tenths of a percent; None where there was nothing."""

    def value(at: Sequence[Histogram]) -> int | None:
        now, before = _rows(at[0]), _rows(at[1])
        more = permille(abs(now - before), before)
        return more if more is None or now >= before else -more

    return Measure(label, [Need(where or {}), Need(where or {}, year=-1, until=until)], value, RATE)


def nearest_rank(histogram: Histogram, hundredths: int) -> int | None:
    """The nearest-rank percentile (Hyndman and Fan 1996, definition 1) of a histogram."""
    known = sorted((value, n) for value, n in histogram.items() if value is not None)
    rank, seen = -(-hundredths * sum(n for _value, n in known) // 100), 0
    for value, n in known:
        seen += n
        if seen >= max(rank, 1):
            return int(value)
    return None
