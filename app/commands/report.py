"""The outbox of 证书报送人社部: sent by the workers, and by hand with `flask --app run report send`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from models.base import db
from workflow.accounts.accounts import install_system_account
from workflow.awards import delivery, reporting
from workflow.base.errors import Refused
from workflow.base.unit_of_work import attempt
from workflow.jobs.kinds import works
from workflow.jobs.periodic import every, repeats
from workflow.jobs.work import Run
from workflow.messages.partner import poster

#: Minutes between two looks into the outbox by a worker.
EVERY = 5
report_commands = click.Group("report", help="证书报送人社部：投递上报包。")


@report_commands.command("send", help="投递等待回执的上报批次，登记回执；未送达的到时再试。有未送达时退出码为 1。")
@click.option("--again", metavar="批次", default="", help="把已停止投递的批次重新排入。")
@with_appcontext
def send(again: str) -> None:
    """Send what is due to REPORT_URL, signed with REPORT_KEY."""
    url, key = current_app.config["REPORT_URL"], current_app.config["REPORT_KEY"]
    if not url:
        raise SystemExit("没有设置 REPORT_URL：上报包在“上报批次”页面下载，回执在同一页面登记。")
    if not url.startswith("https://") or len(key) < 32:
        raise SystemExit("REPORT_URL 须为 https 地址，REPORT_KEY 须为 32 字节以上的十六进制密钥。")
    actor = install_system_account(db.session)
    failed = False
    try:
        if again:
            attempt(actor, lambda uow: delivery.take_up_again(uow, again))
    except Refused as refusal:
        raise SystemExit(refusal.sentence) from None
    for batch, words in delivery.send_due(actor, db.session, poster(url, current_app.config["REPORT_CA"]), key):
        arrived = words.startswith("已送达")
        failed |= not arrived
        click.secho(f"{batch} {words}", fg="green" if arrived else "red")
    if failed:
        raise SystemExit(1)


@report_commands.command("reconcile", help="与人社部平台显示的状态核对；不一致的编号重新列为待上报。")
@click.argument("file", type=click.File("rb"))
@with_appcontext
def reconcile(file: Any) -> None:
    """Compare what the platform shows, as JSON, with what it has acknowledged."""
    try:
        listed = json.load(file)["certificates"]
        shown = {str(row["number"]): row for row in listed}
    except (ValueError, KeyError, TypeError):
        raise SystemExit(
            '文件须为 JSON：{"certificates": [{"number": "…", "edition": "1", "status": "有效"}]}；没有更改任何记录。'
        ) from None
    actor = install_system_account(db.session)
    again = attempt(actor, lambda uow: reporting.reconcile(uow, shown))
    for number in again:
        click.secho(f"{number} 与平台不一致，已重新列为待上报", fg="red")
    click.echo(f"核对 {len(shown)} 个编号，不一致 {len(again)} 个。")


# -- by itself, when REPORT_URL is set --------------------------------------------------------------


@works("send_reports", minutes=30)
def _send(run: Run) -> None:
    """Send what is due. May be begun again: a try is written down first, and a batch is its own key there."""
    url, key = current_app.config["REPORT_URL"], current_app.config["REPORT_KEY"]
    if not url.startswith("https://") or len(key) < 32:
        raise Refused("REPORT_URL 须为 https 地址，REPORT_KEY 须为 32 字节以上的十六进制密钥，请系统管理员更正。")
    told = []
    for batch, words in delivery.send_due(run.actor, run.session, poster(url, current_app.config["REPORT_CA"]), key):
        told.append(f"{batch} {words}")
        run.tell(len(told), 0, told[-1])
    attempt(run.actor, lambda uow: run.finish(uow, "；".join(told) or "没有到期的上报包。"), session=run.session)


def _due(session: Session, now: datetime) -> bool:
    return bool(current_app.config["REPORT_URL"]) and bool(delivery.due(session, now))


repeats("send_reports", "投递上报包", every(EVERY), _due)
