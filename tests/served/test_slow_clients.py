"""Who sends or fetches slowly holds a connection and no thread; whoever stops the server loses nothing begun."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.served.conftest import ROOT, serving

HEAD = b"GET /static/app.css HTTP/1.1\r\nHost: x\r\nX-Unfinished: "
BODY = (
    b"POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 5000\r\n\r\ncsrf_token="
)
OTHER = "tests.served.slow_pages:app"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def product(home):
    """The product in one process with two threads, on a database without anybody in it."""
    environment = os.environ | {"DATA_DIR": str(home), "DEMO": "1"}
    environment.pop("DATABASE_URL", None)
    for command in (["db", "upgrade"], ["bootstrap"]):
        subprocess.run([sys.executable, "-m", "flask", "--app", "run", *command], cwd=ROOT, env=environment, check=True)
    with serving(home, WEB_THREADS="2") as server:
        yield server


@pytest.fixture(scope="module")
def pages(home):
    """Pages that need no database, behind the same worker."""
    with serving(home, app=OTHER, WEB_THREADS="2") as server:
        yield server


@pytest.fixture(scope="module")
def hasty(home):
    """The same with one second for a request to arrive, and a new process after five requests."""
    home.joinpath("hasty.py").write_text(
        "from app import worker\nworker.PATIENCE = 1\nBufferingWorker = worker.BufferingWorker\n"
    )
    arguments = ("-k", "hasty.BufferingWorker", "--max-requests", "5", "--max-requests-jitter", "0")
    with serving(home, *arguments, app=OTHER, PYTHONPATH=str(home)) as server:
        yield server


@pytest.mark.parametrize("begun", [HEAD, BODY], ids=["heads", "bodies"])
def test_sixty_half_open_requests_stop_nobody(product, begun):
    """gunicorn's own threads, two in this process, would all wait for them."""
    waiting = [product.connect() for _ in range(60)]
    for connection in waiting:
        connection.sendall(begun)
    time.sleep(0.5)
    answers = [product.get("/static/app.css", timeout=10)[0] for _ in range(5)]
    for connection in waiting:
        connection.close()
    assert answers == [200] * 5


def test_figures_of_the_server_are_told_to_this_machine(product, home):
    assert product.get("/healthz")[0] == 200
    status, _, text = product.get("/readyz")
    assert status == 200 and '"database":true' in text and '"revision":true' in text
    before = product.get("/static/app.css")[0]
    status, _, text = product.get("/metrics")
    assert (before, status) == (200, 200)
    assert 'zhicheng_request_seconds_count{endpoint="static",status="2xx"}' in text
    assert {file.stat().st_mode & 0o077 for file in (home / "metrics").iterdir()} == {0}


def test_four_who_do_not_fetch_their_answer_stop_nobody(pages):
    """Twenty megabytes are more than waitress keeps for one before its thread waits."""
    waiting = [pages.connect() for _ in range(4)]
    for connection in waiting:
        connection.sendall(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(0.5)
    assert pages.get("/who", timeout=20)[0] == 200
    for connection in waiting:
        connection.close()


def test_who_drips_is_hung_up_on(hasty):
    with hasty.connect() as connection:
        connection.sendall(HEAD)
        connection.settimeout(0.2)
        assert _hung_up_on(connection, tries=50)


def test_after_its_requests_a_worker_makes_room_for_another(hasty):
    first = hasty.worker()
    assert [hasty.get("/who")[0] for _ in range(5)] == [200] * 5
    assert _another(hasty, first) and hasty.get("/who")[0] == 200


def test_a_worker_that_is_killed_is_replaced(pages):
    first = pages.worker()
    os.kill(first, signal.SIGKILL)
    assert _another(pages, first) and pages.get("/who")[0] == 200


def test_the_word_of_a_proxy_counts_only_where_one_is_declared(pages):
    told = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "zc.example"}
    assert pages.get("/behind/who", **told)[2] == "203.0.113.9 https zc.example"
    assert pages.get("/who", **told)[2] == f"127.0.0.1 http 127.0.0.1:{pages.port}"


def test_what_is_under_way_is_answered_before_the_server_stops(home):
    with serving(home, app=OTHER) as server:
        with server.connect() as connection:
            connection.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            assert b"done" in _all(connection)
        assert server.process.wait(timeout=20) == 0


def _another(server, first):
    for _ in range(150):
        if (now := server.workers()) and first not in now:
            return True
        time.sleep(0.1)
    return False


def _all(connection: socket.socket) -> bytes:
    connection.settimeout(20)
    found = b""
    while block := connection.recv(65536):
        found += block
    return found


def _hung_up_on(connection: socket.socket, tries: int) -> bool:
    """Send a letter five times a second, never silent for long, until the server closes."""
    for _ in range(tries):
        try:
            connection.sendall(b"x")
            if connection.recv(100) == b"":
                return True
        except TimeoutError:
            continue
        except (BrokenPipeError, ConnectionResetError):
            return True
    return False
