"""One database per run, one rolled-back transaction per test.

The rules run on a plain session; the screens on the same session behind the real application.
Set TEST_DATABASE_URL to run everything on PostgreSQL as well (`make test` does where it answers).
"""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import os
from datetime import datetime

import hypothesis
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import models.registry  # noqa: F401
from models.base import db, metadata
from models.sealed import install_keys
from tests.answers import held
from tests.factories import Make
from workflow.base import profile, reading
from workflow.base.unit_of_work import UnitOfWork, install
from workflow.storage import files, store
from workflow.storage.on_disk import Disk

#: The same examples on every machine, so that a build fails for what was changed in it; HYPOTHESIS_SEARCH=1 looks for
#: new ones.
hypothesis.settings.register_profile("house", derandomize=not os.environ.get("HYPOTHESIS_SEARCH"), deadline=None)
hypothesis.settings.load_profile("house")
#: A working Wednesday inside the demo year's declaration term.
NOON = datetime(2026, 5, 20, 12, 0)
MASTER = b"k" * 32


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """All journeys on one worker, and all of the two nodes, so that their small worlds are built once.

    `xdist_group` would say it at the tests, but pytest 9.2 with pytest-xdist 3.8 loses it (pytest-xdist issue 1386).
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadGroupScheduling

    class OneWorld(LoadGroupScheduling):
        def _split_scope(self, nodeid):
            return next((f"one {place}" for place in ("journeys", "nodes") if f"{place}/" in nodeid), nodeid)

    return OneWorld(config, log)


def pytest_collection_finish(session):
    """What has been loaded by now stays: the collector of cycles need not look at it again in each of many tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_collection_modifyitems(config, items):
    """Once more on another database runs what lives in it; who brings databases of his own has tried both already."""
    if os.environ.get("TEST_DATABASE_URL"):
        again = [item for item in items if "engine" in getattr(item, "fixturenames", ())]
        kept = set(again)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = again


@pytest.fixture(autouse=True)
def _keys():
    """A test that looks into a database with keys of its own leaves the common ones behind."""
    yield
    install_keys(MASTER)


@pytest.fixture(autouse=True, scope="session")
def _opened_once():
    """A file that has been written anew is not sent through a process again: the same bytes, the same answer."""
    anew, known = files.anew, {}

    def remembered(data, kind, name, field):
        digest = hashlib.sha256(data).digest()
        if (digest, kind) not in known:
            known[digest, kind] = anew(data, kind, name, field)
        return known[digest, kind]

    files.anew = remembered
    yield
    files.anew = anew


@pytest.fixture(scope="session")
def database_url(tmp_path_factory):
    """Where this worker's tests live: a SQLite file, or a schema of its own on PostgreSQL."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if server := os.environ.get("TEST_DATABASE_URL"):
        name = f"zhicheng_test_{worker}_{os.getpid()}"  # several runs may share a server
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.exec_driver_sql(
                f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
            )
        yield server.rsplit("/", 1)[0] + "/" + name
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.dispose()
        return
    yield f"sqlite:///{tmp_path_factory.mktemp('db')}/test.db"


@pytest.fixture(scope="session")
def engine(database_url):
    """The schema and the reference data, made once."""
    install_keys(MASTER)
    engine = create_engine(database_url)
    install(engine, sync="OFF")
    metadata.create_all(engine)
    if importlib.util.find_spec("workflow.office.reference"):
        from workflow.office.reference import load_into

        with Session(engine) as session:
            load_into(session)
            session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine, monkeypatch):
    """A real session whose commits are savepoints inside one outer transaction."""
    connection = engine.connect()
    connection.name = connection.dialect.name  # Flask-AppBuilder reads session.get_bind().name
    outer = connection.begin()
    session = Session(connection, join_transaction_mode="create_savepoint")
    session.remove = lambda: None  # Flask-SQLAlchemy's teardown must not end our transaction
    monkeypatch.setattr(db, "session", session)
    yield session
    astray = [*reading.astray(session), *profile.astray(session)] if session.is_active else ()
    session.close()
    outer.rollback()
    connection.close()
    assert not astray, f"`reading` is not what the policy says, or a profile not its case, after this: {astray}"


@pytest.fixture
def make(session):
    """`make.declaration(state=...)`: the smallest valid record with what the test cares about."""
    return Make(session)


@pytest.fixture
def as_(session):
    """`as_(officer)` is a unit of work for that actor, at noon on a known day."""

    def unit_of_work_of(actor, now=NOON):
        session.flush()
        return UnitOfWork(actor, now, session)

    return unit_of_work_of


@pytest.fixture
def file_store(tmp_path, monkeypatch):
    """A store of this test alone, in a folder."""
    made = store.Store(Disk(tmp_path / "files"), tmp_path / "previews")
    monkeypatch.setattr(store, "_store", made)
    return made


@pytest.fixture(scope="session")
def application(engine, database_url, tmp_path_factory):
    """The real application on the test database, permissions synchronised."""
    home = tmp_path_factory.mktemp("home")
    os.environ["DATA_DIR"] = str(home)
    from app import create_app
    from app.security import sync_permissions

    application = create_app(
        TESTING=True,
        DEMO=True,
        WTF_CSRF_ENABLED=False,
        SQLALCHEMY_DATABASE_URI=database_url,
        SQLITE_SYNC="OFF",
        MASTER_KEY=MASTER,
        FAB_PASSWORD_HASH_METHOD="pbkdf2:sha256:1000",
        SESSION_COOKIE_SECURE=False,
        JOBS_HERE=True,
    )
    with application.app_context():
        sync_permissions(application.appbuilder)
        db.session.remove()
        db.engine.dispose()
    return held(application)


@pytest.fixture
def app(application, session, monkeypatch):
    """The application speaking through this test's session; no context stays pushed."""
    monkeypatch.setattr(application.appbuilder, "_session", session)
    return application


@pytest.fixture
def browser(app, session):
    """`browser(account)` is a logged-in test client."""
    from tests.sign_in import sign_in_for_test

    def _browser(account=None):
        session.commit()
        client = app.test_client()
        if account is not None:
            sign_in_for_test(app, client, account)
        return client

    return _browser
