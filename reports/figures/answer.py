"""A figure answered: lines of cells, each with its number, its word, and the conditions of the rows behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from reports.figures.dimension import NOTHING_WORD, Span, Wanted, at, both
from reports.figures.figure import Figure, Line
from reports.figures.measure import RATE, Measure, Need, permille, written
from reports.figures.source import Source
from reports.figures.subject import Subject, Where

#: Groups below this are not told of persons to whoever may not open the rows.
SMALL = 3
HIDDEN = "少于 3"
Key = tuple[Any, ...]
#: The histogram of no rows.
NONE: Mapping[Any, int] = {}
#: In a key: whatever the value.
ANY: Any = object()


@dataclass(frozen=True)
class Cell:
    """`where` opens exactly the rows that `value` speaks of (None: nothing); with `rows` it is their number."""

    value: int | None
    word: str
    where: Where | None = None
    rows: bool = False
    tone: str = ""


@dataclass(frozen=True)
class Row:
    """A line: what it stands for, in a word and as conditions, and its cells."""

    label: str
    where: Where
    cells: Sequence[Cell]
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """The table of a figure. `across` are the words of the columns dimension, `heads` those of all cells."""

    figure: Figure
    heads: Sequence[str]
    rows: Sequence[Row]
    total: Row | None
    across: Sequence[tuple[Any, str]] = ()
    ignored: Sequence[str] = field(default=())  #: shared conditions that do not apply to what is counted


@dataclass(frozen=True)
class Asked:
    """What answers need: the source, the session for words, the conditions of the page, today, and the reader's right.

    `opens` says whether the reader may open rows of a subject's model; else small groups of persons stay hidden.
    `leads` says whether numbers lead to their rows: those of a moment gone by do not, for the rows are those of today.
    """

    source: Source
    session: Session
    where: Where
    today: date
    opens: bool = True
    leads: bool = True


def a_year_before(day: date) -> date:
    """The same day of last year; of 29 February the day before."""
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def merged(*wheres: Where) -> dict[str, Wanted]:
    """All conditions at once."""
    found: dict[str, Wanted] = {}
    for where in wheres:
        for name, wanted in where.items():
            found[name] = both(found[name], wanted) if name in found else wanted
    return found


def settled(where: Where, today: date) -> dict[str, Wanted]:
    """Conditions of a declaration, with its days told from today as dates."""
    return {name: at(wanted, today) for name, wanted in where.items()}


def answer(figure: Figure, asked: Asked) -> Answer:
    """Count what the figure needs, each count once, and shape it."""
    subject = figure.of
    shared = subject.applying(asked.where)
    if not figure.yearly:
        shared.pop("year", None)
    base = merged(settled(figure.where, asked.today), shared)
    by = tuple(name for name in (figure.rows if isinstance(figure.rows, str) else "", figure.columns) if name)
    ignored = [name for name in asked.where if name not in shared]
    if isinstance(figure.rows, str):
        counts = _Counts(figure, asked, base, by)
        rows, across = _by_dimension(figure, figure.rows, counts, asked)
        total = _row("合计", (ANY,), {}, figure, counts, across) if rows and figure.total else None
        if figure.cumulative:
            rows, total = _cumulated(rows, figure.rows, base, asked), None
    else:
        rows = [_line(line, figure, asked, base) for line in figure.rows]
        across, total = [], None
    heads = [figure.cumulative, "占首行"] if figure.cumulative else []
    heads += [word for _value, word in across] + [measure.label for measure in figure.measures]
    return Answer(figure, heads, rows, total, across, ignored)


class _Counts:
    """The histograms of every need of a figure: at each key of row and column, along rows, down columns, of all."""

    def __init__(self, figure: Figure, asked: Asked, base: Where, by: tuple[str, ...]) -> None:
        self.asked, self.base, self.by = asked, base, by
        self.subject: Subject = figure.of
        self.wheres: dict[int, dict[str, Wanted]] = {}
        self.found: dict[int, dict[Key, dict[Any, int]]] = {}
        self.values: list[set[Any]] = [set() for _name in by]
        for need in (need for measure in figure.measures for need in measure.needs):
            self.wheres[id(need)] = where = self._moved(need)
            self.found[id(need)] = self._histograms(need, where)

    def _histograms(self, need: Need, where: Where) -> dict[Key, dict[Any, int]]:
        found: dict[Key, dict[Any, int]] = defaultdict(dict)
        many, splits = len(self.by), need.splits
        for key, n in self.asked.source.count(self.subject, (*self.by, *splits), where).items():
            value: Any = key[many:] if len(splits) > 1 else key[many] if splits else None
            if need.aged and value is not None:
                value = (self.asked.today - value).days
            for place, known in zip(key, self.values, strict=False):
                known.add(place)
            for masked in _margins(key[:many]):
                at = found[masked]
                at[value] = at.get(value, 0) + n
        return found

    def _moved(self, need: Need) -> dict[str, Wanted]:
        where = merged(self.base, settled(need.where, self.asked.today))
        years = where.get("year")
        if not need.year or not isinstance(years, frozenset):
            return where
        where["year"] = frozenset(int(year) + need.year for year in years if isinstance(year, int))
        if need.until and years == {self.asked.today.year}:
            # a year under way is held against what last year had by the same day
            span = Span(None, a_year_before(self.asked.today))
            where[need.until] = both(where[need.until], span) if need.until in where else span
        return where

    def cell(self, measure: Measure, key: Key, where: Where) -> Cell:
        """The measure at a key, in which ANY stands for all values; with the way to its rows."""
        at = [self.found[id(need)].get(key, NONE) for need in measure.needs]
        rows = sum(at[0].values())
        if not self.asked.opens and 0 < rows < SMALL and self._personal(where):
            return Cell(None, HIDDEN)
        value, tone = measure.value(at), measure.tone(at) if measure.tone else ""
        opens = rows and self.asked.opens and self.asked.leads and not self.subject.closed
        opened = merged(self.wheres[id(measure.needs[0])], where) if opens else None
        return Cell(value, written(value, measure.form), opened, measure.rows, tone)

    def _personal(self, where: Where) -> bool:
        return any(self.subject.dimensions[name].personal for name in (*self.by, *where))


def _margins(key: Key) -> Iterator[Key]:
    yield key
    for place in range(len(key)):
        yield (*key[:place], ANY, *key[place + 1 :])
    if len(key) > 1:
        yield (ANY,) * len(key)


def _columns(figure: Figure, counts: _Counts, asked: Asked) -> list[tuple[Any, str]]:
    if not figure.columns:
        return []
    found = counts.values[counts.by.index(figure.columns)]
    return list(_words(figure.of, figure.columns, found, asked.session, figure.every))


def _words(
    subject: Subject, name: str, found: set[Any], session: Session, every: bool = False
) -> Iterator[tuple[Any, str]]:
    """Values with their words: those found in their official order (all with `every`), then what has no word."""
    known = subject.dimensions[name].words(session, found)
    yield from ((value, word) for value, word in known.items() if every or value in found)
    for value in sorted(found - set(known), key=str):
        yield value, NOTHING_WORD if value is None else str(value)


def _by_dimension(figure: Figure, name: str, counts: _Counts, asked: Asked) -> tuple[list[Row], list[tuple[Any, str]]]:
    across = _columns(figure, counts, asked)
    rows = [
        _row(word, (value,), {name: frozenset({value})}, figure, counts, across)
        for value, word in _words(figure.of, name, counts.values[0], asked.session, figure.every)
    ]
    if figure.most:
        rows.sort(key=lambda row: -(row.cells[len(across)].value or 0))
    return rows, across


def _row(
    label: str,
    key: Key,
    where: Where,
    figure: Figure,
    counts: _Counts,
    across: Sequence[tuple[Any, str]],
    note: str = "",
) -> Row:
    """`key` is what the row is at: its value, ANY, or nothing where rows are lines."""
    cells = [
        counts.cell(figure.measures[0], (*key, value), {**where, figure.columns: frozenset({value})})
        for value, _word in across
    ]
    whole = (*key, ANY) if figure.columns else key
    cells += [counts.cell(measure, whole, where) for measure in figure.measures]
    return Row(label, where, cells, note)


def _cumulated(rows: Sequence[Row], name: str, base: Where, asked: Asked) -> list[Row]:
    """Each row with what got to it or further, in front of what stayed there."""
    found: list[Row] = []
    reached, values, first = 0, frozenset[Any](), sum(row.cells[0].value or 0 for row in rows)
    for row in reversed(rows):
        here = row.where[name]
        reached, values = reached + (row.cells[0].value or 0), values | (here if isinstance(here, frozenset) else set())
        opened = merged(base, {name: values}) if reached and asked.opens and asked.leads else None
        share = permille(reached, first)
        cells = [Cell(reached, written(reached), opened, rows=True), Cell(share, written(share, RATE)), *row.cells]
        found.insert(0, Row(row.label, {name: values}, cells))
    return found


def _line(line: Line, figure: Figure, asked: Asked, base: Where) -> Row:
    counts = _Counts(figure, asked, merged(base, settled(line.where, asked.today)), ())
    return _row(line.label, (), {}, figure, counts, (), line.note)
