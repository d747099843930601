"""The product behind its own server on a port of this machine: what only shows with real sockets and processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port():
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    """A running gunicorn, by its process and its port."""

    def __init__(self, process, port):
        self.process, self.port = process, port

    def get(self, path, timeout=10, **headers):
        """(status, headers, text) of a page."""
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=timeout) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read().decode()

    def connect(self):
        """A connection of one's own."""
        return socket.create_connection(("127.0.0.1", self.port), 10)

    def workers(self):
        """The processes that answer."""
        master = self.process.pid
        return [int(n) for n in Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    def worker(self):
        """The one process that answers; waited for while it is being replaced."""
        for _ in range(150):
            if len(now := self.workers()) == 1:
                return now[0]
            time.sleep(0.1)
        raise AssertionError(f"there is not one worker: {now}")


@contextmanager
def serving(home, *arguments, app="run:app", **settings):
    """`gunicorn -c gunicorn.conf.py` as `make run` starts it, with its data in `home`, until the block ends."""
    port = free_port()
    environment = os.environ | {"DATA_DIR": str(home), "DEMO": "1", "PORT": str(port), "WEB_CONCURRENCY": "1"}
    environment.pop("DATABASE_URL", None)  # what the machine is set to; the test may name one of its own
    environment |= settings
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", *arguments, app]
    with open(home / "server.err", "wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        line = process.stdout.readline()
        assert line == f"ready http://127.0.0.1:{port}\n", line + (home / "server.err").read_text()
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=40)
        finally:
            process.kill()
            process.stdout.close()
