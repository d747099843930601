"""`flask --app run keys new | change`: the master key is changed, everything bound to it in one transaction."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

key_commands = click.Group("keys", help="主密钥：生成新密钥、更换。")


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


@key_commands.command("new", help="生成下一把主密钥（DATA_DIR/keys/master.next），尚不更换；已有的不覆盖。")
@with_appcontext
def new_key() -> None:
    """Make the next key and say where it lies; the key itself is never shown."""
    from app import key_change

    click.echo(f"下一把主密钥在 {key_change.new(_app())}；请先另存一份，再停止全部服务，执行 keys change。")


@key_commands.command(
    "change", help="停止服务后执行：用下一把主密钥重新加密和封存全部数据。中断不留半成品，再执行一次即可。"
)
@with_appcontext
def change_key() -> None:
    """Change the key of the database, then the files of this machine; begun again after an interruption it goes on."""
    import workflow.lifecycles  # noqa: F401  (whose rooms say what they have bound to the key)
    from app import key_change
    from app.one_at_a_time import one_at_a_time
    from models.base import db
    from models.sealed import install_keys
    from workflow.accounts import accounts
    from workflow.base.unit_of_work import attempt
    from workflow.office import rekey
    from workflow.review import resealed  # noqa: F401  (binds the ballots)

    app = _app()
    old, new = app.config["MASTER_KEY"], key_change.next_key(app)
    if new is None:
        raise click.ClickException(
            "还没有下一把主密钥；请先执行 flask --app run keys new，或设置 ZHICHENG_MASTER_NEXT。"
        )
    db.session.remove()
    if sentence := key_change.refuse_busy(db.engine):
        raise click.ClickException(sentence)
    with one_at_a_time(db.engine, say=click.echo):
        system = accounts.system_account(db.session)  # type: ignore[arg-type]
        try:
            attempt(system, lambda uow: rekey.change(uow, old, new, tell=click.echo), holds=[])
        except BaseException:
            install_keys(old)
            raise
        rekey.keep_outside(db.session)  # type: ignore[arg-type]
        placed = key_change.in_place(app)
    click.secho("主密钥已更换，全部数据已用新密钥重新加密、封存。", fg="green")
    if placed:
        click.echo(f"新密钥在 {key_change.folder(app) / 'master'}；旧的改名为 master.before-N，只用于打开以前的备份。")
    else:
        click.echo(
            "请现在把环境文件中的 ZHICHENG_MASTER 改为新密钥，删去 ZHICHENG_MASTER_NEXT；旧密钥只用于打开以前的备份。"
        )
    click.echo("请执行 flask --app run journal verify，再启动服务。")
