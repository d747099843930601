"""The first start, whatever happens to it: the demo year is built aside and named only when it is whole.

Whoever kills it, fills the disk or presses Ctrl-C leaves either nothing or the whole year. An embedded database is
built in DATA_DIR/building by a process of its own; its files are moved first and the database last, by one renaming.
A database on a server cannot be renamed: a row (`DemoBuild`) says there that the year was begun, and says at the very
end that it is done. One that was begun and not done is emptied and built anew.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from enum import Enum
from pathlib import Path

from sqlalchemy import Engine, create_engine, func, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.config import BUILDS_ASIDE, ROOT
from app.machine_faults import end
from models.accounts.account import Account
from models.base import db
from models.office.setting import DemoBuild, DemoClock
from workflow.accounts.accounts import DEMO_MAIL, SYSTEM_NAME

#: The folder of DATA_DIR in which the first start builds; whatever lies there is worth nothing.
ASIDE = "building"
#: Set for whoever shall not outlive the process of that number.
PARENT = "ZHICHENG_PARENT"
#: What is run to build aside.
PREPARE = (sys.executable, "-m", "flask", "--app", "run", "prepare")
BROKEN_OFF = "已中断，没有留下半成品；再执行一次就从头生成。"
STRANGERS = (
    "上次没有生成完演示数据，而库中已有 {count} 个其他账号，不能清空重来；请换一个空的 DATA_DIR（或空数据库）启动演示。"
)
#: Functions of the schema that no extension brought.
OWN_FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p LEFT JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'
WHERE p.pronamespace = current_schema()::regnamespace AND d.objid IS NULL
"""


class Standing(Enum):
    """What a database holds of the demo year."""

    EMPTY = "empty"  #: nobody works in it: only reference data, if anything
    UNFINISHED = "unfinished"
    BUILT = "built"
    OTHERS = "others"  #: people work in it and it is no demonstration


def standing_of(session: Session) -> Standing:
    """What the database of `session` holds; also one that an older version left half built."""
    tables = set(inspect(session.connection()).get_table_names())
    if not {"ab_user", "demo_clock"} <= tables:
        return Standing.EMPTY
    if "demo_build" in tables and (build := session.execute(select(DemoBuild.done_at)).first()):
        return Standing.BUILT if build.done_at else Standing.UNFINISHED
    if session.scalar(select(DemoClock.id).limit(1)) is not None:
        return Standing.BUILT
    if "demo_build" not in tables and _count(session, Account.email.endswith(DEMO_MAIL)):
        return Standing.UNFINISHED
    return Standing.OTHERS if _count(session, Account.username != SYSTEM_NAME) else Standing.EMPTY


def strangers(session: Session) -> int:
    """Accounts that the demo year did not make."""
    return _count(session, Account.username != SYSTEM_NAME, Account.email.not_like("%" + DEMO_MAIL))


def _count(session: Session, *only: object) -> int:
    return session.scalar(select(func.count(Account.id)).where(*only)) or 0  # type: ignore[arg-type]


def make_ready(
    home: Path,
    secrets: Mapping[str, bytes],
    *,
    bring_up: Callable[[], None],
    build: Callable[[], None],
    say: Callable[[str], None],
) -> None:
    """Everything a demonstration needs before it is served.

    `bring_up` brings schema, roles and reference data to the present; `build` makes the year. An embedded database
    that holds nothing is built aside with the `secrets` of `home`, any other is worked on where it is. Ended with a
    sentence: a year half built in which strangers have accounts.
    """
    if os.environ.get(BUILDS_ASIDE):
        bring_up()
        build()
        return
    file = embedded(db.engine, home)
    standing = Standing.EMPTY if file and not file.exists() else standing_of(db.session())
    if standing is Standing.UNFINISHED:
        if count := strangers(db.session()):
            end(STRANGERS.format(count=count))
        say("上次没有生成完演示数据，现在从头生成。")
    begun = standing in (Standing.EMPTY, Standing.UNFINISHED)
    db.session.remove()
    if file and begun:
        db.engine.dispose()
        build_aside(file, home, secrets)
        return
    if standing is Standing.UNFINISHED:
        empty(db.engine)
    bring_up()
    if begun:
        build()


def embedded(engine: Engine, home: Path) -> Path | None:
    """The file of the embedded database of `home`; None for any other database."""
    own = home / "zhicheng.db"
    return own if engine.dialect.name == "sqlite" and Path(engine.url.database or "") == own else None


def build_aside(file: Path, home: Path, secrets: Mapping[str, bytes]) -> None:
    """Build the whole year in a folder of its own and give it its name; on any failure nothing remains of it."""
    aside = home / ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {f"ZHICHENG_{name.upper()}": secret.hex() for name, secret in secrets.items()}
    environment |= {"DATA_DIR": str(aside), "DEMO": "1", BUILDS_ASIDE: "1", PARENT: str(os.getpid())}
    try:
        # in a session of its own: Ctrl-C reaches us alone, and we end it
        with subprocess.Popen(PREPARE, cwd=ROOT, env=environment, start_new_session=True) as child:  # noqa: S603
            try:
                status = child.wait()
            except BaseException:
                child.kill()
                raise
        if status:
            raise SystemExit(1 if status > 0 else died(status))
        _move_in(aside, home, file)
    except KeyboardInterrupt:
        end(BROKEN_OFF, 130)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def died(status: int) -> str:
    """The sentence on a process that a signal has ended."""
    return f"准备数据的进程被中止（信号 {-status}，多为内存不足或被人结束）；再执行一次就从头开始。"


def _move_in(aside: Path, home: Path, file: Path) -> None:
    """Files first, the database last: where there is a database, everything it names is there."""
    built = aside / file.name
    _settle(built)
    for path in sorted(aside.rglob("*")):
        if path.is_file() and not path.name.startswith(file.name) and path.suffix != ".lock":
            target = home / path.relative_to(aside)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, target)
            _to_disk(target.parent)
    for left in ("-wal", "-shm", "-journal"):  # of a database that is gone: they would be read into the new one
        file.with_name(file.name + left).unlink(missing_ok=True)
    os.replace(built, file)
    _to_disk(home)


def _settle(database: Path) -> None:
    """Everything into the one file, and the file onto the disk."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
        if connection.execute("SELECT count(*) FROM demo_build WHERE done_at IS NOT NULL").fetchone() != (1,):
            raise RuntimeError("the year was called built before it was")
    _to_disk(database)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def empty(engine: Engine) -> None:
    """Take every table out of a database that holds nothing but a year half built, in one transaction."""
    plain = create_engine(engine.url, poolclass=NullPool)  # without the rules of verbs: no foreign keys on SQLite
    tables = [plain.dialect.identifier_preparer.quote(name) for name in inspect(plain).get_table_names()]
    with plain.begin() as connection:
        if plain.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for name in tables:
                connection.exec_driver_sql(f"DROP TABLE {name}")
        else:
            connection.exec_driver_sql(f"DROP TABLE {', '.join(tables)} CASCADE")
            for name in connection.exec_driver_sql(OWN_FUNCTIONS).scalars().all():
                connection.exec_driver_sql(f"DROP FUNCTION {name} CASCADE")


def end_with_parent() -> None:
    """Where a parent is named: not to outlive it, or a second start would wait for work that nobody collects."""
    parent = os.environ.pop(PARENT, None)
    if parent is None:
        return
    with suppress(OSError, AttributeError):  # Linux only; elsewhere the second start waits
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)
    if os.getppid() != int(parent):
        raise SystemExit(1)
