"""The first start ends with the whole year or with nothing, wherever broken off; faults of the machine are told."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session

from app import config, first_start, listening
from app.demo import committees, conditions, offices, paths, year
from app.first_start import Standing, standing_of
from app.machine_faults import sentence_of
from models.base import db, metadata
from models.office.setting import DemoBuild, DemoClock
from models.sealed import install_keys
from tests.arena import postgres_database
from tests.conftest import MASTER
from tests.served import conftest
from tests.served.conftest import ROOT
from tests.served.small_year import PHASES
from workflow.accounts.accounts import DEMO_MAIL, install_system_account
from workflow.base.unit_of_work import install

SECRETS = {"master": b"m" * 32, "session": b"s" * 32}
SMALL_YEAR = Path(__file__).with_name("small_year.py")


@pytest.fixture
def small_year(monkeypatch):
    """`small_year(phase, how)`: from now on the process that builds aside makes the small year, and ends so."""

    def choose(phase="", how=""):
        monkeypatch.setattr(first_start, "PREPARE", (sys.executable, str(SMALL_YEAR), phase, how))

    return choose


def whole(home):
    """Nothing but the database, its files and no trace of the building."""
    assert {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()} == {
        "zhicheng.db", "files/one", "files/two",
    }  # fmt: skip
    with closing(sqlite3.connect(home / "zhicheng.db")) as connection:
        assert connection.execute("SELECT count(*) FROM work").fetchone() == (2,)
    return True


# --- built aside ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["killed", "failing"])
@pytest.mark.parametrize("phase", PHASES)
def test_a_build_broken_off_in_any_phase_leaves_nothing_and_the_next_is_whole(tmp_path, small_year, phase, how):
    file = tmp_path / "zhicheng.db"
    small_year(phase, how)
    with pytest.raises(SystemExit):
        first_start.build_aside(file, tmp_path, SECRETS)
    assert list(tmp_path.iterdir()) == []
    small_year()
    first_start.build_aside(file, tmp_path, SECRETS)
    assert whole(tmp_path)


#: The calls by which a built year gets its name; whoever is killed is killed at one of them.
CALLS = ((os, "replace"), (os, "fsync"), (Path, "unlink"), (Path, "mkdir"), (shutil, "rmtree"))


class Killed(BaseException):
    """As kill -9: nothing of ours runs after it."""


@pytest.mark.parametrize("moment", range(1, 14))
def test_whoever_is_killed_while_the_year_gets_its_name_leaves_it_whole_or_absent(
    tmp_path, small_year, monkeypatch, moment
):
    """At each single step of the naming."""
    file = tmp_path / "zhicheng.db"
    (tmp_path / "zhicheng.db-wal").write_bytes(b"of a database that is gone")
    small_year()
    made = []

    def killing(call):
        def step(*given, **more):
            if made.append(call) or len(made) >= moment:
                raise Killed
            return call(*given, **more)

        return step

    with monkeypatch.context() as patched:
        for place, name in CALLS:
            patched.setattr(place, name, killing(getattr(place, name)))
        with pytest.raises(Killed):
            first_start.build_aside(file, tmp_path, SECRETS)
    if not file.exists():
        first_start.build_aside(file, tmp_path, SECRETS)
    else:
        shutil.rmtree(tmp_path / first_start.ASIDE, ignore_errors=True)
    assert whole(tmp_path)


def test_the_year_is_built_with_the_keys_of_its_home(tmp_path, monkeypatch):
    told = "import os; open(os.environ['DATA_DIR'] + '/told', 'w').write(os.environ['ZHICHENG_MASTER']); exit(1)"
    seen = []
    monkeypatch.setattr(first_start, "PREPARE", (sys.executable, "-c", told))
    remove = shutil.rmtree

    def looking(path, **more):
        seen.extend(file.read_text() for file in Path(path).glob("told"))
        remove(path, **more)

    monkeypatch.setattr(shutil, "rmtree", looking)
    with pytest.raises(SystemExit):
        first_start.build_aside(tmp_path / "zhicheng.db", tmp_path, SECRETS)
    assert seen == [SECRETS["master"].hex()]


# --- what a database holds ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory):
    """The schema and the system account."""
    install_keys(MASTER)
    file = tmp_path_factory.mktemp("empty") / "empty.db"
    engine = create_engine(f"sqlite:///{file}")
    metadata.create_all(engine)
    with Session(engine) as session:
        install_system_account(session)
    engine.dispose()
    return file


@pytest.fixture
def scratch(tmp_path, empty_file, monkeypatch):
    """A database of its own behind `db.session`."""
    shutil.copy(empty_file, tmp_path / "scratch.db")
    engine = create_engine(f"sqlite:///{tmp_path}/scratch.db")
    install(engine, sync="OFF")
    with Session(engine) as session:
        monkeypatch.setattr(db, "session", session)
        yield session
    engine.dispose()


BUILDERS = (
    (offices, "build"),
    (paths, "build"),
    (committees, "build"),
    (conditions, "confirm"),
    (year.Year, "run"),
    (offices, "registered"),
    (paths, "draft"),
)


@pytest.mark.parametrize("failing", range(len(BUILDERS)))
def test_a_year_broken_off_in_any_part_is_never_called_built(scratch, monkeypatch, failing):
    """On PostgreSQL it is built in its place; only the last row says that it is whole."""
    for n, (place, name) in enumerate(BUILDERS):

        def part(*_, n=n):
            if n == failing:
                raise OSError("broken off")

        monkeypatch.setattr(place, name, part)
    assert standing_of(scratch) is Standing.EMPTY
    with pytest.raises(OSError, match="broken off"):
        year.build("Zhicheng-2023!")
    scratch.expire_all()
    assert standing_of(scratch) is Standing.UNFINISHED


def test_a_year_whose_every_part_is_done_is_built(scratch, monkeypatch):
    for place, name in BUILDERS:
        monkeypatch.setattr(place, name, lambda *_: None)
    year.build("Zhicheng-2023!")
    assert standing_of(scratch) is Standing.BUILT


def test_where_people_work_no_year_is_built(scratch, make_account):
    make_account("zhang.san")
    assert standing_of(scratch) is Standing.OTHERS


def test_a_half_year_of_an_older_version_is_known_by_its_accounts_without_a_clock(scratch, make_account):
    make_account("hrss_config", email="hrss_config" + DEMO_MAIL)
    DemoBuild.__table__.drop(scratch.connection())
    assert standing_of(scratch) is Standing.UNFINISHED
    scratch.add(DemoClock(offset_seconds=5))
    scratch.flush()
    assert standing_of(scratch) is Standing.BUILT


@pytest.fixture
def make_account(scratch):
    from tests.factories import Make

    return lambda username, **given: Make(scratch).account(username=username, **given)


def test_a_half_year_on_a_server_is_emptied_as_a_whole():
    with postgres_database() as url:
        engine = create_engine(url)
        metadata.create_all(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE FUNCTION once() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        first_start.empty(engine)
        assert inspect(engine).get_table_names() == []
        with engine.connect() as connection:
            assert connection.exec_driver_sql(first_start.OWN_FUNCTIONS).fetchall() == []
        engine.dispose()


def test_a_half_year_in_a_file_elsewhere_is_emptied_too(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/elsewhere.db")
    metadata.create_all(engine)
    first_start.empty(engine)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_half_year_in_which_strangers_have_accounts_is_not_emptied(scratch, make_account, monkeypatch, capsys):
    scratch.add(DemoBuild(begun_at=datetime(2026, 1, 1)))
    make_account("zhang.san")
    scratch.commit()
    monkeypatch.setattr(type(db), "engine", scratch.get_bind())
    monkeypatch.setattr(db, "session", scoped_session(lambda: scratch))
    never = pytest.fail
    with pytest.raises(SystemExit):
        first_start.make_ready(Path("/nowhere"), SECRETS, bring_up=never, build=never, say=lambda _: None)
    assert "1 个其他账号" in capsys.readouterr().err


# --- keys -----------------------------------------------------------------------------------------------


def test_a_key_is_made_once_and_read_by_nobody_else(tmp_path):
    key = config.secret("master", tmp_path)
    assert len(key) == 32 and config.secret("master", tmp_path) == key
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert [(file.name, file.stat().st_mode & 0o777) for file in (tmp_path / "keys").iterdir()] == [("master", 0o600)]


def test_a_key_that_is_not_written_to_its_end_has_no_name(tmp_path, monkeypatch, capsys):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SystemExit):
        config.secret("master", tmp_path)
    assert capsys.readouterr().err == "磁盘已满，没有写完；请腾出空间后再执行一次。\n"
    assert list((tmp_path / "keys").iterdir()) == []


@pytest.mark.parametrize("text", ["", "00", "x" * 64])
def test_a_key_that_is_none_stops_the_start(tmp_path, capsys, text):
    """An empty file was a key of no bytes, and everything was sealed with it."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "master").write_text(text)
    with pytest.raises(SystemExit):
        config.secret("master", tmp_path)
    assert "十六进制密钥" in capsys.readouterr().err


