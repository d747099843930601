"""A real worker on the database and the queue of a test: `python -m tests.workflow.jobs.hands URL QUEUE HOME`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from sqlalchemy.orm import Session

from tests.workflow.jobs.hall import Hall
from workflow.base.clock import machine_now
from workflow.jobs import periodic, work
from workflow.jobs.sweep import Sweeper
from workflow.jobs.worker import Worker

#: In a test nobody has the patience of an office. A lease is ten signs of life, as in the office.
LEASE, BEAT, PAUSES, EVERY = 4.0, 0.4, (0.5, 0.2, 0.2, 0.2, 0.2), 0.2


def main() -> None:
    """Work until told to stop, with places for two short jobs and a long one."""
    url, queue, home = sys.argv[1:4]
    hall = Hall(url, queue, Path(home), rows=False)
    hall.close_for_forks()
    sweeper = Sweeper(hall.bell, lease=LEASE, pauses=PAUSES)

    def do(key, token):
        with Session(hall.engine) as session:
            work.do(session, key, token, alarm=signal.alarm)

    def sweep():
        with Session(hall.engine) as session:
            system = session.merge(hall.system, load=True)
            sweeper.sweep(session, system)
            if os.environ.get("PERIODIC"):
                periodic.ask_due(session, system, machine_now())

    print("working", os.getpid(), flush=True)  # noqa: T201
    Worker(hall.bell, {"short": 2, "long": 1}, do, sweep, beside=os.getppid(), every=EVERY, beat=BEAT).run()


if __name__ == "__main__":
    main()
