"""Databases with the demo year of an earlier landing, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

import models.registry  # noqa: F401
from models.base import db
from tests.migrations import year
from workflow.base.unit_of_work import install

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
PREFIX = f"zhicheng_year_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"  # two runs at once do not meet


def settings(place: Path = MIGRATIONS) -> Config:
    """Alembic's own settings, without its log."""
    config = Config()
    config.set_main_option("script_location", str(place))
    return config


@contextmanager
def bare(url: str, **more):
    """A bare application on a database: what migrations/env.py asks for, and nothing else."""
    app = Flask("scratch")
    app.config.from_mapping(more, SQLALCHEMY_DATABASE_URI=url)
    db.init_app(app)
    Migrate(app, db, render_as_batch=True)
    with app.app_context():
        install(db.engine)
        try:
            yield db.engine
        finally:
            db.engine.dispose()


@pytest.fixture(scope="session")
def postgres():
    """A connection that makes and drops databases; skips where no PostgreSQL answers."""
    server = make_url(os.environ.get("TEST_DATABASE_URL") or POSTGRES)
    admin = create_engine(server, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2})
    try:
        connection = admin.connect()
    except OperationalError:
        pytest.skip(f"PostgreSQL does not answer at {server.host}:{server.port}")

    def make(name: str, template: str = "template0") -> str:
        drop(name)
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'"))
        return server.set(database=name).render_as_string(hide_password=False)

    def drop(name: str) -> None:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    yield SimpleNamespace(make=make, drop=drop)
    connection.close()
    admin.dispose()


def _build(url: str) -> None:
    with bare(url):
        command.upgrade(settings(), year.kept().revision)
    year.fill(url, year.kept())


@pytest.fixture(scope="session")
def sqlite_year(tmp_path_factory) -> Path:
    """The year as a file; tests work on copies."""
    file = tmp_path_factory.mktemp("year") / "year.db"
    _build(f"sqlite:///{file}")
    with create_engine(f"sqlite:///{file}").connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture(scope="session")
def postgres_year(postgres):
    """The year as a database; tests work on copies."""
    name = f"{PREFIX}_template"
    _build(postgres.make(name))
    yield name
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request, tmp_path) -> str:
    """The address of a database with the year as that landing left it."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_year"), tmp_path / "zhicheng.db")
        yield f"sqlite:///{tmp_path}/zhicheng.db"
        return
    postgres, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_year")
    yield postgres.make(f"{PREFIX}_copy", template)
    postgres.drop(f"{PREFIX}_copy")


@pytest.fixture
def filled(old):
    """The same under a bare application: its engine."""
    with bare(old) as engine:
        yield engine


@pytest.fixture
def further(tmp_path):
    """`further(name, body, …)`: the migrations with one more at their end; gives the settings to run them with."""
    place = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, place, ignore=shutil.ignore_patterns("__pycache__"))

    def _further(revision: str, body: str) -> Config:
        head = ScriptDirectory(str(place)).get_current_head()
        names = f"import sqlalchemy as sa\nfrom alembic import op\n\nrevision, down_revision = {revision!r}, {head!r}\n"
        (place / "versions" / f"29990101_0000_{revision}_further.py").write_text(names + body, encoding="utf-8")
        return settings(place)

    return _further
