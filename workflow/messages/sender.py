"""Sending what lies in the outbox: claimed with a lease, tried with growing pauses, each letter under one key.

Nothing travels inside a transaction: a try is written down with a token and a lease, then the letter is handed over,
then what came of it is written down. Whoever dies between leaves a lease that runs out; the next one sends the same
letter under the same key. An answer of a run whose lease was taken over changes nothing.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.messages.choice import Choice, Contact, How
from models.messages.letter import Channel, Letter
from models.messages.letter import LetterState as S
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.jobs.kinds import works
from workflow.jobs.periodic import every, repeats
from workflow.jobs.work import Run
from workflow.messages import hours, mail, outbox, sms, wording
from workflow.messages.outbox import LETTER
from workflow.messages.outcome import ARRIVED, LATER, NEVER, Outcome, Parcel

#: Minutes until the next try; the last one repeats.
WAITS = (1, 5, 15, 60, 240)
#: A try that nobody finished is taken up again after so many minutes: longer than any partner is waited for.
LEASE = 10
MOST_TRIES = 12
#: Letters one run sends at most, and messages one digest names.
AT_ONCE, NAMED = 500, 50
#: Hours for which a receipt is asked for.
ASKED_FOR = 48

Hand = Callable[[Parcel], Outcome]
HANDS: dict[str, Hand] = {Channel.MAIL: mail.send, Channel.SMS: sms.send, Channel.VOICE: sms.send}


def _due(now: datetime) -> ColumnElement[bool]:
    waiting = and_(Letter.state.in_((S.WAITING, S.RETRY)), Letter.next_at <= now)
    fallen = and_(Letter.state == S.SENDING, Letter.lease_until <= now)
    return and_(Letter.channel.in_(outbox.available()), or_(waiting, fallen))


def anything(session: Session, now: datetime) -> bool:
    """Whether something is to be sent now, or a receipt to be asked for."""
    return session.scalar(select(Letter.id).where(_due(now)).limit(1)) is not None or bool(_unreceipted(session, now))


def send_due(
    actor: Account, session: Session, *, now: datetime | None = None, hands: Mapping[str, Hand] = HANDS
) -> Iterator[tuple[int, str]]:
    """Send everything that is due; gives (letter, what came of it). One failing does not hold up the next."""
    for _turn in range(AT_ONCE):
        moment = now or asking(actor, session=session).now
        if session.scalar(select(Letter.id).where(_due(moment)).limit(1)) is None:
            return
        parcel = attempt(actor, begin, session=session, now=now)
        if parcel is None:
            continue
        outcome = hands[parcel.channel](parcel)
        told = attempt(actor, partial(finish, parcel=parcel, outcome=outcome), session=session, now=now)
        yield parcel.letter_id, told


def begin(uow: UnitOfWork) -> Parcel | None:
    """Claim the next letter that is due, or set aside one that may not go now; None: nothing to hand over."""
    query = select(Letter).where(_due(uow.now)).order_by(Letter.next_at, Letter.id).limit(1)
    letter = uow.session.scalars(query.with_for_update(skip_locked=True)).first()
    if letter is None:
        return None
    if reason := _unwanted(uow, letter):
        LETTER.advance(uow, letter, "drop", opinion=reason)
        letter.error, letter.next_at, letter.token, letter.lease_until = reason, None, "", None
        return None
    if (later := _in_quiet_hours(uow, letter)) is not None:
        letter.next_at, letter.lease_until = later, later if letter.state == S.SENDING else None
        uow.record("hold_letter", letter, label="免打扰，稍后发送", until=f"{later:%Y-%m-%d %H:%M}")
        return None
    if letter.digest and letter.last_at is None:
        _bundle(uow, letter)
    LETTER.advance(uow, letter, "take", attempt=letter.tries + 1)
    letter.tries, letter.last_at, letter.next_at = letter.tries + 1, uow.now.replace(microsecond=0), None
    letter.token, letter.lease_until = secrets.token_hex(16), uow.now + timedelta(minutes=LEASE)
    return Parcel(letter.id, letter.key, letter.token, letter.channel, letter.receiver, letter.subject, letter.text)


def finish(uow: UnitOfWork, parcel: Parcel, outcome: Outcome) -> str:
    """Write down what came of the try."""
    letter = uow.session.get(Letter, parcel.letter_id, populate_existing=True, with_for_update=True)
    if letter is None or letter.state != S.SENDING or letter.token != parcel.token:
        return "已由另一次办理接手"
    words = said(outcome.words)
    letter.token, letter.lease_until = "", None
    if outcome.how == NEVER or (outcome.how == LATER and letter.tries >= MOST_TRIES):
        LETTER.advance(uow, letter, "refused", opinion=words)
        letter.error, letter.receipt = words, outcome.receipt or letter.receipt
        return f"停止发送：{words}"
    if outcome.how == LATER:
        LETTER.advance(uow, letter, "failed", opinion=words, attempt=letter.tries)
        letter.next_at = uow.now.replace(microsecond=0) + pause(letter.tries)
        letter.error = words
        return f"第 {letter.tries} 次未成功：{words}"
    _gone(uow, letter, outcome)
    return LETTER.states(letter.state).label


def _gone(uow: UnitOfWork, letter: Letter, outcome: Outcome) -> None:
    moment = uow.now.replace(microsecond=0)
    LETTER.advance(uow, letter, "arrived" if outcome.how == ARRIVED else "sent", receipt=outcome.receipt)
    letter.error, letter.receipt, letter.sent_at = "", outcome.receipt, letter.sent_at or moment
    if outcome.how == ARRIVED:
        letter.arrived_at = moment


def pause(tries: int) -> timedelta:
    """How long after so many tries the next one comes."""
    return timedelta(minutes=WAITS[min(tries, len(WAITS)) - 1])


def said(words: str) -> str:
    """What a partner said, without numbers and addresses of people."""
    return re.sub(r"\+?\d[\d -]{5,}\d|[^\s“”：，；<>]+@[^\s“”：，；<>]+", "…", words)[:300]


# -- what is wanted now ----------------------------------------------------------------------------------


def _contact(uow: UnitOfWork, letter: Letter) -> Contact | None:
    return uow.session.scalar(select(Contact).where(Contact.account_id == letter.account_id))


def _unwanted(uow: UnitOfWork, letter: Letter) -> str:
    """Why it is not sent any more: the choice of the person counts at the moment of sending."""
    if letter.account_id is None or letter.notice_id is None:
        return ""  # asked for by somebody at this very address: a code, an order
    account, contact = uow.session.get_one(Account, letter.account_id), _contact(uow, letter)
    if not account.active:
        return "接收人的账号已停用"
    if contact is None or outbox.address_of(account, contact, letter.channel) != letter.receiver:
        return "接收地址已更改或已取消"
    how = select(Choice.how).where(
        Choice.account_id == account.id, Choice.kind == letter.kind, Choice.channel == letter.channel
    )
    return "接收人已取消接收" if uow.session.scalar(how) in (None, How.NONE) else ""


def _in_quiet_hours(uow: UnitOfWork, letter: Letter) -> datetime | None:
    contact = _contact(uow, letter) if letter.notice_id is not None else None
    if contact is None or not hours.quiet(uow.now, contact.quiet_from, contact.quiet_until):
        return None
    return hours.opened(uow.now.replace(microsecond=0), contact.quiet_from, contact.quiet_until)


def _bundle(uow: UnitOfWork, first: Letter) -> None:
    """All that waits for the digest of this account and channel goes in one letter, the first of them."""
    others = select(Letter).where(
        Letter.account_id == first.account_id,
        Letter.channel == first.channel,
        Letter.digest,
        Letter.state == S.WAITING,
        Letter.next_at <= uow.now,
        Letter.id != first.id,
    )
    rows = uow.session.scalars(others.order_by(Letter.id).with_for_update()).all()
    listed = [first, *rows]
    for letter in rows:
        LETTER.advance(uow, letter, "bundle", bundle=first.id)
        letter.bundle_id, letter.next_at = first.id, None
    first.text = _listed(first.channel, listed)  # before its own subject becomes that of the digest
    first.subject = f"每日汇总：{len(listed)} 条消息"


def _listed(channel: str, letters: list[Letter]) -> str:
    where = f"请登录 {wording.site()} 查看。" if channel != Channel.VOICE else "请登录系统查看。"
    if channel != Channel.MAIL:
        return f"【湖南职称】您有 {len(letters)} 条消息，{where}"
    lines = [f"{one.made_at:%m-%d %H:%M} {one.subject}" for one in letters[:NAMED]]
    more = [f"……共 {len(letters)} 条"] if len(letters) > NAMED else []
    return "\n".join([f"您好：您在{wording.SYSTEM_NAME}有 {len(letters)} 条消息：", *lines, *more, "", where])


# -- receipts --------------------------------------------------------------------------------------------


def _unreceipted(session: Session, now: datetime) -> list[int]:
    """Messages by SMS or voice of which only their acceptance is known, each asked for at doubling intervals."""
    if not sms.gives_receipts():
        return []
    since, before = now - timedelta(hours=ASKED_FOR), now - timedelta(minutes=LEASE)
    query = select(Letter.id, Letter.sent_at, Letter.last_at).where(
        Letter.channel.in_((Channel.SMS, Channel.VOICE)),
        Letter.state == S.SENT,
        Letter.sent_at >= since,
        Letter.last_at <= before,
    )
    rows = session.execute(query.order_by(Letter.last_at, Letter.id).limit(AT_ONCE))
    return [key for key, sent_at, last_at in rows if last_at - sent_at <= now - last_at]


def ask_receipts(
    actor: Account, session: Session, *, now: datetime | None = None, ask: Callable[[str], Outcome] = sms.ask
) -> int:
    """Ask the gateway what has become of what it took; how many answers said something new."""
    told = 0
    for key in _unreceipted(session, now or asking(actor, session=session).now):
        outcome = ask(session.get_one(Letter, key).key)
        told += attempt(actor, partial(_receipt, letter_id=key, outcome=outcome), session=session, now=now)
    return told


def _receipt(uow: UnitOfWork, letter_id: int, outcome: Outcome) -> int:
    letter = uow.session.get(Letter, letter_id, populate_existing=True, with_for_update=True)
    if letter is None or letter.state != S.SENT:
        return 0
    letter.last_at = uow.now.replace(microsecond=0)
    if outcome.how == ARRIVED:
        _gone(uow, letter, outcome)
        return 1
    if outcome.how == NEVER and outcome.receipt:
        LETTER.advance(uow, letter, "refused", opinion=said(outcome.words))
        letter.error = said(outcome.words)
        return 1
    return 0


# -- by itself -------------------------------------------------------------------------------------------


@works("send_letters", minutes=30)
def _send(run: Run) -> None:
    """Send what is due. May be begun again: a try is written down first, and a letter is its own key."""
    count = 0
    for count, (_letter, words) in enumerate(send_due(run.actor, run.session), 1):
        run.tell(count, 0, words)
    told = ask_receipts(run.actor, run.session)
    attempt(
        run.actor,
        lambda uow: run.finish(uow, f"已办理 {count} 条外发消息，收到 {told} 条回执。"),
        session=run.session,
    )


repeats("send_letters", "发送外发消息", every(1), anything)
