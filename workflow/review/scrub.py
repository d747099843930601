"""Leave nothing of destroyed envelopes in the files of the database (GB/T 22239 8.1.4.10 剩余信息保护)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from workflow.base.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
#: Tables in which ciphertext and wrapped keys lie while a poll is open.
TABLES = ("envelope", "poll_key")


def scrub_afterwards(uow: UnitOfWork) -> None:
    """Once the change is committed, wipe the places where envelopes lay; a test's open connection is left alone."""
    bind = uow.session.get_bind()
    if isinstance(bind, Engine):

        def wipe() -> None:
            scrub(bind)

        uow.after_commit.append(wipe)


def scrub(engine: Engine) -> bool:
    """Rewrite what held destroyed envelopes: VACUUM, and on SQLite an empty write-ahead log too.

    Gives False, and says so in the log, when other users of the database kept it from being done; then
    it is to be repeated. What might be left is ciphertext whose key no longer exists.
    """
    try:
        if engine.dialect.name == "sqlite":
            return _scrub_sqlite(engine)
        _raw(engine, _vacuum_postgresql)
    except DBAPIError as error:
        log.warning("envelopes were destroyed, but the database could not be rewritten: %s", error)
        return False
    return True


def _scrub_sqlite(engine: Engine) -> bool:
    def vacuum(connection: Any) -> bool:
        connection.execute("VACUUM")
        for pause in (0, 0.1, 0.5, 1):
            time.sleep(pause)
            if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0:
                return True
        log.warning("envelopes were destroyed, but the write-ahead log is still read by others")
        return False

    return bool(_raw(engine, vacuum))


def _vacuum_postgresql(connection: Any) -> None:
    before, connection.autocommit = connection.autocommit, True
    try:
        connection.execute("SET lock_timeout = '5s'")
        for table in TABLES:
            for pause in (0, 0.2, 1, 3, 6):  # a passing snapshot, such as autovacuum's, keeps what is already dead
                time.sleep(pause)
                connection.execute(f"VACUUM (FULL) {table}")
                left, size = connection.execute(
                    f"SELECT (SELECT count(*) FROM {table}), pg_relation_size('{table}')"  # noqa: S608
                ).fetchone()
                if left or not size:
                    break
            else:
                log.warning(
                    "what was destroyed in %s is still seen by a snapshot of others; to be rewritten later", table
                )
        connection.execute("RESET lock_timeout")
    finally:
        connection.autocommit = before


def _raw(engine: Engine, work: Callable[[Any], Any]) -> Any:
    """Run `work` on the driver's own connection, outside any transaction."""
    handle = engine.raw_connection()
    try:
        return work(handle.driver_connection)
    except Exception as error:  # the driver's own exceptions, as SQLAlchemy would name them
        if not isinstance(error, engine.dialect.loaded_dbapi.Error):
            raise
        raise DBAPIError(None, None, error) from error
    finally:
        handle.close()
