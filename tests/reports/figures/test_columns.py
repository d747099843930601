"""What is counted in memory is what SQL counts: for every reader, under any conditions, after whatever was done."""

from __future__ import annotations

import random
import threading
import time
from contextlib import nullcontext
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, true, update
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.reading import DeclarationChange
from reports.figures.choose import source_for
from reports.figures.columns import follow, foretold, kept
from reports.figures.columns import source as held_by
from reports.figures.columns.circles import COMMITTEE, UNIT, Circles
from reports.figures.columns.frozen import FrozenSource
from reports.figures.columns.held import HELD, PACKED
from reports.figures.columns.source import ColumnSource, Followed
from reports.figures.dimension import Span
from reports.figures.source import SqlSource
from reports.figures.subjects.declaration import DECLARATIONS
from tests.arena import arena_on
from tests.workflow.base.test_reading import cases, people, stage  # noqa: F401  (`stage` is a fixture)
from workflow.base import policy, reading

D = Declaration
chosen = st.lists(st.sampled_from(HELD), max_size=3, unique=True)


@st.composite
def asked(draw, session):
    """Conditions on up to three dimensions: values that are there, nothing, others, or a stretch."""
    where = {}
    for name in draw(chosen):
        dimension = DECLARATIONS.dimensions[name]
        there = session.scalars(DECLARATIONS.from_rows(dimension.term()).distinct()).all()
        values = sorted((v for v in there if v is not None), key=str)
        if dimension.kind in ("day", "number") and values and draw(st.booleans()):
            ends = [draw(st.sampled_from(values)) for _ in range(2)]
            where[name] = Span(min(ends), draw(st.sampled_from([None, max(ends)])))
        else:
            where[name] = frozenset(draw(st.lists(st.sampled_from([*values, None]), min_size=1, max_size=3)))
    return where


#: Dimensions of the declaration that no column holds, and why SQL is asked for them.
NOT_HELD: dict[str, str] = {}


def test_every_dimension_of_the_declaration_is_held_or_says_why_not():
    """So that no page falls back on counting a million rows by SQL because somebody has added a dimension."""
    declared = set(DECLARATIONS.dimensions)
    assert set(HELD) == declared - set(NOT_HELD)
    assert set(NOT_HELD) <= declared and all(NOT_HELD.values())
    assert set(PACKED) <= set(HELD) and len(HELD) == len(set(HELD))


def readers(stage):  # noqa: F811
    return [(actor, reader) for actor in stage.accounts if (reader := policy.reader_of(actor)) is not None]


