"""Real workers on real databases: nothing is done twice by two of them, nothing is lost by one that is killed."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from contextlib import suppress

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.jobs.job import Job, JobState
from models.jobs.slot import Slot
from workflow.base.clock import machine_now
from workflow.base.errors import NotNow
from workflow.base.unit_of_work import attempt
from workflow.jobs import periodic, work
from workflow.jobs.job import JOB, please_stop, progress_of

#: What does not depend on the database is tried on the embedded one.
embedded = pytest.mark.parametrize("addresses", ["sqlite"], indirect=True)
ENDED = {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


def all_done(hall, keys):
    return lambda: all(hall.states()[key] in ENDED for key in keys)


def test_of_many_claims_at_once_one_is_granted(hall):
    """Eight threads, each with a connection of its own, reach for the same row."""
    for number in range(6):
        key = hall.ask(actor=hall.actor(number))
        granted, ready = [], threading.Barrier(8)

        def reach(token, key=key, granted=granted, ready=ready):
            with Session(hall.engine) as session:
                ready.wait()
                with suppress(NotNow):
                    granted.append(work.claim(session, key, token * 32))

        threads = [threading.Thread(target=reach, args=(token,)) for token in "abcdefgh"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        runs = [run for run in granted if run]
        assert len(runs) == 1
        assert (hall.job(key).token, hall.job(key).tries) == (runs[0].token, 1)


def test_numbers_that_are_rung_three_times_are_done_once_by_two_workers(hall, crew):
    keys = [hall.ask(actor=hall.actor(number), seconds=0.05) for number in range(8)]
    for key in keys * 2:
        hall.bell.ring("short", key)
    crew.hire()
    crew.hire()
    crew.until(all_done(hall, keys))
    assert hall.effects() == dict.fromkeys(keys, 1)
    assert {hall.job(key).tries for key in keys} == {1}


@embedded
def test_a_run_that_was_killed_is_begun_again_by_another(hall, crew):
    key = hall.ask(seconds=3)
    worker = crew.hire()
    crew.until(lambda: hall.job(key).state == JobState.RUNNING)
    for run in crew.runs(worker):
        os.kill(run, signal.SIGKILL)  # the run, and the sweeper beside it
    crew.until(all_done(hall, [key]))
    assert hall.effects() == {key: 1}
    assert hall.job(key).tries == 2


@embedded
def test_what_may_not_be_repeated_says_so_when_it_is_killed(hall, crew):
    key = hall.ask("once", seconds=30)
    worker = crew.hire()
    crew.until(lambda: hall.job(key).state == JobState.RUNNING)
    for run in crew.runs(worker):
        os.kill(run, signal.SIGKILL)
    crew.until(all_done(hall, [key]))
    assert (hall.job(key).state, hall.job(key).sentence, hall.effects()) == (JobState.FAILED, work.NOT_AGAIN, {})


def test_workers_killed_at_random_moments_lose_and_double_nothing(hall, crew):
    """A few moments here; thirty in benchmarks/bench_worker_killed.py."""
    kill_at_random(hall, crew, moments=3, jobs=5)


def kill_at_random(hall, crew, *, moments, jobs):
    """Ask for work, and kill a worker or one of its runs again and again; then one may live."""
    chance = random.Random(118)
    keys = []
    killed = Counter()
    crew.hire()
    crew.hire()
    for _moment in range(moments):
        for number in range(jobs):
            with suppress(NotNow):
                keys.append(hall.ask(actor=hall.actor(number), seconds=chance.uniform(0.05, 0.4)))
        threading.Event().wait(chance.uniform(0.05, 0.6))
        worker = chance.choice(crew.workers)
        runs = crew.runs(worker)
        if runs and chance.random() < 0.5:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(runs), signal.SIGKILL)
            killed["run"] += 1
        else:
            worker.kill()
            crew.bury(worker)
            crew.hire()
            killed["worker"] += 1
    crew.until(all_done(hall, keys), 240)
    states = Counter(hall.states()[key] for key in keys)
    assert set(states) == {JobState.DONE}, states
    assert hall.effects() == dict.fromkeys(keys, 1)
    return len(keys), killed


def test_progress_is_seen_and_cancelling_is_felt_in_another_process(hall, crew):
    key = hall.ask(seconds=60)
    crew.hire()
    crew.until(lambda: "步" in progress_of(hall.session, hall.job(key)).words)
    seen = progress_of(hall.session, hall.job(key))
    assert seen.alive and seen.total == 1200 and not seen.note
    job = hall.job(key)
    please_stop(key, job.token)
    attempt(hall.actor(), lambda uow: JOB.perform(uow, hall.job(key), "cancel"), session=hall.session)
    assert hall.job(key).state == JobState.CANCELLED
    worker = crew.workers[0]
    crew.until(lambda: len(crew.runs(worker)) == 1)  # the sweeper alone
    assert hall.effects() == {}


def test_what_holds_the_writer_can_be_cancelled(hall, crew):
    """On SQLite the run holds the only writer; it is ended before the cancelling is written."""
    key = hall.ask("holds", seconds=60)
    crew.hire()
    crew.until(lambda: progress_of(hall.session, hall.job(key)).words == "握着")
    please_stop(key, hall.job(key).token)
    attempt(hall.actor(), lambda uow: JOB.perform(uow, hall.job(key), "cancel"), session=hall.session)
    assert hall.job(key).state == JobState.CANCELLED
    assert hall.effects() == {}


@embedded
def test_what_takes_too_long_is_ended_and_says_so(hall, crew):
    key = hall.ask("brief", seconds=60)
    crew.hire()
    crew.until(all_done(hall, [key]))
    assert hall.job(key).state == JobState.FAILED
    assert "已停止，没有写入任何数据" in hall.job(key).sentence
    assert hall.effects() == {}


@embedded
def test_long_work_does_not_hold_up_short_work(hall, crew):
    long = hall.ask(lane="long", seconds=60)
    crew.hire()
    crew.until(lambda: hall.job(long).state == JobState.RUNNING)
    behind = hall.ask(lane="long", actor=hall.actor(1))
    short = hall.ask(actor=hall.actor(2))
    crew.until(all_done(hall, [short]))
    assert (hall.job(long).state, hall.job(behind).state) == (JobState.RUNNING, JobState.WAITING)


@embedded
def test_what_nobody_can_do_ends_after_five_runs(hall, crew):
    """A kind of work that ends its own process: memory that runs out, a parser that crashes."""
    key = hall.ask("dies")
    crew.hire()
    crew.until(all_done(hall, [key]))
    assert (hall.job(key).state, hall.job(key).tries) == (JobState.FAILED, work.MOST_TRIES)
    assert hall.job(key).sentence == work.WORN_OUT


def test_two_schedulers_make_one_job_a_slot(hall, crew):
    crew.hire(PERIODIC="1")
    crew.hire(PERIODIC="1")
    crew.until(lambda: hall.states() and all(state in ENDED for state in hall.states().values()))
    threading.Event().wait(1.0)  # both look again
    slots = hall.session.execute(select(Slot.name, Slot.slot)).all()
    jobs = hall.session.scalars(select(Job)).all()
    assert len(slots) == len(jobs) == len(set(slots))
    assert {name for name, _slot in slots} == {"ticks"}
    assert hall.effects() == {job.id: 1 for job in jobs}


def test_who_asks_for_a_slot_second_finds_it_taken(hall, monkeypatch):
    """Eight threads look into the calendar at the same moment."""
    monkeypatch.setattr(periodic, "PERIODIC", {"ticks": periodic.PERIODIC["ticks"]})
    now = machine_now()
    asked, ready = [], threading.Barrier(8)

    def look():
        with Session(hall.engine) as session:
            system = session.merge(hall.system)
            ready.wait()
            asked.extend(periodic.ask_due(session, system, now))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1
    assert len(hall.states()) == 1


@embedded
@pytest.mark.parametrize("closed", ["inactive", "without a role"])
def test_of_a_closed_account_nothing_is_begun(hall, closed):
    key = hall.ask()
    actor = hall.actor()
    if closed == "inactive":
        actor.active = False
    else:
        actor.roles = []
    hall.session.commit()
    work.do(hall.session, key)
    assert (hall.job(key).state, hall.job(key).sentence) == (JobState.FAILED, work.NOBODYS)
