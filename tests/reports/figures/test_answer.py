"""A figure is what its rows are: every number opens exactly as many as it says."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import func, select, true

import reports.figures.pages  # noqa: F401  (enters the figures)
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import DeclarationState as S
from reports.figures.answer import HIDDEN, Asked, answer
from reports.figures.dimension import Span
from reports.figures.figure import FIGURES
from reports.figures.source import SqlSource
from workflow.base import reading

TODAY = date(2026, 7, 15)


@pytest.fixture
def asked(session):
    """What a reader of everything asks about 2026."""

    def ask(where=None, opens=True):
        reading.bring_up(session)
        source = SqlSource(session, lambda model: true())
        return Asked(source, session, {"year": frozenset({2026}), **(where or {})}, TODAY, opens)

    return ask


def opened(session, figure, where):
    """How many rows the list behind a number has."""
    model = figure.of.model
    return session.scalar(select(func.count()).select_from(model).where(figure.of.clause(where)))


def cells(said):
    rows = [*said.rows, *([said.total] if said.total else [])]
    return [(row, head, cell) for row in rows for head, cell in zip(said.heads, row.cells, strict=True)]


@pytest.fixture
def a_small_year(make):
    make.declaration(state=S.DRAFT)
    make.declaration(state=S.SUBMITTED, submitted_at=datetime(2026, 5, 1))
    make.declaration(state=S.AT_COMMITTEE, reached_committee_at=datetime(2026, 6, 1), level=TitleLevel.INTERMEDIATE)
    make.declaration(state=S.FAILED, voted_on=date(2026, 7, 1))
    make.declaration(state=S.ISSUED, voted_on=date(2026, 7, 1), unit=make.unit(region_code="430202"))
    make.declaration(state=S.TERMINATED)


@pytest.mark.parametrize("name", list(FIGURES))
def test_every_number_opens_its_rows(a_small_year, asked, session, name):
    figure = FIGURES[name]
    for _row, _head, cell in cells(answer(figure, asked())):
        if cell.where is not None and cell.rows:
            assert opened(session, figure, cell.where) == cell.value, (_row.label, _head)


def test_regions_are_counted_by_their_path(a_small_year, asked):
    said = answer(FIGURES["declared_by_region"], asked())
    found = {row.label: [cell.word for cell in row.cells[:4]] for row in said.rows}
    assert found["株洲市"] == ["1", "1", "1", "100.0%"]
    assert [cell.word for cell in said.total.cells[:4]] == ["5", "2", "1", "50.0%"]


def test_the_funnel_counts_whoever_got_so_far_and_who_stopped_there(a_small_year, asked):
    said = answer(FIGURES["funnel"], asked())
    reached = {row.label: row.cells[0].value for row in said.rows}
    assert reached["提交"] == 5
    assert reached["参评"] == 2
    assert reached["通过"] == 1
    stopped = {row.label: row.cells[2].value for row in said.rows}
    assert sum(stopped.values()) == 5


def test_a_condition_limits_every_number(a_small_year, asked):
    said = answer(FIGURES["declared_by_series"], asked({"level": frozenset({TitleLevel.INTERMEDIATE.value})}))
    assert said.total.cells[0].value == 1


def test_a_year_under_way_is_held_against_the_same_day(make, asked):
    make.declaration(state=S.SUBMITTED, year=2025, submitted_at=datetime(2025, 7, 15, 9))
    make.declaration(state=S.SUBMITTED, year=2025, submitted_at=datetime(2025, 9, 1))
    make.declaration(state=S.SUBMITTED, submitted_at=datetime(2026, 5, 1))
    said = answer(FIGURES["declared_by_region"], asked())
    assert said.total.cells[said.heads.index("去年同期")].value == 1
    assert said.total.cells[said.heads.index("同比")].word == "0.0%"


@pytest.mark.parametrize("opens", [True, False])
def test_small_groups_of_persons_are_not_told_to_who_may_not_open_them(a_small_year, asked, opens):
    one = {"level": frozenset({TitleLevel.INTERMEDIATE.value})}
    told = {cell.word for _row, _head, cell in cells(answer(FIGURES["people_age_by_sex"], asked(one, opens=opens)))}
    assert (HIDDEN in told) is not opens


def test_who_may_not_open_rows_is_given_no_way_to_them(a_small_year, asked):
    said = answer(FIGURES["declared_by_region"], asked(opens=False))
    assert said.rows and all(cell.where is None for _row, _head, cell in cells(said))


@pytest.mark.parametrize(
    "where", [{"year": frozenset({2026}), "level": frozenset({"senior", None})}, {"sent": Span(date(2026, 1, 1), None)}]
)
def test_conditions_come_back_from_the_address_as_they_went(where):
    subject = FIGURES["declared_by_region"].of
    assert subject.read(subject.written(where)) == where


@pytest.mark.parametrize(
    "text", ["year=x", "nobody=1", "year=2026&year=2025", "sent=..", "sent=2026-13-01..", "level="]
)
def test_an_address_that_cannot_be_read_is_no_condition(text):
    assert FIGURES["declared_by_region"].of.read(text) is None
