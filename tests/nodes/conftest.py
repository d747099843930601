"""Two nodes as docs/deployment.md puts them together: one PostgreSQL, one S3 store, the same secrets, and nothing
else in common. Started once, on loopback ports; skipped where PostgreSQL does not answer."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from tests import bucket
from tests.nodes.world import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


class Node:
    """One web server of the product, and a worker beside it."""

    def __init__(self, environment, place, name):
        place.mkdir()
        self.name, self.log = name, place / "server.log"
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.environment = environment | {"DATA_DIR": str(place / "data"), "PORT": str(port)}
        self.process = self.worker = None

    def start(self):
        """Begin to serve; `wait` says when it does."""
        self.process = self.run("gunicorn", "-c", "gunicorn.conf.py", "run:app")

    def works(self):
        """Begin to do long work."""
        self.worker = self.run("flask", "--app", "run", "worker", "--short", "1", "--long", "1")

    def run(self, *command):
        with open(self.log, "ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self):
        """Until it answers."""
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                requests.get(f"{self.address}/login/", timeout=5)
                return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise RuntimeError(self.log.read_text())

    def dies(self):
        """As a machine dies: all of it at once, and nothing is finished."""
        for process in filter(None, (self.process, self.worker)):
            kill(process)

    def rests(self):
        """The worker alone dies."""
        kill(self.worker)

    def says(self, *commands):
        """What each of some commands of the office says on this node, and its exit status."""
        told = subprocess.run(
            [sys.executable, "-m", "tests.nodes.world", *map(json.dumps, commands)],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(told.stdout.splitlines()[-1])


def kill(process):
    """A process and its children, at once."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


class Person:
    """Somebody with one browser, whom a proxy sends to either node."""

    def __init__(self, node, name, password=PASSWORD):
        self.session = requests.Session()
        form = {"csrf_token": token(self.get(node, "/login/")), "username": name, "password": password}
        self.signed_in = self.session.post(f"{node.address}/login/", data=form, allow_redirects=False)

    def get(self, node, path, **more):
        return self.session.get(node.address + path, allow_redirects=False, timeout=30, **more)

    def post(self, node, path, *, form_of, page="", **given):
        """Fill in the form that one node shows and send it to another."""
        seen = self.get(form_of, page or path)
        version = re.search(r'name="version"\s+value="([^"]+)"', seen.text)
        data = {"csrf_token": token(seen)} | ({"version": version[1]} if version else {}) | given.pop("data", {})
        return self.session.post(node.address + path, data=data, allow_redirects=False, timeout=60, **given)


class Office:
    """Both nodes, who is who, and what is shared."""

    def __init__(self, one, other, cast):
        self.one, self.other, self.cast = one, other, cast

    def signs_in(self, who, node=None, **given):
        return Person(node or self.one, self.cast[who], **given)


def token(page):
    """The token against foreign pages that a form carries."""
    return re.search(r'name="csrf_token"\s+value="([^"]+)"', page.text)[1]


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def postgres(held):
    """The address of a fresh database, dropped at the end."""
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2})
    try:
        with admin.connect() as connection:
            name = f"zhicheng_nodes_{secrets.token_hex(4)}"
            connection.exec_driver_sql(
                f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
            )
    except OperationalError:
        pytest.skip(f"PostgreSQL does not answer at {POSTGRES}: two nodes need one database")

    def drop():
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.dispose()

    held.callback(drop)
    return admin.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    """The province on two nodes."""
    with ExitStack() as held:
        place = tmp_path_factory.mktemp("nodes")
        database = postgres(held)
        s3 = held.enter_context(bucket.s3_server())
        shared = os.environ | {
            "DATABASE_URL": database,
            "STORE_URL": "s3://files/province",
            "AWS_ENDPOINT_URL": s3,
            "AWS_ACCESS_KEY_ID": bucket.KEYS["key"],
            "AWS_SECRET_ACCESS_KEY": bucket.KEYS["secret"],
            "ZHICHENG_MASTER": secrets.token_hex(32),
            "ZHICHENG_SESSION": secrets.token_hex(32),
            "DEMO": "1",
            "WEB_CONCURRENCY": "1",
            "WEB_THREADS": "4",
        }
        one, other = (Node(shared, place / name, name) for name in ("one", "other"))
        built = subprocess.run(
            [sys.executable, "-m", "tests.nodes.world"], cwd=ROOT, env=one.environment, capture_output=True, text=True
        )
        assert built.returncode == 0, built.stderr
        for node in (one, other):
            held.callback(node.dies)
            node.start()
        for node in (one, other):
            node.wait()
        yield Office(one, other, json.loads(built.stdout.splitlines()[-1]))
