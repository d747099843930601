"""What falls between the worker and the queue: numbers that were never rung, and runs that have fallen silent.

Every worker sweeps, and sweeping twice does nothing twice: a row is taken back by a step of its lifecycle that only
fits once, and the run it is taken from can no longer end it. Silence is measured by the sweeper's own clock since it
last saw a change, so no two machines need the same time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.jobs.job import Job
from models.jobs.job import JobState as S
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.jobs.bell import LANES, Bell, Unreachable
from workflow.jobs.job import OPEN, give_up
from workflow.jobs.kinds import KINDS
from workflow.jobs.work import put_back

log = logging.getLogger(__name__)
#: A run that has given no sign for so many seconds is taken back. Workers give one every two seconds.
LEASE = 20.0
#: Seconds a row waits, neither queued nor claimed, before it is rung again: by how often it has been begun.
PAUSES = (4.0, 10.0, 30.0, 120.0, 300.0)
#: Passes after which signs that nobody needs are taken away.
TIDIED_EVERY = 200
#: What a worker says of a run: its process is gone, or had to be ended because it took too long.
GONE, LATE = "gone", "late"
TOO_LONG = "办理超过 {} 分钟，已停止，没有写入任何数据；请缩小范围后重新办理，仍不成功的请联系系统管理员。"


class Sweeper:
    """Looks again and again; remembers since when a row has not moved."""

    def __init__(
        self,
        bell: Bell,
        *,
        lease: float = LEASE,
        pauses: tuple[float, ...] = PAUSES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.bell, self.lease, self.pauses, self.clock = bell, lease, pauses, clock
        self._seen: dict[tuple[Any, ...], tuple[Any, float]] = {}
        self._passes = 0

    def sweep(self, session: Session, system: Account) -> int:
        """Ring what waits unrung, take back what is silent, end what took too long; how many rows were helped on."""
        rows = session.execute(
            select(Job.id, Job.state, Job.lane, Job.token, Job.tries).where(Job.state.in_(OPEN)).order_by(Job.id)
        ).all()
        self._passes += 1
        if self._passes % TIDIED_EVERY == 0:
            self._tidy({(str(row.id), row.token) for row in rows})
        if not rows:
            self._seen.clear()
            return 0
        try:
            queued = {lane: self.bell.numbers(lane) for lane in LANES}
            signs = self.bell.look(f"beat:{row.id}:{row.token}" for row in rows if row.state == S.RUNNING)
        except Unreachable as error:
            log.warning("the queue cannot be reached, nothing is swept: %s", error)
            return 0
        kept: dict[tuple[Any, ...], tuple[Any, float]] = {}
        helped = 0
        for row in rows:
            place = (row.id, row.token, row.tries)
            sign = row.id in queued[row.lane] if row.state == S.WAITING else signs.get(f"beat:{row.id}:{row.token}")
            before, since = self._seen.get(place, (None, self.clock()))
            kept[place] = (sign, since if place in self._seen and before == sign else self.clock())
            still = self.clock() - kept[place][1]
            if row.state == S.WAITING:
                if not sign and still >= self.pauses[min(row.tries, len(self.pauses) - 1)]:
                    helped += self.bell.ring(row.lane, row.id)
                    kept.pop(place)
            elif sign in (GONE, LATE) or still >= self.lease:
                helped += self._take_back(session, system, row.id, row.token, late=sign == LATE)
                self._forget(f"beat:{row.id}:{row.token}")
        self._seen = kept
        return helped

    def _take_back(self, session: Session, system: Account, key: int, token: str, *, late: bool) -> int:
        """From the run of that token, unless it has ended meanwhile."""

        def take(uow: UnitOfWork) -> tuple[str, str]:
            job = uow.session.get(Job, key, populate_existing=True)
            if job is None or job.state != S.RUNNING or job.token != token:
                return "", ""
            if late:
                minutes = KINDS[job.kind].minutes if job.kind in KINDS else 0
                give_up(
                    uow,
                    job,
                    "fail",
                    TOO_LONG.format(minutes),
                )
            else:
                put_back(uow, job)
            return str(job.state), job.lane

        state, lane = attempt(system, take, session=session)
        if state == S.WAITING and token:
            log.warning("job %s has been taken back from a run that fell silent", key)
            self.bell.ring(lane, key)
        return int(bool(state))

    def _tidy(self, under_way: set[tuple[str, str]]) -> None:
        """Take away the signs of jobs that have ended, and of runs that are no more."""
        keys = {key for key, _token in under_way}
        try:
            for sign in self.bell.signs():
                what, key, token = (*sign.split(":"), "")[:3]
                if (what == "beat" and (key, token) not in under_way) or (what in ("told", "stop") and key not in keys):
                    self.bell.drop(sign)
        except Unreachable:
            return

    def _forget(self, sign: str) -> None:
        try:
            self.bell.drop(sign)
        except Unreachable:
            return
