"""`flask --app run journal verify`: walk the audit journal and say whether it is whole."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

journal_commands = click.Group("journal", help="审计日志：核验。")


@journal_commands.command("verify", help="逐条核验封印、签名与受保护的记录；有问题时退出码为 1。")
@click.option("--state/--no-state", default=True, help="是否连同受保护的记录一并核对。")
@with_appcontext
def verify(state: bool) -> None:
    """Print a green line with the number of entries; or the chain, number and reason of each fault, and exit 1."""
    from models.base import db
    from models.registry import by_table
    from workflow.base import journal

    faults = list(journal.verify(db.session, by_table() if state else None))
    for fault in faults:
        click.secho(f"链 {fault.chain} 第 {fault.seq} 条：{fault.reason}", fg="red", err=True)
    if faults:
        raise SystemExit(1)
    click.secho(f"审计日志完整，共 {journal.count(db.session)} 条。", fg="green")
    if many := journal.filled_in_bulk(db.session):
        click.echo(f"其中 {many} 项申报由 volume 命令批量填充，未逐项登记，不在核验之列。")
