"""A start that refuses what would hurt: another key, a demonstration among real accounts, a schema that is not there.

Asked before anything is written: by every command and by the server. Each answer is a sentence of its own.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, inspect
from sqlalchemy.engine import Connection

from app import config, key_change
from app.leftovers import refuse_leftovers
from app.machine_faults import end, told
from models.base import db
from workflow.base import outside, stamp

FOREIGN = (
    "这个数据库是用另一把主密钥建立的（密钥指纹不符），{given}。"
    "没有继续：换了密钥，证件号码读不出来，审计日志从此断开。"
    "请设置建库时的 ZHICHENG_MASTER，或把原来的 {file} 放回（docs/operations.md）。"
)
FORGED = (
    "数据库的密钥指纹被改动过（签名不符），没有继续；"
    "请从备份恢复 database_stamp 表，并执行 flask --app run journal verify。"
)
REAL = (
    "这个数据库以正式方式启用（{why}），不能以 DEMO=1 打开：演示账号和演示时钟会混入真实数据。"
    "请改为 DEMO=0，或另用空的 DATA_DIR、空数据库启动演示。"
)
NO_DATABASE = (
    "没有设置 DATABASE_URL，{home} 中也没有数据库。请设置 DATABASE_URL（README“正式使用”第 1 步）；"
    "确实要用内嵌 SQLite 的，先执行 flask --app run prepare 建库。"
)
UNPREPARED = "数据库还没有准备好（{why}）；请先执行 flask --app run prepare，再执行这一步。"
NEWER = "数据库的版本（{revision}）比本程序新，没有继续；请安装与数据库相符的版本，或用新版本执行 db downgrade 退回。"


@cache
def newest() -> set[str]:
    """The revision this release needs."""
    return set(ScriptDirectory(str(config.ROOT / "migrations")).get_heads())


@cache
def _all_revisions() -> set[str]:
    return {step.revision for step in ScriptDirectory(str(config.ROOT / "migrations")).walk_revisions()}


def refuse(app: Flask) -> None:
    """Before a command or the server: whose database is it? Ended with a sentence when it is not ours to touch."""
    with app.app_context(), told(app.config["DATA_DIR"]):
        if _file_missing(db.engine):
            return  # nothing there: `ready` says so to whoever needs something
        with db.engine.connect() as connection:
            _refuse_key(app, connection)
            _refuse_demonstration(app, connection)
            remember_outside(app, connection)
    refuse_leftovers(app)


def _file_missing(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists()


def _refuse_key(app: Flask, connection: Connection) -> None:
    answer = stamp.asked(connection)
    if answer is stamp.Key.FORGED:
        end(FORGED)
    if answer is stamp.Key.FOREIGN and not key_change.finish(app, connection):
        file = Path(app.config["DATA_DIR"]) / "keys" / "master"
        given = "而 ZHICHENG_MASTER 给出的是另一把"
        if config.was_made("master"):
            file.unlink(missing_ok=True)  # made a moment ago, for want of the right one
            given = "而这里没有设置 ZHICHENG_MASTER，也没有密钥文件"
        elif not os.environ.get("ZHICHENG_MASTER"):
            given = f"而 {file} 是另一把"
        end(FOREIGN.format(given=given, file=file))


def _refuse_demonstration(app: Flask, connection: Connection) -> None:
    if not app.config["DEMO"]:
        return
    if why := stamp.real(connection):
        end(REAL.format(why=why))


def remember_outside(app: Flask, connection: Connection) -> None:
    """Keep the heads of this database beside it, under its name."""
    name = stamp.name_of(connection)
    outside.install(Path(app.config["DATA_DIR"]) / "journal" / name if name else None)


def ready(app: Flask, *, sealed: bool = True) -> str:
    """What is missing before anything can be served or any command can work; empty when nothing is."""
    with app.app_context(), told(app.config["DATA_DIR"]):
        if _file_missing(db.engine):
            if not app.config["DEMO"] and not os.environ.get("DATABASE_URL"):
                return NO_DATABASE.format(home=app.config["DATA_DIR"])
            return UNPREPARED.format(why="还没有建立")
        with db.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return UNPREPARED.format(why="是空的")
            now = set(MigrationContext.configure(connection).get_current_heads())
            if now - _all_revisions():
                return NEWER.format(revision="、".join(sorted(now)))
            if now != newest():
                return UNPREPARED.format(why=f"版本 {'、'.join(sorted(now)) or '空'}，本程序需要 {'、'.join(newest())}")
        if sealed and stamp.owed(db.engine):
            return UNPREPARED.format(why="升级后还没有完成封存")
    return ""


def refuse_unready(app: Flask) -> None:
    """Before serving, and before every command that works on the database."""
    if sentence := ready(app):
        end(sentence)
