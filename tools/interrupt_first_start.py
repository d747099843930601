"""Interrupt the first start at random moments and begin again; it must always end with the whole year.

    .venv/bin/python -m tools.interrupt_first_start [TIMES [SECONDS [SEED]]]

TIMES (20) starts of `make run`'s server on one data directory, each broken off at a moment within SECONDS (120; take
what a first start lasts on the machine): kill -9 of all its processes, of the one started or of one of its children,
Ctrl-C, SIGTERM. After each the embedded database is absent or whole. The last start is left alone: 277 declarations,
the demo clock, the journal whole, the sign-in page answers. A start that is done before its moment is checked, and
its data are cleared away.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHOLE = {"declaration": 277, "demo_clock": 1}


def main() -> None:
    """Interrupt, look, begin again."""
    times, seconds, seed = (int(sys.argv[n]) if len(sys.argv) > n else d for n, d in ((1, 20), (2, 120), (3, 6)))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # begun in the background it is ignored, by all below too
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="zhicheng-first-") as place:
        home = Path(place) / "var"
        for n in range(times):
            moment, how = chance.uniform(0, seconds), chance.choice(list(WAYS))
            began = time.monotonic()
            ready = interrupted(home, moment, how)
            print(f"{n + 1:3} {how:28} after {time.monotonic() - began:6.1f} s: {look(home)}", flush=True)
            if ready:
                shutil.rmtree(home)
        with started(home) as (server, port):
            assert wait_ready(server, 3600), "the last start did not become ready"
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=30) as answer:
                assert answer.status == 200
            stop(server, signal.SIGTERM)
        assert look(home) == "whole", look(home)
        environment = os.environ | {"DATA_DIR": str(home), "DEMO": "1"}
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "run", "journal", "verify"], cwd=ROOT, env=environment, check=True
        )
        print(f"begun again after {times} interruptions: the whole year, the journal whole, the sign-in page answers")


@contextlib.contextmanager
def started(home: Path):  # type: ignore[no-untyped-def]
    """What `make run` starts, as a group of processes of its own."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    environment = os.environ | {"DATA_DIR": str(home), "PORT": str(port), "DEMO": "1", "WEB_CONCURRENCY": "1"}
    environment.pop("DATABASE_URL", None)
    server = subprocess.Popen(
        [sys.executable, "-m", "app.serve"], cwd=ROOT, env=environment, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        os.set_blocking(server.stdout.fileno(), False)  # type: ignore[union-attr]
        yield server, port
    finally:
        stop(server, signal.SIGKILL)


def stop(server: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """End the whole group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, how)
    server.wait(120)


def wait_ready(server: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether it says `ready` within so many seconds."""
    said, until = b"", time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        said += server.stdout.read() or b""  # type: ignore[union-attr]
        if b"ready http" in said:
            return True
        time.sleep(0.05)
    return False


def interrupted(home: Path, moment: float, how: str) -> bool:
    """Start, and break off at that moment; whether it had become ready before."""
    with started(home) as (server, _):
        ready = wait_ready(server, moment)
        below = family(server.pid)
        WAYS[how](server, below)
        for _ in range(600):  # whoever was not hit ends by itself
            if not any(alive(pid) for pid in [server.pid, *below]):
                return ready
            if how == "kill -9 of a child" and (ready or wait_ready(server, 0.1)):
                return True  # the child was one that a server replaces: the start went on to its end
            server.poll()
            time.sleep(0.1)
        raise AssertionError("a process outlived its start")


# fmt: off
WAYS = {
    "kill -9 of all":      lambda server, below: [kill(pid) for pid in [server.pid, *below]],
    "kill -9 of the start": lambda server, below: kill(server.pid),
    "kill -9 of a child":  lambda server, below: kill(below[-1] if below else server.pid),
    "Ctrl-C":              lambda server, below: os.killpg(server.pid, signal.SIGINT),
    "SIGTERM":             lambda server, below: os.kill(server.pid, signal.SIGTERM),
}
# fmt: on


def kill(pid: int) -> None:
    """SIGKILL, if it is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def family(pid: int) -> list[int]:
    """All processes below it."""
    with contextlib.suppress(OSError):
        children = [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return [one for child in children for one in (child, *family(child))]
    return []


def alive(pid: int) -> bool:
    """Whether it runs (the dead whom nobody has buried yet do not)."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    return False


def look(home: Path) -> str:
    """What the embedded database holds: absent, whole, or what is missing."""
    file = home / "zhicheng.db"
    if not file.exists():
        return "absent"
    with contextlib.closing(sqlite3.connect(file)) as connection:
        for table, rows in WHOLE.items():
            found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            assert found == rows, f"{table} has {found} rows instead of {rows}"
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    return "whole"


if __name__ == "__main__":
    main()
