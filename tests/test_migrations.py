"""Migrations and models tell the same story, forwards and backwards, on both databases."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.exc import OperationalError

import models.registry  # noqa: F401
from models.base import db, metadata
from workflow.base.unit_of_work import install

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@pytest.fixture
def config():
    """Alembic's own settings, without its log."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """An empty scratch database; PostgreSQL where one answers."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/scratch.db"
        return
    server = make_url(os.environ.get("TEST_DATABASE_URL") or POSTGRES)
    name = f"zhicheng_migrations_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2})
    try:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
    except OperationalError:
        pytest.skip(f"PostgreSQL does not answer at {server.host}:{server.port}")
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def engine_of(empty):
    """A bare application on the scratch database: what migrations/env.py asks for, and nothing else."""
    bare = Flask("scratch")
    bare.config["SQLALCHEMY_DATABASE_URI"] = empty
    db.init_app(bare)
    Migrate(bare, db, render_as_batch=True)
    with bare.app_context():
        install(db.engine)
        yield db.engine
        db.engine.dispose()


def constraints(engine):
    """Table of ours to the names of its checks, unique keys, foreign keys and indexes (FAB's have names of their
    own)."""
    seen = inspect(engine)
    return {
        table: {
            item["name"]
            for kind in (
                seen.get_check_constraints,
                seen.get_unique_constraints,
                seen.get_foreign_keys,
                seen.get_indexes,
            )
            for item in kind(table)
        }
        for table in seen.get_table_names()
        if table != "alembic_version" and not table.startswith("ab_")
    }


def triggers(engine):
    """The triggers of the database by name."""
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[engine.dialect.name]
    with engine.connect() as connection:
        return set(connection.execute(text(query)).scalars())


def test_there_is_one_head(config):
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_a_migration_begins_with_its_date_and_imports_no_model():
    for file in (MIGRATIONS / "versions").glob("*.py"):
        assert re.match(r"\d{8}_\d{4}_[0-9a-f]+_", file.name), file.name
        assert not re.search(
            r"^\s*(from|import) (models|workflow|app)\b", file.read_text(encoding="utf-8"), re.MULTILINE
        ), file.name


def test_upgraded_databases_are_what_the_models_say(engine_of, config):
    command.upgrade(config, "head")
    command.check(config)  # raises with the differences
    migrated, migrated_triggers = constraints(engine_of), triggers(engine_of)
    command.downgrade(config, "base")
    metadata.create_all(engine_of)
    assert constraints(engine_of) == migrated
    assert triggers(engine_of) == migrated_triggers


def test_one_can_go_up_down_and_up_again(engine_of, config):
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    assert set(inspect(engine_of).get_table_names()) <= {"alembic_version"}
    assert triggers(engine_of) == set()
    command.upgrade(config, "head")
    command.check(config)
