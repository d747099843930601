"""The master key on this machine while it is being changed: `keys/master.next` beside the present one.

The database changes in one transaction; the files follow. Whatever ends in between is finished by the next start: where
the database knows the next key, that key is put in its place. The present one is kept as `master.before-…`, for copies
of the database that were made with it; it opens nothing of what stands now.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.engine import Connection

from app import config
from models.sealed import install_keys, under
from workflow.base import stamp

BUSY = (
    "还有 {who} 在使用这个数据库，没有更换；请先停止全部节点的网页服务和后台任务"
    "（systemctl stop zhicheng zhicheng-worker），再执行一次。"
)


def folder(app: Flask) -> Path:
    """Where keys lie as files."""
    return Path(app.config["DATA_DIR"]) / "keys"


def new(app: Flask) -> Path:
    """Make the next key, once; its file."""
    place = folder(app) / "master.next"
    place.parent.mkdir(mode=0o700, exist_ok=True)
    if not place.exists():
        config._write_once(place, secrets.token_hex(32))
    return place


def next_key(app: Flask) -> bytes | None:
    """The key that is to come: ZHICHENG_MASTER_NEXT, else the file; None where there is none."""
    place = folder(app) / "master.next"
    if given := os.environ.get("ZHICHENG_MASTER_NEXT"):
        return config._checked(given, "环境变量 ZHICHENG_MASTER_NEXT")
    return config._checked(place.read_text().strip(), str(place)) if place.exists() else None


def finish(app: Flask, connection: Connection) -> bool:
    """The database knows the next key already: put it in its place. Whether that was so."""
    following = next_key(app)
    if following is None:
        return False
    with under(following):
        if stamp.asked(connection) is not stamp.Key.OURS:
            return False
    if not os.environ.get("ZHICHENG_MASTER"):
        in_place(app)
        install_keys(following)
        app.config["MASTER_KEY"] = following
        return True
    return False


def in_place(app: Flask) -> bool:
    """The next key takes the place of the present one on this machine; False where the environment names the key."""
    if os.environ.get("ZHICHENG_MASTER"):
        return False
    present, following = folder(app) / "master", folder(app) / "master.next"
    if not following.exists():
        config._write_once(following, os.environ["ZHICHENG_MASTER_NEXT"].strip())
    if present.exists():
        turn = sum(1 for _ in folder(app).glob("master.before-*")) + 1
        os.link(present, folder(app) / f"master.before-{turn}")
    os.replace(following, present)
    return True


def refuse_busy(engine: Engine) -> str:
    """Who else has this database open; empty when nobody has."""
    engine.dispose()
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            ask = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            count = connection.scalar(text(f"{ask} AND backend_type = 'client backend'")) or 0
        engine.dispose()
        return BUSY.format(who=f"{count} 个连接") if count else ""
    raw = sqlite3.connect(engine.url.database or "", timeout=0.5)
    try:  # leaves WAL only when nobody else has the file open
        raw.execute("PRAGMA journal_mode=DELETE")
        raw.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError:
        return BUSY.format(who="其他进程")
    finally:
        raw.close()
    return ""
