"""`flask --app run report send`: the outbox of 证书报送人社部; run it every few minutes by a timer."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from models.base import db
from workflow.accounts.accounts import install_system_account
from workflow.awards import delivery
from workflow.base.errors import Refused
from workflow.base.unit_of_work import attempt

PATIENCE = 60
#: A receipt is short; whoever answers more is not read to the end.
MOST_ANSWER = 4 << 20
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


class _Straight(urllib.request.HTTPRedirectHandler):
    """A package goes where it was addressed: redirects are not followed."""

    def redirect_request(self, *given: Any, **more: Any) -> None:
        return None


def poster(url: str, authority: str = "") -> delivery.Post:
    """Posts to that address over TLS; `authority` is a file of the certificates to trust instead of the system's."""
    trusted = ssl.create_default_context(cafile=authority or None)
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted), _Straight()
    )

    def post(body: bytes, headers: dict[str, str]) -> delivery.Answer:
        asked = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310  (https only, see `send`)
        try:
            with opener.open(asked, timeout=PATIENCE) as answer:
                return delivery.Answer(answer.status, answer.read(MOST_ANSWER))
        except urllib.error.HTTPError as error:
            return delivery.Answer(error.code, error.read(MOST_ANSWER))

    return post
