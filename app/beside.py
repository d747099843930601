"""The worker beside the server of `make run`: started with it, started again when it dies, stopped with it.

A script without any import of ours, so that it costs next to nothing: `python app/beside.py NUMBER-OF-THE-SERVER`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

#: Seconds between two looks, and until a worker that has died is started again.
LOOK, REST = 0.5, 2.0


def main(server: int) -> None:
    """Keep one worker going as long as the server lives."""
    command = [sys.executable, "-m", "flask", "--app", "run", "worker", "--beside", str(os.getpid())]
    while os.getppid() == server:
        worker = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  (our own interpreter, a number)
        while worker.poll() is None and os.getppid() == server:
            time.sleep(LOOK)
        if worker.poll() is None:
            worker.terminate()
            worker.wait()
        else:
            time.sleep(REST)


if __name__ == "__main__":
    main(int(sys.argv[1]))
