"""`flask --app run bootstrap`: roles and permissions as ACCESS says, and the system account."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from app.one_at_a_time import one_at_a_time
from models.base import db
from workflow.accounts.apart import clashes


@click.command("bootstrap", help="写入角色、权限和系统账号；可重复执行，结果相同。")
@with_appcontext
def bootstrap() -> None:
    """Make the FAB tables say what ACCESS and the charters say; safe to repeat after every upgrade.

    Roles made by the office stay, adjusted ones keep what was changed; accounts whose roles may not meet are named.
    """
    from app.security import sync_permissions

    with one_at_a_time(db.engine, say=click.echo):
        added, removed = sync_permissions(current_app.appbuilder)
    click.echo(f"角色与权限已同步：新增 {added} 项，移除 {removed} 项。")
    for account, sentence in clashes(db.session):
        click.echo(f"注意：账号“{account.username}”持有不相容的角色。{sentence}")
