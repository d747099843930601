"""Frozen figures say what SQL said at their moment: of every subject, to every reader, whatever has happened since."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select

import reports.figures.pages  # noqa: F401  (enters the figures)
from models.accounts.account import Account
from reports.figures.columns import frozen
from reports.figures.columns.frozen import FrozenSource
from reports.figures.columns.kept import File
from reports.figures.source import SqlSource
from reports.figures.subject import SUBJECTS
from views.statistics.freezing import handed_in, owner_of
from workflow.base import policy

READERS = ("leader", "supervisor", "hrss_audit", "city1", "district1", "bureau1", "committee1", "unit1", "expert15")


@pytest.fixture(autouse=True)
def _its_keys(year_keys):
    """The keys of the demo year."""


@pytest.fixture(scope="module")
def file(demo_year):
    """The demo year, frozen."""
    return File(frozen.freeze(demo_year.connection(), owner_of, handed_in(), moment="2026-07-15"))


def source_of(file, session, name):
    """What an account of the demo year is answered from, frozen and now."""
    actor = session.scalars(select(Account).where(Account.username == name)).one()

    def seen(model):
        return policy.rows(actor, model)

    reader = policy.reader_of(actor)
    return FrozenSource(file.columns(), reader, file, session, seen), SqlSource(session, seen)


@pytest.mark.parametrize("name", READERS)
def test_every_subject_is_counted_as_sql_counts_it(file, demo_year, name):
    then, now = source_of(file, demo_year, name)
    told = 0
    for subject in SUBJECTS.values():
        chance = random.Random(subject.name + name)
        for _turn in range(4):
            by = chance.sample(list(subject.dimensions), min(2, len(subject.dimensions)))
            where = {}
            if found := now.count(subject, [narrowed := chance.choice(list(subject.dimensions))], {}):
                where = {narrowed: frozenset({chance.choice(sorted(found, key=str))[0]})}
            assert then.count(subject, by, where) == now.count(subject, by, where), (subject.name, by, where)
            told += sum(now.count(subject, [], {}).values())
    assert (told > 0) is (name != "expert15") or name == "expert15"


def test_the_province_has_something_of_every_subject_to_compare(file, demo_year):
    then, _now = source_of(file, demo_year, "supervisor")
    empty = [subject.name for subject in SUBJECTS.values() if not then.count(subject, [], {})]
    assert not empty, "a subject that is never shown to be frozen"


def test_a_file_that_lacks_a_dimension_of_today_answers_by_the_others(file, monkeypatch):
    held = file.columns()
    source = FrozenSource(held, 0, file)
    declarations, step = SUBJECTS["declaration"], SUBJECTS["step"]
    assert source.knows(declarations, ["sex"]) and source.knows(step, ["rank"])
    whole = source.count(declarations, ["region"], {})
    del held.words["sex"], held.words["ending"]
    assert not source.knows(declarations, ["sex"]) and not source.knows(step, ["of a later release"])
    assert source.count(declarations, ["region"], {}) == whole
    with pytest.raises(LookupError):
        source.count(declarations, ["sex"], {})
