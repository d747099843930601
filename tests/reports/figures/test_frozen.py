"""Frozen figures say what SQL said at their moment: of every subject, to every reader, whatever has happened since."""

from __future__ import annotations

import io
import json
import random

import numpy as np
import pytest
from sqlalchemy import select

import reports.figures.pages  # noqa: F401  (enters the figures)
from models.accounts.account import Account
from reports.figures.columns import frozen, kept
from reports.figures.columns.frozen import FrozenSource
from reports.figures.columns.held import HELD
from reports.figures.columns.kept import File
from reports.figures.source import SqlSource
from reports.figures.subject import SUBJECTS
from views.statistics.freezing import handed_in, owner_of
from workflow.base import policy

#: Subjects that are younger than the kept year: nothing of them can stand in it.
YOUNGER = {"appeal"}
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
    assert set(empty) == YOUNGER, "a subject that is never shown to be frozen"


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


def as_before(columns, at):
    """The same declarations as a release of format 2 kept them: a column a dimension, readers beside one another."""
    everybody = np.arange(columns.counted.size)
    offices = {reader for circle in columns.circles.known for reader in circle}
    committees = {-key for key in columns.words["committee"].values_ if key}
    readers = sorted(offices | committees | set(range(1, columns.words["unit"].many)))
    seen = [np.flatnonzero(columns.reached(reader)) for reader in readers]
    many = np.zeros(columns.counted.size, np.int64)
    slots = np.zeros((64, columns.counted.size), np.uint16)
    for code, ids in enumerate(seen, 1):
        slots[many[ids], ids] = code
        many[ids] += 1
    words = {name: [held.word(code) for code in range(held.many)] for name, held in columns.words.items()}
    head = {
        "format": 2, "schema": "", "at": at.told(), "readers": readers, "slots": int(many.max()), "rows": {},
        "told": {},
        "words": {name: [kept._out(value) for value in values] for name, values in words.items()},
    }  # fmt: skip
    arrays = {f"k_{name}": columns._taken(name, everybody) for name in columns.words}
    arrays |= {f"slot_{n}": slots[n] for n in range(head["slots"])}
    out = io.BytesIO()
    np.savez_compressed(out, head=np.frombuffer(json.dumps(head).encode(), np.uint8), counted=columns.counted, **arrays)
    return out.getvalue()


def test_what_an_earlier_release_has_frozen_is_read_for_years(file, demo_year):
    """时点数据 are sealed and kept: another form of the file takes nothing from them."""
    columns = file.columns()
    before = File(as_before(columns, file.at)).columns()
    chance = random.Random(2)
    for name in READERS:
        actor = demo_year.scalars(select(Account).where(Account.username == name)).one()
        reader = policy.reader_of(actor) or 0
        for _turn in range(6):
            by = chance.sample(list(HELD), 2)
            assert before.count(reader, by, {}) == columns.count(reader, by, {}), (name, by)
    with pytest.raises(kept.Foreign):  # a worker reads in anew what was not read by its own statement
        File(as_before(columns, file.at), same_schema=True)
