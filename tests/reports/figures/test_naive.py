"""Each figure equals a second computation that looks at every record, over the demo year and over small worlds."""

from __future__ import annotations

import random

import pytest

import reports.figures.pages  # noqa: F401  (enters the figures)
from reports.figures.answer import answer
from reports.figures.figure import FIGURES
from tests.reports.figures.naive import World
from tests.reports.figures.plain import PLAIN
from tests.reports.figures.test_frozen import YOUNGER


@pytest.fixture(autouse=True)
def _its_keys(year_keys):
    """The keys of the demo year."""


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


@pytest.mark.parametrize("name", [name for name, figure in FIGURES.items() if figure.subject not in YOUNGER])
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
