"""`flask --app run journal verify | anchor | resume`: is the journal whole, and are the rows what it sealed?"""

from __future__ import annotations

from typing import IO

import click
from flask.cli import with_appcontext

#: Files that are named one by one.
NAMED = 10
journal_commands = click.Group("journal", help="审计日志：核验、留证、恢复后接续。")


@journal_commands.command("verify", help="逐条核验封印、签名与所有受保护的记录；有问题时退出码为 1。")
@click.option("--state/--no-state", default=True, help="是否连同各表的记录一并核对。")
@click.option("--files/--no-files", default=True, help="是否把登记的附件逐个读出、核对摘要。")
@click.option("--anchors", type=click.File("r"), help="留证文件（journal anchor 的输出），逐行与日志核对。")
@click.option("--continue", "go_on", is_flag=True, help="日志条目从本机最近的检查点核对起；不加则从第一条起。")
@click.option("--checkpoint", type=click.File("r"), help="检查点另存的文件（DATA_DIR/journal/*/checkpoints.txt）。")
@with_appcontext
def verify(state: bool, files: bool, anchors: IO[str] | None, go_on: bool, checkpoint: IO[str] | None) -> None:
    """Print a green line with the number of entries; or the chain, number and reason of each fault, and exit 1."""
    from models.base import db
    from models.registry import by_table
    from workflow.base import anchor, journal, outside, row_check
    from workflow.office import checkpoint as checkpoints

    since = None
    if go_on or checkpoint is not None:
        since = checkpoints.newest(db.session, checkpoint or outside.lines(outside.CHECKPOINTS))  # type: ignore[arg-type]
        if since is None:
            raise click.ClickException(
                "没有本系统为这个数据库签出的检查点；请不加 --continue 和 --checkpoint"
                " 做一次完整核验，通过后即留下检查点。"
            )
    faults = list(journal.verify(db.session, by_table() if state else None, since=since.stands if since else None))
    for lines in (outside.lines(), anchors or ()):
        faults += anchor.faults(db.session, lines)
    for fault in faults:
        place = f"链 {fault.chain} 第 {fault.seq} 条：" if fault.seq else ""
        click.secho(f"{place}{fault.reason}", fg="red", err=True)
    if not faults:
        outside.keep_line(checkpoints.line(db.session, since), outside.CHECKPOINTS)  # type: ignore[arg-type]
    damaged = _files() if files else 0
    if faults or damaged:
        raise SystemExit(1)
    rows = f"，{row_check.count(db.session)} 行记录与封印一致" if state else ""
    click.secho(f"审计日志完整，共 {journal.count(db.session)} 条{rows}。", fg="green")
    if since is not None:
        click.echo(
            f"其中 {since.at:%Y-%m-%d %H:%M} 的检查点以前的条目只核对条数和末条；"
            f"最近一次从第一条起核验在 {since.whole:%Y-%m-%d %H:%M}。"
        )
    if outside.where() is not None and not list(outside.seen()):
        click.echo(
            "注意：本机没有库外链头记录（新节点或 DATA_DIR 已更换），被整体换回旧副本的数据库只能凭留证文件发现。"
        )
    if many := journal.filled_in_bulk(db.session):
        click.echo(f"其中 {many} 项申报由 volume 命令批量填充，未逐项登记；它们的行封印在填充结束时补齐。")


def _files() -> int:
    """Name the files that rows speak of and that are missing or damaged; how many. A restore may have lacked them."""
    from models.base import db
    from workflow.storage import stocktaking
    from workflow.storage.store import store

    count = stocktaking.verify(db.session, store())  # type: ignore[arg-type]
    for what, called, _digest in count.faults[:NAMED]:
        click.secho(f"附件{what}：{called}", fg="red", err=True)
    if count.faults:
        click.secho(
            f"登记的 {count.files} 个附件中有 {len(count.faults)} 处缺失或损坏；请从备份恢复文件存储"
            "（DATA_DIR/files 或存储桶），再执行 flask --app run store verify。",
            fg="red",
            err=True,
        )
    else:
        click.echo(f"登记的 {count.files} 个附件全部在，内容与摘要一致。")
    return len(count.faults)


@journal_commands.command("anchor", help="输出一行签名的留证，请每日送出本机保存（打印、邮件、时间戳服务）。")
@click.option("--key", "shown", is_flag=True, help="只输出核对留证用的公钥。")
@with_appcontext
def anchor_line(shown: bool) -> None:
    """Print where every chain stands, signed, for keeping elsewhere."""
    from models.base import db
    from workflow.base import anchor

    click.echo(anchor.public_key() if shown else anchor.line(db.session))


@journal_commands.command("resume", help="从备份恢复数据库之后执行：说明原因，此后以恢复的日志为准。")
@click.option("--reason", required=True, help="恢复的原因和批准人。")
@with_appcontext
def resume(reason: str) -> None:
    """Say in the journal that it goes on from a restored copy, and forget what the file outside remembers."""
    from models.base import db
    from workflow.accounts import accounts
    from workflow.base import journal, outside
    from workflow.base.unit_of_work import UnitOfWork, attempt

    lost = {str(head.chain): head.seq for head in outside.seen()}
    if len(reason.strip()) < 4:
        raise click.ClickException("请写明恢复的原因和批准人。")

    def told(uow: UnitOfWork) -> None:
        uow.record(journal.RESUMED, "journal:*", label="恢复后接续", reason=reason.strip(), seen_outside=lost)

    outside.forget()
    attempt(accounts.system_account(db.session), told)
    click.secho("已登记恢复；此后以恢复的日志为准。请再执行 flask --app run journal verify。", fg="green")
