"""Each figure equals a second computation that looks at every record, over the demo year and over small worlds."""

from __future__ import annotations

import random
from datetime import date, datetime

import pytest
from sqlalchemy import create_engine, select, true
from sqlalchemy.orm import Session

import reports.figures.pages  # noqa: F401  (enters the figures)
from models.awards.certificate import Certificate, CertificateState
from models.awards.publicity import Publicity
from models.batches.batch import Batch
from models.committees.committee import Committee
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.quota import Quota, QuotaKind
from models.register.organisation import Organisation
from models.review.draw import Draw
from models.review.plan import Plan, ScoreItem
from models.review.session import Member, ReviewSession
from models.sealed import install_keys
from reports.figures.answer import Asked, answer
from reports.figures.figure import FIGURES
from reports.figures.source import SqlSource
from tests.migrations import year
from tests.migrations.conftest import bare, settings
from tests.reports.figures.naive import Heap
from tests.reports.figures.plain import PLAIN

#: Kept in hand while the module runs, for a session lets go of what nobody holds and would ask again for each row.
HELD = (Declaration, RouteStep, Batch, Organisation, Plan, Committee, ReviewSession, Member, ScoreItem, Draw)
TODAY = date(2026, 7, 15)


@pytest.fixture(scope="module")
def demo_year(tmp_path_factory):
    """A session on the demo year as an earlier landing made it, brought up to today's schema."""
    from alembic import command

    url = f"sqlite:///{tmp_path_factory.mktemp('year')}/year.db"
    with bare(url):
        command.upgrade(settings(), year.kept().revision)
    year.fill(url, year.kept())
    with bare(url):
        command.upgrade(settings(), "head")
    engine = create_engine(url)
    install_keys(bytes.fromhex(year.kept().master))
    with Session(engine) as session:
        made_fuller(session)
        held = [session.query(model).all() for model in HELD]
        yield session
        del held
    engine.dispose()


@pytest.fixture(autouse=True)
def _its_keys(_keys):
    install_keys(bytes.fromhex(year.kept().master))


def made_fuller(session):
    """What the demo year leaves empty and a figure shows."""
    special = session.scalars(select(Quota).where(Quota.kind != QuotaKind.VACANCY)).first()
    filed = session.scalars(select(Declaration).where(Declaration.state == "issued")).first()
    filed.quota_id = special.id
    session.scalars(select(Plan).where(Plan.state == "filed")).first().opens_on = date(2026, 7, 10)
    session.scalars(select(Publicity).where(Publicity.kind == "unit")).first().ends_on = date(2025, 4, 11)
    refused = session.scalars(select(Certificate)).first()
    refused.state, refused.report_error = CertificateState.REPORT_FAILED, "身份证件号码与公安信息不符" * 4
    refused.downloaded_at = datetime(2026, 1, 5, 9)
    session.flush()


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
