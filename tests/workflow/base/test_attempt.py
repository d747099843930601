"""A verb that finds no way through is tried again for as long as its patience lasts, and what is then told is true."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session, object_session

from models.accounts.account import Account
from models.declarations.declaration import Declaration
from models.office.journal import JournalEntry
from models.register.blacklist import BlacklistEntry
from models.register.organisation import Organisation
from models.register.person import Person
from models.registry import by_table
from tests.arena import arena_on
from tests.conftest import NOON
from workflow.base import journal, line, roles
from workflow.base.errors import NotNow, Refused, TooBusy
from workflow.base.unit_of_work import OVERTAKEN, TWICE, attempt
from workflow.register.blacklist import BLACKLIST, propose

#: What a database may say to a writer that is nobody's fault.
BUSY_STATES = ("40001", "40P01", "53200", "55P03")
#: What stops the verb for good, and what is then told.
ENDS = ("passes", "refuses", "breaks")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def arena(request, tmp_path_factory):
    """One database of each kind for the whole file."""
    with arena_on(request.param, tmp_path_factory.mktemp("attempt")) as arena:
        yield arena


@pytest.fixture
def office(arena):
    """An officer who writes."""
    with arena.stage() as (_, make):
        account = make.account(roles.HRSS_AUDIT)
        make.session.flush()
        key = account.id
    with Session(arena.engine) as session:
        yield session.get_one(Account, key)


def stumble(session, state):
    """The database refuses the statement with that SQLSTATE; SQLite has but one such answer."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'no way through' USING ERRCODE = '{state}'; END $$"))
    raise OperationalError("INSERT", {}, Exception("database is locked"))


def entries(arena):
    with Session(arena.engine) as session:
        return list(session.scalars(select(JournalEntry.verb).order_by(JournalEntry.id)))


def write(uow, word):
    uow.record(word, "desk")


# --- again and again, for a time ------------------------------------------------------------------------


@settings(max_examples=25)
@given(
    stumbles=st.lists(st.sampled_from(BUSY_STATES), max_size=3),
    end=st.sampled_from(ENDS),
    effects=st.lists(st.booleans(), max_size=3),
)
def test_whatever_comes_in_between_a_verb_is_done_once_with_its_effects_or_not_at_all(arena, stumbles, end, effects):
    """Model: a stumble is tried again, the end decides; effects follow a commit, each once, whatever one does."""
    with arena.stage() as (_, make):
        account = make.account(roles.HRSS_AUDIT)
        make.session.flush()
        key = account.id
    before, happened, runs = entries(arena), [], []
    left = list(stumbles)

    def verb(uow):
        runs.append(1)
        write(uow, "done")
        for place, works in enumerate(effects):
            uow.after_commit.append(lambda place=place, works=works: effect(place, works))
        if left:
            stumble(uow.session, left.pop(0))
        if end == "refuses":
            raise Refused("不能办理。")
        if end == "breaks":
            raise LookupError("a fault of ours")
        return "answer"

    def effect(place, works):
        happened.append(place)
        if not works:  # an effect that fails as a database does must not make the verb run again
            raise OperationalError("SELECT", {}, Exception("database is locked"))

    with Session(arena.engine) as session:
        actor = session.get_one(Account, key)
        try:
            told = attempt(actor, verb, session=session, now=NOON)
        except (Refused, LookupError, DBAPIError) as error:
            told = error
    passed = end == "passes"
    assert len(runs) == len(stumbles) + 1
    assert entries(arena) == before + ["done"] * passed
    assert happened == (list(range(len(effects))) if passed else [])
    if passed:
        assert told == "answer" if all(effects) else isinstance(told, DBAPIError)
    else:
        assert isinstance(told, Refused if end == "refuses" else LookupError)


@pytest.mark.parametrize("state", BUSY_STATES)
def test_who_finds_no_way_through_in_time_is_told_to_press_again_and_nothing_was_written(arena, office, state):
    runs, before = [], entries(arena)

    def verb(uow):
        runs.append(1)
        write(uow, "never")
        uow.after_commit.append(lambda: runs.append("effect"))
        stumble(uow.session, state)

    with pytest.raises(TooBusy) as told:
        attempt(office, verb, session=object_session(office), now=NOON, patience=0.4)
    assert "系统繁忙，请再按一次" in told.value.sentence and "他人" not in told.value.sentence
    assert len(runs) > 1 and "effect" not in runs
    assert entries(arena) == before


def test_a_fault_of_the_statement_is_not_tried_again(arena, office):
    runs = []

    def verb(uow):
        runs.append(1)
        uow.session.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(DBAPIError):
        attempt(office, verb, session=object_session(office), now=NOON)
    assert len(runs) == 1


# --- true conflicts ----------------------------------------------------------------------------------------


def test_a_record_that_is_no_longer_what_was_read_is_told_as_such(arena, office):
    with arena.stage() as (_, make):
        key = make.declaration().id
    runs = []

    def verb(uow):
        runs.append(1)
        declaration = uow.session.get_one(Declaration, key)
        uow.session.execute(text(f"UPDATE declaration SET version = version + 1 WHERE id = {key}"))
        declaration.applicant_name = "另一个人"
        uow.session.flush()

    with pytest.raises(NotNow) as told:
        attempt(office, verb, session=object_session(office), now=NOON)
    assert told.value.sentence == OVERTAKEN and not isinstance(told.value, TooBusy)
    assert len(runs) == 1


