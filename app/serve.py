"""`make run`: prepare the data, then serve with gunicorn on HOST:PORT (default 127.0.0.1:8080)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

from app.config import ROOT, data_dir, number
from app.first_start import BROKEN_OFF, PARENT, PREPARE, died
from app.listening import asked, try_address
from app.machine_faults import end


def main() -> None:
    """Look at what was asked, prepare in a process of its own, so that the server starts small; become gunicorn."""
    os.umask(0o077)
    os.environ.setdefault("DEMO", "1")
    host, port = asked()
    number("WEB_CONCURRENCY", 2, 1, 64)
    number("WEB_THREADS", 8, 1, 256)
    os.environ |= {"HOST": host, "PORT": str(port), "DATA_DIR": str(data_dir())}
    try_address(host, port)
    os.environ.setdefault("WORKER", "1")
    os.chdir(ROOT)
    prepare()
    try_address(host, port)  # somebody may have taken it meanwhile
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "run:app"])  # noqa: S606


def prepare() -> None:
    """`flask --app run prepare` as a child that does not outlive us; what it could not do it has said itself."""
    child = subprocess.Popen(PREPARE, env=os.environ | {PARENT: str(os.getpid())})  # noqa: S603
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        status = child.wait()
    except KeyboardInterrupt:  # the terminal has told the child as well
        with contextlib.suppress(KeyboardInterrupt):
            child.wait()
        raise SystemExit(130) from None
    if status < 0:
        end(BROKEN_OFF if status == -signal.SIGTERM else died(status))
    if status:
        raise SystemExit(status)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


if __name__ == "__main__":
    main()
