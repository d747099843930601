"""Two at once on one database follow each other: the second says that it waits, and a killed one holds nothing."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from sqlalchemy import create_engine

from app.one_at_a_time import GOES_ON, WAITS, one_at_a_time
from tests.migrations.conftest import MIGRATIONS
from tests.migrations.test_filled_database import begin

HOLDS = """
import sys, time
from sqlalchemy import create_engine
from app.one_at_a_time import one_at_a_time
with one_at_a_time(create_engine(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(old):
    """A process that holds the database and will not let go by itself."""
    words = [sys.executable, "-c", HOLDS, old]
    with subprocess.Popen(words, cwd=MIGRATIONS.parent, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_two_who_prepare_at_once_say_so_and_follow_each_other(old, holder, tmp_path):
    both = [begin(old, tmp_path, "prepare") for _ in range(2)]
    assert [process.stdout.readline().strip() for process in both] == [WAITS, WAITS]
    holder.kill()
    said = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert all(GOES_ON in out for out, _ in said)


def test_whoever_waits_goes_on_when_the_one_before_is_killed(old, holder, tmp_path):
    waiting = begin(old, tmp_path, "db", "upgrade")
    assert waiting.stdout.readline().strip() == WAITS
    holder.send_signal(signal.SIGKILL)
    out, errors = waiting.communicate(timeout=120)
    assert waiting.returncode == 0, errors
    assert GOES_ON in out


def test_who_holds_it_may_enter_again(old):
    engine, said = create_engine(old), []
    with one_at_a_time(engine, say=said.append), one_at_a_time(engine, say=said.append):
        pass
    with one_at_a_time(engine, say=said.append):
        pass
    assert said == []
