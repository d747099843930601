"""What a demonstration leaves behind must not go into production: no start with a moved clock or demo accounts."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import inspect, select

from models.base import db
from models.office.setting import DemoClock
from workflow.accounts import accounts


def leftovers(app: Flask) -> list[str]:
    """What of the demonstration is still in the database, one sentence each."""
    with app.app_context():
        if not inspect(db.session.connection()).has_table("ab_user"):
            return []
        found = []
        if db.session.scalar(select(DemoClock.id).limit(1)) is not None:
            found.append("数据库中有演示时钟")
        if count := accounts.demo_accounts(db.session):
            found.append(f"数据库中有 {count} 个演示账号")
        return found


def refuse_leftovers(app: Flask) -> None:
    """Stop a start in production on a demonstration's database."""
    if not app.config["DEMO"] and (found := leftovers(app)):
        raise SystemExit("；".join(found) + "，不能以正式方式启动。请换用空数据库，或以 DEMO=1 启动演示。")
