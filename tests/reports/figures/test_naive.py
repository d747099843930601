"""Each figure equals a second computation that looks at every record, over the demo year and over small worlds."""

from __future__ import annotations

import random
from datetime import date

import pytest
from sqlalchemy import select, true

import reports.figures.pages  # noqa: F401  (enters the figures)
from reports.figures.answer import Asked, answer
from reports.figures.figure import FIGURES
from reports.figures.source import SqlSource
from tests.reports.figures.naive import Heap
from tests.reports.figures.plain import PLAIN

TODAY = date(2026, 7, 15)


@pytest.fixture(autouse=True)
def _its_keys(year_keys):
    """The keys of the demo year."""


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


@pytest.fixture(scope="module")
def whole(demo_year):
    return World(demo_year)


def test_every_subject_is_told_plainly_with_all_its_dimensions(demo_year):
    for figure in FIGURES.values():
        used = {name for name in (figure.rows, figure.columns) if isinstance(name, str) and name}
        missing = used - set(PLAIN[figure.subject].facts(demo_year))
        assert not missing, (figure.name, missing)


@pytest.mark.parametrize("name", list(FIGURES))
def test_the_demo_year_says_the_same_twice(whole, name):
    assert whole.differences(FIGURES[name], {"year": frozenset({2026})}) == []


@pytest.mark.parametrize("name", list(FIGURES))
def test_no_figure_is_empty_in_the_demo_year(whole, name):
    asked = whole.asked({"year": frozenset({2025, 2026})})
    said = answer(FIGURES[name], asked)
    assert any(cell.value for row in said.rows for cell in row.cells), "a figure that is never shown to count anything"


@pytest.mark.parametrize("name", list(FIGURES))
def test_under_random_conditions_it_says_the_same_twice(whole, name):
    figure, chance = FIGURES[name], random.Random(name)
    heap = whole.heap(figure.of)
    for _ in range(3):
        where = {"year": frozenset({2026})} if chance.random() < 0.7 else {}
        names = [n for n in figure.of.dimensions if n != "year" and n in (heap.rows or [{}])[0]]
        for chosen in chance.sample(names, min(2, len(names))):
            values = sorted({row[chosen] for row in heap.rows}, key=str)
            where[chosen] = frozenset(chance.sample(values, min(len(values), 3)))
        assert whole.differences(figure, where) == [], where
