"""A worker: one process without threads that takes numbers out of the queue and forks a process for each job.

The fork finds everything loaded and gives its memory back when it ends. The parent never speaks to the database: it
only gives signs of life for its runs and ends what was cancelled, and so is never held up by the work itself. Beside it
runs the sweeper, a fork as well. Any number of workers on any number of machines share one queue.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from workflow.jobs.bell import Bell, Unreachable
from workflow.jobs.sweep import GONE, LATE

log = logging.getLogger(__name__)
#: Seconds between two looks into the queue, two signs of life, two sweeps.
LOOK, BEAT, SWEEP = 0.2, 2.0, 3.0
#: Seconds that running jobs are given when the worker is told to stop; beside a server somebody waits for the end.
GRACE, HASTE = 20.0, 2.0
#: Seconds until the sweeper is started again when it has died.
REST = 2.0


@dataclass
class Hand:
    """One run of this worker."""

    job_id: int
    lane: str
    token: str
    stopped: bool = False  #: ended because it was cancelled
    beats: int = 0


@dataclass
class Worker:
    """`places` says how many jobs of each lane run at once; `do(job, token)` does one, `sweep()` looks once.

    Both are called in forks: they open connections of their own.
    """

    bell: Bell
    places: dict[str, int]
    do: Callable[[int, str], None]
    sweep: Callable[[], None]
    beside: int = 0  #: the process with which it ends
    every: float = SWEEP
    beat: float = BEAT
    stopping: bool = False
    hands: dict[int, Hand] = field(default_factory=dict)
    sweeper: int = 0
    _told: float = 0.0
    _rested: float = 0.0
    _mute: bool = False

    def run(self) -> None:
        """Work until told to stop (TERM, INT), or until the process beside which it was started is gone."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self.stopping:
            self._keep_sweeping()
            began = self._begin()
            self._bury()
            self._tell()
            if self.beside and os.getppid() != self.beside:
                break
            if not began:
                time.sleep(LOOK)
        self._end()

    def _stop(self, *_: object) -> None:
        self.stopping = True

    # -- forks -------------------------------------------------------------------------------------------

    def _fork(self, act: Callable[[], None]) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child:
            return child
        status = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker; it ends its runs itself
            self.bell.forget()
            act()
            status = 0
        except BaseException:
            log.exception("a process of the worker ended by a fault")
        finally:
            logging.shutdown()
            os._exit(status)

    def _keep_sweeping(self) -> None:
        if not self.sweeper and time.monotonic() >= self._rested:
            self.sweeper = self._fork(self._sweep)

    def _sweep(self) -> None:
        worker, told = os.getppid(), ""
        while os.getppid() == worker:
            try:
                self.sweep()
                told = ""
            except Exception as error:  # the database is away: it is looked at again, and said once
                if told != (told := type(error).__name__):
                    log.exception("sweeping failed; it is tried again every %s s", self.every)
            time.sleep(self.every)

    def _begin(self) -> bool:
        """Fork a process for the next number of each lane that has a free place."""
        began = False
        for lane, most in self.places.items():
            if sum(hand.lane == lane for hand in self.hands.values()) >= most:
                continue
            try:
                key = self.bell.next(lane)
            except Unreachable as error:
                self._complain(error)
                return False
            if key is None or any(hand.job_id == key for hand in self.hands.values()):
                continue
            token = secrets.token_hex(16)
            child = self._fork(lambda key=key, token=token: self.do(key, token))  # type: ignore[misc]
            self.hands[child] = Hand(key, lane, token)
            began = True
        self._mute = False
        return began

    def _bury(self) -> None:
        """Whoever has ended makes room; of whoever was killed it is said at once that he is gone."""
        while True:
            try:
                child, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not child:
                return
            if child == self.sweeper:
                self.sweeper, self._rested = 0, time.monotonic() + REST
            elif hand := self.hands.pop(child, None):
                self._say(
                    hand, "" if not status or hand.stopped else LATE if os.WTERMSIG(status) == signal.SIGALRM else GONE
                )

    def _say(self, hand: Hand, word: str) -> None:
        sign = f"beat:{hand.job_id}:{hand.token}"
        try:
            self.bell.put(sign, word) if word else self.bell.drop(sign)
            if hand.stopped:
                self.bell.drop(f"told:{hand.job_id}", f"stop:{hand.job_id}")
        except Unreachable as error:
            self._complain(error)

    # -- signs -------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Signs of life of this worker and its runs; wishes to stop are heard; what takes too long is ended."""
        now = time.monotonic()
        try:
            stops = self.bell.look(f"stop:{hand.job_id}" for hand in self.hands.values())
            for child, hand in self.hands.items():
                if not hand.stopped and stops.get(f"stop:{hand.job_id}") == hand.token:
                    hand.stopped = True
                    os.kill(child, signal.SIGKILL)
            if now - self._told < self.beat and all(hand.beats for hand in self.hands.values()):
                return
            self._told = now
            self.bell.here(self.places)
            for hand in self.hands.values():
                hand.beats += 1
                self.bell.put(f"beat:{hand.job_id}:{hand.token}", hand.beats)
        except Unreachable as error:
            self._complain(error)

    def _complain(self, error: Unreachable) -> None:
        if not self._mute:
            self._mute = True
            log.warning("the queue cannot be reached; waiting for it: %s", error)

    # -- the end -----------------------------------------------------------------------------------------

    def _end(self) -> None:
        """No new work; what runs is given a while, then ended: it has written nothing and is begun again elsewhere."""
        last = time.monotonic() + (HASTE if self.beside else GRACE)
        while self.hands and time.monotonic() < last:
            self._bury()
            self._tell()
            time.sleep(LOOK)
        for child in (*self.hands, *([self.sweeper] if self.sweeper else [])):
            os.kill(child, signal.SIGKILL)
        while self.hands or self.sweeper:
            self._bury()
            time.sleep(0.01)