# --- one sentence ---------------------------------------------------------------------------------------


def start(*command, **settings):
    """Exit status and what was said, of a command in the project with this environment."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PORT", "HOST", "DATABASE_URL")}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment | settings, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "http", "80 80", "８０"])
def test_a_wrong_port_is_told_in_one_sentence(port):
    status, said = start("-I", "app/listening.py", PORT=port)
    assert status == 1 and said == f"PORT={port} 不对：应为 1 到 65535 的整数。\n"


def test_a_port_in_use_is_told_before_anything_is_done(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, said = start("-m", "app.serve", PORT=str(port), DATA_DIR=str(tmp_path / "var"))
    assert status == 1 and said.startswith(f"端口 {port} 已被占用") and said.count("\n") == 1
    assert not (tmp_path / "var" / "keys").exists()


def test_an_address_of_another_machine_is_told(capsys):
    with pytest.raises(SystemExit, match=r"HOST=203\.0\.113\.9 不是本机可以监听的地址"):
        listening.try_address("203.0.113.9", 8080)


def test_a_data_directory_nobody_can_write_to_is_told():
    status, said = start("-m", "app.serve", DATA_DIR="/proc/var", PORT=str(conftest.free_port()))
    assert (status, said) == (1, "没有写权限：/proc/var；请换一个可写的 DATA_DIR，或修改该目录的权限。\n")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("WEB_THREADS", "many", "WEB_THREADS=many 不对：应为 1 到 256 的整数。"),
        ("DATA_DIR", "/etc/hostname", "不是目录"),
    ],
)
def test_a_setting_that_cannot_be_is_told(monkeypatch, capsys, name, value, words):
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        config.number(name, 8, 1, 256) if name == "WEB_THREADS" else config.data_dir()
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1


def test_a_locked_database_is_told_and_a_fault_of_ours_is_not_hidden(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/locked.db", connect_args={"timeout": 0})
    with closing(sqlite3.connect(tmp_path / "locked.db", isolation_level=None)) as other, engine.connect() as mine:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OperationalError) as locked:
            mine.exec_driver_sql("CREATE TABLE t (x)")
        other.execute("ROLLBACK")
        with pytest.raises(OperationalError) as ours:
            mine.exec_driver_sql("SELECT nothing FROM nowhere")
    engine.dispose()
    assert "正被其他程序占用" in sentence_of(locked.value)
    assert sentence_of(ours.value) is None and sentence_of(KeyError("x")) is None


def test_a_full_disk_is_told_whatever_it_broke():
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device", "/data/files/ab")
        except OSError as cause:
            raise RuntimeError("the paper could not be set") from cause
    except RuntimeError as error:
        assert sentence_of(error) == "磁盘已满，没有写完；请腾出空间后再执行一次。"
