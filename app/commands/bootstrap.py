"""`flask --app run bootstrap`: roles and permissions as ACCESS says, the system account, the seals."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from app.one_at_a_time import one_at_a_time
from app.standing import ready, remember_outside
from models.base import db
from workflow.accounts.accounts import install_system_account
from workflow.accounts.apart import clashes
from workflow.base import outside, stamp
from workflow.base.unit_of_work import attempt
from workflow.register.fit import misfits

#: Seconds that sealing a large database may take.
PATIENCE = 3600.0


@click.command("bootstrap", help="写入角色、权限和系统账号；可重复执行，结果相同。")
@with_appcontext
def bootstrap() -> None:
    """Make the FAB tables say what ACCESS and the charters say; safe to repeat after every upgrade.

    Roles made by the office stay, adjusted ones keep what was changed; accounts whose roles may not meet are named.
    """
    from app.security import sync_permissions

    if not current_app.testing and (sentence := ready(current_app._get_current_object(), sealed=False)):  # type: ignore[attr-defined]
        raise click.ClickException(sentence)
    with one_at_a_time(db.engine, say=click.echo):
        added, removed = sync_permissions(current_app.appbuilder)
        sealed = _seal(demonstration=current_app.config["DEMO"])
    if sealed:
        click.echo(f"已封存 {sum(sealed.values())} 行记录（{len(sealed)} 张表）。")
    click.echo(f"角色与权限已同步：新增 {added} 项，移除 {removed} 项。")
    for account, sentence in clashes(db.session):
        click.echo(f"注意：账号“{account.username}”持有不相容的角色。{sentence}")
    if unfit := misfits(db.session):
        click.echo(f"注意：{len(unfit)} 个账号的角色与所在机构不符，请在账号管理中按“角色与机构不符”查询后更正。")
    for account, sentence in unfit[:20]:
        click.echo(f"  {account.username}：{sentence}")


def _seal(*, demonstration: bool) -> dict[str, int]:
    """The stamp of the keys, the triggers of the journal, the seals of what was there before or a migration wrote."""
    system = install_system_account(db.session)  # type: ignore[arg-type]
    told: dict[str, int] = attempt(
        system, lambda uow: stamp.bring_up(uow, demonstration=demonstration), patience=PATIENCE
    )
    with db.engine.connect() as connection:
        remember_outside(current_app, connection)
    if others := outside.others():
        click.echo(
            f"注意：本机还保存着另一个数据库（{'、'.join(others)}）的链头记录。"
            "有意更换数据库的，可删除 DATA_DIR/journal 下的该目录；"
            "不是有意更换的，数据库可能被整体替换，请立即查明。"
        )
    return told
