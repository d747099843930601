"""Where Alembic meets the application: a transaction a migration, its references looked at before the commit.

How a migration is written, and in which order an operator upgrades and goes back: docs/migrations.md.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from alembic import context
from alembic.migration import MigrationContext
from alembic.util import CommandError
from click import echo
from flask import current_app
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.one_at_a_time import one_at_a_time
from migrations import set_aside, written
from models.base import metadata
from models.sealed import Sealed

EMPTY = "（空）"


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """A migration must run when the models have moved on: own column types are written as what they are on disk."""
    if kind == "type" and isinstance(item, Sealed):
        return "sa.LargeBinary()"
    return False


def compare_type(ctx: Any, inspected: Any, column: Any, inspected_type: Any, metadata_type: Any) -> bool | None:
    """Sealed columns are binary on disk."""
    return False if isinstance(metadata_type, Sealed) else None


def engine_for_steps(url: Any, busy_ms: int) -> Engine:
    """An engine of its own, without the rules that verbs run under.

    SQLite rebuilds a table to change it: with foreign keys on, dropping the old one would refuse (or, where a key says
    so, delete what hangs on it), and they cannot be switched off inside a transaction. BEGIN IMMEDIATE waits for its
    turn at the beginning and not in the middle.
    """
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _pragmas(raw: Any, _: Any) -> None:
            raw.isolation_level = None
            for pragma in ("foreign_keys=OFF", f"busy_timeout={busy_ms}", "secure_delete=ON"):
                raw.execute("PRAGMA " + pragma)

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def references_hold(ctx: Any, step: Any, **_: Any) -> None:
    """What PostgreSQL refuses by itself: a step after which a row refers to one that is not there."""
    if ctx.dialect.name != "sqlite":
        return
    faults = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if faults:
        pairs = "、".join(sorted({f"{table} → {parent}" for table, _, parent, _ in faults}))
        raise CommandError(
            f"迁移 {step.up_revision_id} 之后有 {len(faults)} 行引用了不存在的记录（{pairs}），已全部撤回。"
        )


def told(ctx: Any, step: Any, heads: set[str], **_: Any) -> None:
    """A line a step: on a large database each takes its time."""
    echo(f"数据库已{'升级' if step.is_upgrade else '退回'}到版本 {'、'.join(heads) or EMPTY}")


def run() -> None:
    """Migrate step by step; a step that fails leaves the database at the revision before, and says so."""
    db = current_app.extensions["migrate"].db
    db.session.remove()  # CONCURRENTLY waits for every older transaction, also for one of our own
    engine = engine_for_steps(db.engine.url, current_app.config.get("SQLITE_BUSY_MS", 60_000))
    try:
        with one_at_a_time(db.engine, say=echo):
            _steps(engine)
    except Exception as error:
        if "database is locked" in str(error):
            raise CommandError("数据库正被另一个程序写入，没有升级；请先停止服务和其他命令，再重新执行。") from error
        with suppress(DBAPIError):
            error.add_note(f"数据库停在版本 {at_revision(engine)}；改正后重新执行，从这里继续。")
        raise
    finally:
        engine.dispose()


def _steps(engine: Engine) -> None:
    filled = at_revision(engine) != EMPTY
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=engine.dialect.name == "sqlite",
            render_item=render_item,
            compare_type=compare_type,
            include_name=set_aside.is_ours,
            transactional_ddl=True,
            transaction_per_migration=True,
            on_version_apply=[set_aside.take_back, references_hold, written.note, *([told] if filled else [])],
        )
        written.watch(connection)
        set_aside.watch(context.get_context())
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


def at_revision(engine: Engine) -> str:
    """Where the database stands now."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or EMPTY


run()