def test_a_key_that_is_taken_also_when_nobody_else_writes_is_told_and_not_tried_for_ever(arena, office):
    with arena.stage() as (_, make):
        name = make.account(roles.UNIT_OFFICER).username
    runs = []

    def verb(uow):
        runs.append(1)
        same = Account(username=name, first_name="", last_name="重", email=f"{name}@again", password="-")
        uow.session.add(same)
        uow.session.flush()

    with pytest.raises(NotNow) as told:
        attempt(office, verb, session=object_session(office), now=NOON)
    assert told.value.sentence == TWICE
    assert len(runs) == 2


# --- waiting --------------------------------------------------------------------------------------------------


def test_who_gets_no_place_in_the_queue_is_told_and_his_verb_never_began(arena, office):
    began = []
    with all_places_taken(arena), pytest.raises(TooBusy):
        attempt(office, began.append, session=object_session(office), now=NOON, patience=0.3)
    assert began == []
    attempt(office, lambda uow: write(uow, "after"), session=object_session(office), now=NOON)
    assert entries(arena)[-1] == "after"


@contextlib.contextmanager
def all_places_taken(arena):
    """Somebody who writes for long, in the queue that everybody shares."""
    if arena.engine.dialect.name == "sqlite":
        with line.place(f"{arena.engine.url.database}-line", 1) as came:
            assert came
            yield
    else:
        with arena.engine.connect() as other:
            other.execute(text("LOCK TABLE write_queue IN EXCLUSIVE MODE"))
            yield


def test_a_crowd_in_each_others_way_passes_to_the_last_one(arena):
    """Forty read the same rows and each adds one: on PostgreSQL each first try is in the way of the others."""
    with arena.stage() as (session, make):
        people = [make.account(roles.HRSS_AUDIT).id for _ in range(40)]
        already = len(session.scalars(select(Person.id)).all())

    def verb(uow):
        seen = len(uow.session.scalars(select(Person.name)).all())
        uow.session.add(Person(name=f"第{seen}个", sex="男", id_number=f"4301{seen:014d}", phone=f"139{seen:08d}"))
        uow.session.flush()
        write(uow, "count")
        return seen

    answers = arena.race([(key, verb) for key in people], now=NOON, patience=60)
    assert sorted(answers) == list(range(already, already + 40))  # one after the other, in some order


# --- long work --------------------------------------------------------------------------------------------------


@pytest.fixture
def long_work(arena):
    """An import under way on PostgreSQL: it has written to the register and has not committed yet."""
    if arena.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer; long work stands in the line as everybody does")
    with arena.stage() as (_, make):
        config, unit = make.account(roles.HRSS_CONFIG), make.organisation()
        make.session.flush()
        keys = config.id, unit.id
    under_way, may_end, ended = threading.Event(), threading.Event(), []

    def verb(uow):
        uow.session.get_one(Organisation, keys[1]).contact = "由导入登记"
        uow.session.flush()
        uow.record("import", "organisation:*")
        under_way.set()
        assert may_end.wait(60)

    def run():
        with Session(arena.engine) as session:
            actor = session.get_one(Account, keys[0])
            ended.append(attempt(actor, verb, session=session, now=NOON, holds=(Organisation,)))

    thread = threading.Thread(target=run)
    thread.start()
    assert under_way.wait(60)
    yield keys[1]
    may_end.set()
    thread.join()
    assert ended == [None]
    with Session(arena.engine) as session:
        assert session.get_one(Organisation, keys[1]).contact == "由导入登记"
        assert list(journal.verify(session)) == []


def test_long_work_stops_nobody_who_writes_elsewhere_not_even_who_tries_again(arena, office, long_work):
    tries = []

    def verb(uow):
        tries.append(1)
        write(uow, "beside")
        if len(tries) == 1:
            stumble(uow.session, "40001")  # the next try is alone in the queue

    attempt(office, verb, session=object_session(office), now=NOON, patience=5)
    assert len(tries) == 2 and entries(arena)[-1] == "beside"


def test_who_would_write_where_long_work_is_writing_gives_way_and_is_told(arena, office, long_work):
    def verb(uow):
        uow.session.get_one(Organisation, long_work).contact = "由经办人登记"
        uow.session.flush()

    with pytest.raises(TooBusy):
        attempt(office, verb, session=object_session(office), now=NOON, patience=0.5)


def test_long_works_come_one_after_the_other(arena, office, long_work):
    with pytest.raises(TooBusy):
        attempt(office, lambda uow: None, session=object_session(office), now=NOON, patience=0.3, holds=())


# --- what is written is verified by order, not by the clock --------------------------------------------------------


def test_a_clock_that_was_set_back_makes_nobody_a_forger(arena):
    """Two nodes whose clocks are apart act on one record: the later entry counts, whatever hour it carries."""
    with arena.stage() as (_, make):
        officers = [make.account(roles.HRSS_AUDIT).id for _ in range(2)]
        person = make.person().id

    def by(officer, verb, now):
        with Session(arena.engine) as session:
            return attempt(session.get_one(Account, officer), verb, session=session, now=now)

    def first(uow):
        entry = propose(
            uow, person=uow.session.get_one(Person, person), kind="forgery", reason="虚假材料", basis="〔2026〕9 号"
        )
        uow.session.flush()
        return entry.id

    key = by(officers[0], first, NOON)
    by(
        officers[1],
        lambda uow: BLACKLIST.perform(
            uow, uow.session.get_one(BlacklistEntry, key), "activate", basis="湘人社函〔2026〕10 号"
        ),
        NOON - timedelta(minutes=16),
    )
    with Session(arena.engine) as session:
        assert list(journal.verify(session, by_table())) == []
