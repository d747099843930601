"""A small world behind gunicorn and a real browser in front of it, both made once per run.

`as_("unit8").receives(number)`: one browser window per account, kept for the whole run; the verbs stand in
`people.py`, in the words of the office.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.journeys.office import Office

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MISSING = "Chromium is not installed: the browser tests did not run"


def pytest_collection_modifyitems(items):
    """Every test of this folder is a journey, and none runs without a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(scope="session")
def chromium():
    """The browser."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """The environment of a product of its own, with the small world in its data directory."""
    place = tmp_path_factory.mktemp("world")
    home = os.environ | {
        "DATA_DIR": str(place),
        "DEMO": "1",
        "PORT": str(_free_port()),
        "WEB_CONCURRENCY": "1",
        "WEB_THREADS": "8",
    }
    home.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, "-m", "tests.journeys.world"], cwd=ROOT, env=home, check=True)
    return home


@pytest.fixture(scope="session")
def served(home):
    """The address at which gunicorn serves that world."""
    address = f"http://127.0.0.1:{home['PORT']}"
    with open(Path(home["DATA_DIR"]) / "server.log", "wb") as log:
        command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "run:app"]
        server = subprocess.Popen(command, cwd=ROOT, env=home, stdout=log, stderr=log)
        try:
            _await(server, address, log.name)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def _await(server, address, log):
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/login/", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(Path(log).read_text())


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="session")
def office(chromium, served, home):
    """Everybody with a window of his own."""
    cast = json.loads((Path(home["DATA_DIR"]) / "cast.json").read_text())
    office = Office(chromium, served, home.get("DEMO_PASSWORD") or "Zhicheng-2023!", cast)
    yield office
    office.close()


@pytest.fixture
def as_(office):
    """`as_("city1").audits(number)`; afterwards no window has complained and no answer was a fault of the product."""
    yield office.as_
    assert office.complaints() == []
