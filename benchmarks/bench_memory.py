"""Memory of an idle worker: gunicorn with the product and one worker, beside gunicorn with a bare Flask page."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from app.config import ROOT
from benchmarks.measure import table, verdict
from benchmarks.seed import MASTER, Scene

PORT = 18437
LIMIT_MB = 150
BARE = "from flask import Flask\napp = Flask(__name__)\napp.add_url_rule('/', view_func=lambda: 'ready')\n"


def run(scene: Scene, home: Path) -> None:
    """Start each server, read the first page a few times, and look at what its worker holds."""
    (home / "bare_page.py").write_text(BARE)
    common = {"WEB_CONCURRENCY": "1", "PORT": str(PORT), "HOST": "127.0.0.1"}
    product = {
        "DATABASE_URL": scene.url,
        "DATA_DIR": str(home / "data"),
        "ZHICHENG_MASTER": MASTER.hex(),
        "INSECURE_COOKIE": "1",
        "DEMO": "1",
    }
    bare = _measure(home, "bare_page:app", common | {"PYTHONPATH": str(home)}, "/", config=[])
    idle = _measure(ROOT, "run:app", common | product, "/login/", config=["-c", "gunicorn.conf.py"])
    rows = [
        ["bare Flask page", *bare, 1.0, ""],
        ["product", *idle, idle[0] / bare[0], verdict(idle[0], LIMIT_MB)],
    ]
    table("Memory of one idle worker", ["worker", "RSS MiB", "PSS MiB", "× floor", "limit"], rows)


def _measure(where: Path, target: str, settings: dict[str, str], page: str, config: list[str]) -> tuple[float, float]:
    command = [sys.executable, "-m", "gunicorn", *config, "-b", f"127.0.0.1:{PORT}", "-w", "1", target]
    server = subprocess.Popen(command, cwd=where, env=os.environ | settings, stdout=subprocess.DEVNULL)
    try:
        for _ in range(5):
            _read(f"http://127.0.0.1:{PORT}{page}", server)
        worker = int(Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()[0])
        status = Path(f"/proc/{worker}/status").read_text()
        shared = Path(f"/proc/{worker}/smaps_rollup").read_text()
        return _mib(r"VmRSS:\s+(\d+)", status), _mib(r"Pss:\s+(\d+)", shared)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _mib(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    return int(found[1]) / 1024 if found else 0.0


def _read(address: str, server: subprocess.Popen[bytes]) -> None:
    """The page, as soon as the server answers; half a minute at most."""
    for _ in range(150):
        if server.poll() is not None:
            raise SystemExit("the server did not start")
        try:
            urllib.request.urlopen(address, timeout=5).read()
            return
        except urllib.error.HTTPError as answer:
            raise SystemExit(f"{address} answers {answer.code}") from answer
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{address} does not answer")
