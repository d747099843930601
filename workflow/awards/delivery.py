"""The outbox of 证书报送人社部 (附件3 1.18, REQUIREMENTS §6.8): packages sent to the endpoint, again until a receipt
comes.

The ministry publishes no interface, so this one is ours and documented (README, Reporting): a POST of the package's
JSON with `Idempotency-Key` (the batch), `Digest` (SHA-256 of the body) and `X-Signature` (HMAC-SHA256 over batch and
digest). The answer names the digest it has received, its receipt, and the certificates it refuses:

    {"sha256": "…", "receipt": "RSB-2026-0001", "failed": {"A0826…": "姓名与证件号码不匹配"}}

The bytes of a batch are those of its hand-over, at every try. Each row carries the version of its number: of two that
arrive in the wrong order the endpoint keeps the higher one.

Nothing travels inside a transaction: a try is written down first, then the package is sent, then what came of it is
written down. Whoever is interrupted between sends the same batch again under the same key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.awards.delivery import Delivery
from workflow.awards import truth
from workflow.awards.reporting import Package, enter_answer, package_of, settle
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.messages.partner import Answer, Post

#: Minutes until the next try; the last one repeats.
WAITS = (1, 5, 15, 60, 240)
#: A try that nobody finished is taken up again after so many minutes.
CLAIMED = 10
MOST_TRIES = 30
#: Answers that say "later", not "never".
LATER = (408, 425, 429)


def due(session: Session, now: datetime) -> list[str]:
    """Batches to be sent now: handed over, without an outcome, not given up, their time come."""
    query = select(Delivery.batch).where(Delivery.delivered_at.is_(None), Delivery.next_at <= now)
    return list(session.scalars(query.order_by(Delivery.batch)))


def headers(package: Package, key: bytes) -> dict[str, str]:
    """What travels with the package: its key, its digest, and who vouches for both."""
    signed = hmac.new(key, f"{package.batch}\n{package.sha256}".encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": package.batch,
        "Digest": "sha-256=" + base64.b64encode(bytes.fromhex(package.sha256)).decode(),
        "X-Signature": f"hmac-sha256={signed}",
    }


def send_due(
    actor: Account, session: Session, post: Post, key: bytes, now: datetime | None = None
) -> Iterator[tuple[str, str]]:
    """Send everything that is due; gives (batch, what came of it). One batch failing does not hold up the next."""
    for batch in due(session, now or asking(actor, session=session).now):
        package = attempt(actor, lambda uow, batch=batch: begin(uow, batch), session=session, now=now)  # type: ignore[misc]
        if package is None:
            continue
        try:
            answer: Answer | str = post(package.data, headers(package, key))
        except OSError as error:
            answer = f"未能连接：{error}"
        told = partial(finish, package=package, answer=answer)
        yield batch, attempt(actor, told, session=session, now=now)


def begin(uow: UnitOfWork, batch: str) -> Package | None:
    """Write down that a try begins; None when another sender has taken it, or its time has not come."""
    row = uow.session.scalar(select(Delivery).where(Delivery.batch == batch).with_for_update())
    if row is None or row.delivered_at or row.next_at is None or row.next_at > uow.now:
        return None
    package = package_of(uow.session, batch)
    row.attempts += 1
    row.last_at, row.next_at = uow.now.replace(microsecond=0), uow.now + timedelta(minutes=CLAIMED)
    uow.record(
        "send_report",
        f"report_batch:{batch}",
        label="投递上报包",
        attempt=row.attempts,
        count=len(package.rows),
        sha256=package.sha256,
    )
    return package


def finish(uow: UnitOfWork, package: Package, answer: Answer | str) -> str:
    """Write down what came of the try: receipts for every certificate, the next try, or that a person must look."""
    row = uow.session.scalars(select(Delivery).where(Delivery.batch == package.batch)).one()
    if row.delivered_at is not None:  # a late or second answer changes nothing
        return f"已送达，回执 {row.receipt}"
    if isinstance(answer, str):
        return _again(uow, row, answer)
    said = _read(answer.body)
    if 200 <= answer.code < 300 or (answer.code == 409 and said.get("receipt")):
        return _delivered(uow, row, package, said)
    words = f"对方应答 {answer.code}：{said.get('error') or '未说明原因'}"
    if 400 <= answer.code < 500 and answer.code not in LATER:
        return _give_up(uow, row, words)
    return _again(uow, row, words)


def _read(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _delivered(uow: UnitOfWork, row: Delivery, package: Package, said: dict[str, Any]) -> str:
    receipt = str(said.get("receipt") or "").strip()[:120]
    if not receipt or said.get("sha256") != package.sha256:
        return _again(uow, row, "对方应答没有回执编号，或摘要与所发不符")
    named = said.get("failed")
    failed: dict[str, Any] = named if isinstance(named, dict) else {}
    refused = 0
    for certificate, number in truth.under_way(uow.session, package.batch):
        reason = failed.get(certificate.number)
        refused += reason is not None
        words = receipt if reason is None else str(reason)[:300] or "对方未说明原因"
        enter_answer(uow, certificate, number, ok=reason is None, text=words)
    settle(uow, package.batch, receipt, refused=refused)
    row.error = ""
    uow.record(
        "report_delivered", f"report_batch:{package.batch}", label="上报包已送达", receipt=receipt, refused=refused
    )
    return f"已送达，回执 {receipt}" + (f"，其中 {refused} 份上报失败" if refused else "")


def _again(uow: UnitOfWork, row: Delivery, words: str) -> str:
    if row.attempts >= MOST_TRIES:
        return _give_up(uow, row, words)
    row.error, row.next_at = words[:300], uow.now + timedelta(minutes=WAITS[min(row.attempts, len(WAITS)) - 1])
    uow.record("report_not_delivered", f"report_batch:{row.batch}", label="上报包未送达", reason=words[:300])
    return f"第 {row.attempts} 次未送达：{words}；{row.next_at:%m-%d %H:%M} 后再试"


def _give_up(uow: UnitOfWork, row: Delivery, words: str) -> str:
    row.error, row.next_at = words[:300], None
    uow.record("report_given_up", f"report_batch:{row.batch}", label="上报包停止投递", reason=words[:300])
    return f"停止投递：{words}；请核对后用 --again 重新投递，或登记回执"


def take_up_again(uow: UnitOfWork, batch: str) -> None:
    """After a person has looked: the batch is due again at once. Refused: a batch never sent, or delivered."""
    row = uow.session.scalar(select(Delivery).where(Delivery.batch == batch))
    if row is None or row.delivered_at is not None or not row.attempts:
        raise Refused(f"批次 {batch} 没有停止的投递，请核对批次号。")
    row.attempts, row.next_at = 0, uow.now
    uow.record("report_again", f"report_batch:{batch}", label="重新投递上报包")


def told(row: Delivery | None) -> str:
    """How far a batch has come, as the office reads it."""
    if row is None or not row.attempts:
        return "—"
    if row.delivered_at:
        return f"{row.delivered_at:%Y-%m-%d %H:%M} 已送达，回执 {row.receipt}"
    if row.next_at is None:
        return f"已停止投递：{row.error}"
    return f"已投递 {row.attempts} 次未送达：{row.error}" if row.error else f"第 {row.attempts} 次投递中"
