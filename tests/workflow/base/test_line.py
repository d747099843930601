"""The line before SQLite's writer: who came first goes first, in whatever process, and the dead hold nobody up."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from workflow.base import line

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(
    not hasattr(fcntl, "F_OFD_SETLK"), reason="this system has no locks that belong to an open file"
)
#: Another process that stands in the line and tells when its turn has come.
STANDS = """
import sys
from workflow.base import line
with line.place(sys.argv[1], 30) as came:
    print(came, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "office.db-line"


def drawn(file):
    """How many numbers have been drawn."""
    return int.from_bytes(file.read_bytes()[:8], "big") if file.exists() else 0


def until(holds):
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to that")


class Waiting:
    """Somebody in the line: a thread of ours, or a process of its own."""

    def __init__(self, file, order, name, *, apart):
        self.order, self.name, self.process = order, name, None
        if apart:
            self.process = subprocess.Popen(
                [sys.executable, "-c", STANDS, str(file)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        self.thread = threading.Thread(target=self._follow if apart else self._stand, args=(file,))
        self.thread.start()

    def _stand(self, file):
        with line.place(file, 30) as came:
            self.order.append((self.name, came))

    def _follow(self, file):
        came = self.process.stdout.readline().strip()
        if came:
            self.order.append((self.name, came == "True"))
            self.process.stdin.write("\n")
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def test_who_came_first_goes_first_across_threads_and_processes(file):
    order, people = [], []
    with line.place(file, 1):
        for n in range(9):
            people.append(Waiting(file, order, n, apart=n % 3 == 0))
            until(lambda n=n: drawn(file) == n + 2)  # he has his number before the next one comes
        assert order == []
    for person in people:
        person.thread.join(30)
    assert order == [(n, True) for n in range(9)]


def test_who_is_killed_in_the_line_or_at_its_head_holds_nobody_up(file):
    order = []
    with line.place(file, 1):
        head = Waiting(file, order, "head", apart=True)
        until(lambda: drawn(file) == 2)
        middle = Waiting(file, order, "middle", apart=True)
        until(lambda: drawn(file) == 3)
        last = Waiting(file, order, "last", apart=False)
        until(lambda: drawn(file) == 4)
        middle.process.kill()
        middle.thread.join(30)
    head.thread.join(30)
    last.thread.join(30)
    assert order == [("head", True), ("last", True)]


def test_a_writer_who_dies_while_it_is_his_turn_gives_it_away(file):
    holder = subprocess.Popen(
        [sys.executable, "-c", STANDS, str(file)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline().strip() == "True"
    with line.place(file, 0.05) as came:
        assert not came
    holder.kill()
    holder.communicate()
    with line.place(file, 30) as came:
        assert came


def test_whose_patience_ends_leaves_his_place_to_the_others(file):
    order = []
    with line.place(file, 1):
        with line.place(file, 0.05) as came:
            assert not came
        after = Waiting(file, order, "after", apart=False)
        until(lambda: drawn(file) == 3)
    after.thread.join(30)
    assert order == [("after", True)]
