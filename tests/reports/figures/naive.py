"""Every figure a second time, in plain Python over the records themselves: no SQL, no dimension of the registry.

What a record is at a dimension says a small function of its own (`tests.reports.figures.plain`); which rows the
conditions leave, which lines and columns there are, and which rows a cell speaks of is done here by looking at all of
them. Only what a measure makes of a heap of values is the measure's own: test_measure.py holds that.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

from sqlalchemy import select, true

from reports.figures.answer import Asked, answer
from reports.figures.dimension import Span, Today
from reports.figures.source import SqlSource
from tests.reports.figures.plain import PLAIN

TODAY = date(2026, 7, 15)


def day(end, today):
    return today.fromordinal(today.toordinal() + end.days) if isinstance(end, Today) else end


def fits(value, wanted, today):
    """Whether a value is among what is asked."""
    if not isinstance(wanted, Span):
        return value in wanted
    least, most = day(wanted.least, today), day(wanted.most, today)
    return value is not None and (least is None or value >= least) and (most is None or value <= most)


def same_day_last_year(today):
    return today.replace(year=today.year - 1, day=min(today.day, 28 if today.month == 2 else 31))


class Heap:
    """All rows of a subject that somebody sees, each with what it is at every dimension."""

    def __init__(self, subject, session, seen):
        plain = PLAIN[subject.name]
        facts, rows = plain.facts(session), [row for row in plain.rows(session) if plain.key(row) in seen]
        self.rows = [{name: fact(row) for name, fact in facts.items()} for row in rows]
        self.placed, self.kept = {}, []

    def matching(self, need, figure, asked, line=None):
        """All rows that a need speaks of, wherever they stand in the table."""
        today = asked.today
        shared = {k: v for k, v in asked.where.items() if k in figure.of.dimensions and (k != "year" or figure.yearly)}
        wheres = [figure.where, need.where, line or {}]
        years = shared.pop("year", None)
        if years is not None:
            wheres.append({"year": frozenset(year + need.year for year in years)})
        if need.year and need.until and years == {today.year}:
            wheres.append({need.until: Span(None, same_day_last_year(today))})
        asks = [(name, wanted) for where in (shared, *wheres) for name, wanted in where.items()]
        return [row for row in self.rows if all(fits(row[name], wanted, today) for name, wanted in asks)]

    def of(self, need, figure, asked, line=None, at=None):
        """The histogram of a need at one place of the table."""
        names = tuple(at or ())
        key = (id(asked), id(need), id(line), names)
        if key not in self.placed:
            placed = self.placed[key] = defaultdict(Counter)
            for row in self.matching(need, figure, asked, line):
                placed[tuple(row[name] for name in names)][self.value(need, row, asked.today)] += 1
            self.kept += [asked, need, line]  # so that an id stays that of the same thing
        return self.placed[key].get(tuple((at or {}).values()), Counter())

    @staticmethod
    def value(need, row, today):
        """What a row is in the histogram of a need."""
        values = tuple(row[name] for name in need.splits)
        value = values[0] if len(values) == 1 else values or None
        return (today - value).days if need.aged and value is not None else value

    def cell(self, measure, figure, asked, line=None, at=None):
        return measure.value([self.of(need, figure, asked, line, at) for need in measure.needs])

    def values(self, name, figure, asked):
        """The values of a dimension that any count of the figure meets."""
        found = set()
        for measure in figure.measures:
            for need in measure.needs:
                found |= {row[name] for row in self.matching(need, figure, asked)}
        return found


class World:
    """One reader's heaps of all subjects, each told once."""

    def __init__(self, session, rows=lambda model: true()):
        self.session, self.rows, self.heaps = session, rows, {}

    def heap(self, subject):
        if subject.name not in self.heaps:
            seen = set(self.session.scalars(select(subject.model.id).where(self.rows(subject.model))))
            self.heaps[subject.name] = Heap(subject, self.session, seen)
        return self.heaps[subject.name]

    def asked(self, where, today=TODAY):
        return Asked(SqlSource(self.session, self.rows), self.session, where, today)

    def differences(self, figure, where, today=TODAY):
        """Where the figure and the second computation do not say the same."""
        asked, heap = self.asked(where, today), self.heap(figure.of)
        said = answer(figure, asked)
        if not isinstance(figure.rows, str):
            return [
                (line.label, measure.label, cell.value, want)
                for line, row in zip(figure.rows, said.rows, strict=True)
                for measure, cell in zip(figure.measures, row.cells, strict=True)
                if cell.value != (want := heap.cell(measure, figure, asked, line.where))
            ]
        found = []
        if not figure.every:
            told = {next(iter(row.where[figure.rows])) for row in said.rows} if not figure.cumulative else set()
            if not figure.cumulative and told != heap.values(figure.rows, figure, asked):
                found.append(("rows", told, heap.values(figure.rows, figure, asked)))
        first = 2 if figure.cumulative else 0
        places = [*said.rows, *([said.total] if said.total else [])]
        for place, row in enumerate(places):
            at = {} if row is said.total else {figure.rows: one(row, figure, said, place)}
            cells = list(row.cells[first:])
            for value, word in said.across:
                want = heap.cell(figure.measures[0], figure, asked, at=at | {figure.columns: value})
                if (cell := cells.pop(0)).value != want:
                    found.append((row.label, word, cell.value, want))
            for measure, cell in zip(figure.measures, cells, strict=True):
                if cell.value != (want := heap.cell(measure, figure, asked, at=at)):
                    found.append((row.label, measure.label, cell.value, want))
        return found


def one(row, figure, said, place):
    """The value a line stands for; of a funnel, whose lines stand for what got further too, the first of them."""
    if not figure.cumulative:
        return next(iter(row.where[figure.rows]))
    further = said.rows[place + 1].where[figure.rows] if place + 1 < len(said.rows) else frozenset()
    (value,) = row.where[figure.rows] - further
    return value
