"""Between a job's row, its bell and its workers nothing is lost or done twice, and every state has a way out."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from models.jobs.job import JobState as S
from tests.workflow.jobs.hall import Hall
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import attempt
from workflow.jobs.job import JOB
from workflow.jobs.sweep import GONE, LATE, LEASE, Sweeper
from workflow.jobs.work import MOST_TRIES, Lost, ask, claim, give_up, put_back

ENDED = {S.DONE, S.FAILED, S.CANCELLED}


class TakenBack(Exception):
    """Rolls an asking back."""


class Muted:
    """The queue as it is when nobody can reach it."""

    def __init__(self, bell):
        self.bell = bell

    def ring(self, lane, key):
        return False

    def __getattr__(self, name):
        return getattr(self.bell, name)


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    home = tmp_path_factory.mktemp("machine")
    made = Hall(f"sqlite:///{home}/main.db", f"sqlite:///{home}/queue.db", home)
    yield made
    made.close()


def machine_of(hall):
    class Jobs(RuleBasedStateMachine):
        """Askers, a lossy queue, workers that die or come late, sweepers, and people who cancel."""

        jobs = Bundle("jobs")
        runs = Bundle("runs")

        @initialize()
        def clean(self):
            self.now = 0.0
            self.sweepers = [Sweeper(hall.bell, clock=lambda: self.now) for _ in range(2)]
            self.mine: set[int] = set()
            self.actor = 0
            while hall.bell.next("short") is not None:
                pass

        @rule(target=jobs, kind=st.sampled_from(["tried", "tried", "once"]))
        def ask(self, kind):
            self.actor += 1
            for number in range(len(hall.actors)):  # whoever has three under way is refused; somebody else asks
                try:
                    key = hall.ask(kind, hall.actor(self.actor + number))
                except NotNow:
                    continue
                self.mine.add(key)
                return key
            return 0

        @rule()
        def ask_and_take_back(self):
            def verb(uow):
                ask(uow, "tried", "不要了")
                raise TakenBack

            before = len(hall.states())
            with pytest.raises((TakenBack, NotNow)):
                attempt(hall.actor(), verb, session=hall.session)
            assert len(hall.states()) == before

        @rule()
        def the_number_is_lost(self):
            hall.bell.next("short")

        @rule(key=jobs)
        def the_bell_rings_twice(self, key):
            hall.bell.ring("short", key)

        @rule(target=runs)
        def a_worker_takes_the_next(self):
            key = hall.bell.next("short")
            return claim(hall.session, key, secrets.token_hex(16)) if key else None

        @rule(run=runs)
        def a_sign_of_life(self, run):
            if run:
                hall.bell.put(f"beat:{run.job_id}:{run.token}", secrets.randbelow(1 << 30))

        @rule(run=consumes(runs), word=st.sampled_from(["", GONE, LATE]))
        def a_worker_dies(self, run, word):
            if run and word:
                hall.bell.put(f"beat:{run.job_id}:{run.token}", word)

        @rule(run=consumes(runs))
        def a_run_ends(self, run):
            self.end(run)

        @rule(run=consumes(runs), verb=st.sampled_from(["fail", "put_back"]))
        def a_run_breaks_off(self, run, verb):
            def broken(uow):
                job = run.mine(uow)
                put_back(uow, job) if verb == "put_back" else give_up(uow, job, "fail", "不行。")

            if run:
                try:
                    attempt(run.actor, broken, session=hall.session)
                except Lost:
                    assert hall.job(run.job_id).token != run.token

        def end(self, run):
            def effect(uow):
                uow.record("effect", f"job:{run.job_id}", label="试办")
                run.finish(uow, "办好了。")

            if run is None:
                return
            held = hall.job(run.job_id).token == run.token
            try:
                attempt(run.actor, effect, session=hall.session)
            except Lost:
                assert not held
            else:
                assert held

        @rule(key=jobs)
        def somebody_cancels(self, key):
            job = hall.job(key) if key else None
            if job is None:
                return
            was = job.state
            try:
                attempt(job.account, lambda uow: JOB.perform(uow, hall.job(key), "cancel"), session=hall.session)
            except Refused:
                assert was in ENDED
            else:
                assert was not in ENDED

        @rule(seconds=st.sampled_from([1.0, 5.0, LEASE + 1]), which=st.integers(0, 1))
        def time_passes_and_it_is_swept(self, seconds, which):
            self.sweepers[which].sweep(hall.session, hall.system)
            self.now += seconds
            self.sweepers[which].sweep(hall.session, hall.system)

        @invariant()
        def an_effect_is_there_once_and_only_for_what_is_done(self):
            effects, states = hall.effects(), hall.states()
            assert all(count == 1 for count in effects.values())
            assert set(effects) == {key for key, state in states.items() if state == S.DONE}

        @invariant()
        def only_a_running_job_has_a_run_that_may_end_it(self):
            for key in self.mine:
                job = hall.job(key)
                assert bool(job.token) == (job.state == S.RUNNING)
                assert job.tries <= MOST_TRIES
                assert (job.ended_at is not None) == (job.state in ENDED)

        def teardown(self):
            """Left alone with one worker that lives, everything comes to an end."""
            for _ in range(4 * MOST_TRIES):
                self.sweepers[0].sweep(hall.session, hall.system)
                self.now += 400
                while (key := hall.bell.next("short")) is not None:
                    self.end(claim(hall.session, key, secrets.token_hex(16)))
            assert set(hall.states().values()) <= ENDED
            hall.session.rollback()

    return Jobs


def test_nothing_is_lost_nothing_is_done_twice_and_every_state_has_a_way_out(hall):
    test = machine_of(hall).TestCase
    test.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
    test().runTest()


def test_a_bell_that_nobody_hears_loses_nothing(hall, monkeypatch):
    from workflow.jobs import job as jobs

    monkeypatch.setattr(jobs, "_bell", Muted(hall.bell))
    key = hall.ask()
    assert key not in hall.bell.numbers("short")
    now = [0.0]
    sweeper = Sweeper(hall.bell, clock=lambda: now[0])
    sweeper.sweep(hall.session, hall.system)
    now[0] = 10.0
    assert sweeper.sweep(hall.session, hall.system) == 1
    assert key in hall.bell.numbers("short")