@given(st.lists(cases, min_size=1, max_size=5), st.lists(cases, max_size=3), st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_columns_count_what_sql_counts_for_every_reader(session, make, stage, first, later, data):  # noqa: F811
    people(make, stage, first)
    reading.bring_up(session)
    connection = session.connection()
    columns, at = follow.load(connection)
    people(make, stage, later)
    changed = session.scalars(select(D).order_by(D.id.desc()).limit(2)).all()
    changed[0].state = data.draw(st.sampled_from(list(S)))
    changed[-1].voted_on = date(2026, 7, 1)
    reading.bring_up(session)
    at = follow.follow(connection, columns, at)
    back, again, _told = kept.read(kept.written(columns, at, small=True))
    assert again.told() == at.told()
    by, where = data.draw(chosen), data.draw(asked(session))
    for actor, reader in readers(stage):
        sql = SqlSource(session, lambda model, actor=actor: policy.rows(actor, model)).count(DECLARATIONS, by, where)
        assert columns.count(reader, by, where) == sql, (reader, by, where)
        assert FrozenSource(back, reader).count(DECLARATIONS, by, where) == sql


def test_a_session_inside_a_transaction_is_answered_by_sql(session):
    assert isinstance(source_for(session, lambda model: true(), 0), SqlSource)


def test_a_reader_whom_no_key_knows_is_answered_by_sql(arena):
    with Session(arena.engine) as session:
        assert isinstance(source_for(session, lambda model: true(), None), SqlSource)
        assert isinstance(source_for(session, lambda model: true(), 0), ColumnSource)


@pytest.fixture(params=["sqlite", "postgresql"])
def arena(request, tmp_path):
    with arena_on(request.param, tmp_path) as arena:
        with arena.stage() as (_, make):
            unit, batch = make.unit(), make.batch()
            for _n in range(12):
                make.declaration(state=S.SUBMITTED, unit=unit, batch=batch)
        yield arena


BY = (["state"], ["stage", "region"], ["returns", "nature", "year"], [])


def wrong(engine, columns):
    """What the columns of a worker count otherwise than SQL."""
    with Session(engine) as session:
        sql = SqlSource(session, lambda model: true())
        source = ColumnSource(sql, columns, 0)
        return [by for by in BY if source.count(DECLARATIONS, by, {}) != sql.count(DECLARATIONS, by, {})]


def test_five_hundred_transactions_at_once_leave_no_difference(arena):
    """Writers of unequal length, so that commits do not follow the numbers of the feed; a reader looks all the time."""
    columns = Followed(arena.engine)
    with Session(arena.engine) as session:
        keys = list(session.scalars(select(D.id)))
    share, done = len(keys) // 4, []
    alone = threading.Lock() if arena.engine.dialect.name == "sqlite" else nullcontext()  # its writers stand in a line

    def write(place):
        chance = random.Random(place)
        mine = keys[place * share : (place + 1) * share]
        for _turn in range(125):
            with alone, Session(arena.engine) as session:
                for key in chance.sample(mine, chance.choice((1, 1, 2))):
                    session.get_one(D, key).state = chance.choice([S.SUBMITTED, S.UNDER_AUDIT, S.QUALIFIED, S.FAILED])
                reading.bring_up(session)
                time.sleep(chance.choice((0, 0, 0.01)))
                session.commit()
        done.append(place)

    threads = [threading.Thread(target=write, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    looks = 0
    while len(done) < 4 and any(thread.is_alive() for thread in threads):
        assert sum((columns.count(0, ["state"], {}) or {}).values()) == len(keys)
        looks += 1
    for thread in threads:
        thread.join()
    assert len(done) == 4 and looks > 5
    assert wrong(arena.engine, columns) == []
    with follow.snapshot(arena.engine) as connection:
        fresh, _at = follow.load(connection)
    for name in HELD:
        assert columns.count(0, [name], {}) == fresh.count(0, [name], {}), name


def test_a_feed_that_was_cut_is_seen_and_answered_by_sql_until_all_is_read_anew(arena, monkeypatch):
    monkeypatch.setattr(follow, "NEAR", 0)
    columns = Followed(arena.engine)
    assert wrong(arena.engine, columns) == []
    with arena.stage() as (session, make):
        make.declaration(state=S.SUBMITTED)
        make.declaration(state=S.SUBMITTED)
        reading.bring_up(session)
        newest = session.scalar(select(func.max(DeclarationChange.seq)))
        session.execute(delete(DeclarationChange).where(DeclarationChange.seq < newest))
    assert columns.count(0, ["state"], {}) is None
    assert wrong(arena.engine, columns) == []
    assert columns.count(0, [], {}) == {(): 14}


def test_who_has_read_while_the_feed_was_empty_follows_its_first_row(arena):
    """As after a filling in bulk: nothing has been told yet, and nothing is missing."""
    with arena.stage() as (session, _):
        session.execute(delete(DeclarationChange))
    columns = Followed(arena.engine)
    assert wrong(arena.engine, columns) == []
    with arena.stage() as (_, make):
        make.declaration(state=S.SUBMITTED)
    assert columns.count(0, [], {}) == {(): 13}


def test_a_worker_that_begins_reads_the_file_of_the_one_before(arena, tmp_path, monkeypatch):
    monkeypatch.setattr(held_by, "AT_ONCE", 0)

    def begin():
        columns = Followed(arena.engine, tmp_path / "cache")
        assert columns.count(0, [], {}) is None, "read beside the answers, which come from SQL meanwhile"
        columns._loading.join()
        return columns

    assert wrong(arena.engine, begin()) == []
    with arena.stage() as (_, make):
        make.declaration(state=S.SUBMITTED)
    loads = []
    monkeypatch.setattr(follow, "load", lambda connection: loads.append(connection))
    assert wrong(arena.engine, begin()) == [] and not loads
    (tmp_path / "cache" / held_by.FILE).write_bytes(b"PK nothing")
    monkeypatch.undo()
    monkeypatch.setattr(held_by, "AT_ONCE", 0)
    assert wrong(arena.engine, begin()) == []


def test_a_file_of_another_database_is_not_taken(arena, tmp_path):
    with arena.stage() as (session, _):
        at = follow.position(session.connection())
        assert follow.tail(session.connection(), at) == follow.tail(session.connection(), at)
        before = follow.tail(session.connection(), at)
        session.execute(update(DeclarationChange).values(declaration_id=DeclarationChange.declaration_id + 1))
        assert follow.tail(session.connection(), at) != before
        session.rollback()


codes = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 3), st.integers(0, 70_000)), max_size=40)


@given(codes)
def test_what_one_column_says_of_another_is_left_out_and_comes_back(rows):
    kinds = zip(("k_unit", "k_region", "circle"), (np.uint16, np.uint8, np.uint32), strict=True)
    whole = {name: np.array([row[n] for row in rows], kind) for n, (name, kind) in enumerate(kinds)}
    small = dict(foretold.less(whole))
    for name, array in whole.items():
        back = foretold.whole(name, small)
        assert back.dtype == array.dtype and (back == array).all()


def test_a_column_that_another_one_foretells_leaves_nothing_to_be_told():
    unit = np.array([1, 2, 1, 2, 1], np.uint8)
    small = dict(foretold.less({"k_unit": unit, "k_region": unit * 3}))
    assert not small["k_region"].any()


def test_who_reads_is_told_by_unit_committee_and_the_circle_of_offices():
    circles = Circles(6)
    #       declaration, reader, its unit, its committee
    lines = [(1, 7, 7, -4), (1, 20, 7, -4), (1, 30, 7, -4), (2, -4, 8, -4), (2, 8, 8, -4), (5, 20, 9, 0), (5, 30, 9, 0)]
    circles.put(*np.array(lines).T)
    assert [*np.flatnonzero(circles.by(UNIT))] == [1, 2] and [*np.flatnonzero(circles.by(COMMITTEE))] == [2]
    assert [*np.flatnonzero(circles.of(30))] == [1, 5] and not circles.of(7).any()
    assert len(circles.known) == 2, "one circle for both"
    circles.forget([1])
    assert [*np.flatnonzero(circles.of(20))] == [5] and not circles.by(UNIT)[1]


@pytest.mark.parametrize("content", [b"", b"PK", b"x" * 100])
def test_a_damaged_file_is_foreign(content):
    with pytest.raises(kept.Foreign):
        kept.read(content)
