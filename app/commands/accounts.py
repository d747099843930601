"""`flask --app run accounts create`: make the first accounts of a new installation."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from workflow.base import roles

account_commands = click.Group("accounts", help="账号。")


@account_commands.command("create", help="建立三员账号；初始密码只显示一次，首次登录须修改。")
@click.argument("username")
@click.option(
    "--role",
    "names",
    multiple=True,
    required=True,
    type=click.Choice(roles.THREE_ADMINS),
    help="三员之一；其他账号由系统管理员在账号管理中建立。",
)
@click.option("--name", required=True, help="姓名。")
@with_appcontext
def create(username: str, names: tuple[str, ...], name: str) -> None:
    """Make the account as the system account, and print its first password once."""
    from models.base import db
    from workflow.accounts import accounts
    from workflow.base.errors import Refused
    from workflow.base.unit_of_work import attempt

    shown, first = accounts.first()
    try:
        attempt(
            accounts.system_account(db.session),
            lambda uow: accounts.create_account(uow, username=username, name=name, password=first, roles=names),
        )
    except Refused as refused:
        raise click.ClickException(refused.sentence) from None
    click.echo(f"账号 {username} 已建立，初始密码（只显示这一次）：{shown}")
