"""The outbox (外发消息): its lifecycle, and how a message of the inbox comes into it.

What is told in a unit of work is put down for every channel in that same unit of work: either the verb, the message and
its letters are there, or none of them. Nothing is sent here; a worker does that (`sender`), as often as it takes.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.messages.choice import Choice, Contact, How
from models.messages.letter import Channel, Letter, MessageKind
from models.messages.letter import LetterState as S
from models.messages.wording import Place
from models.office.notice import Notice
from models.sealed import mask_phone
from workflow.base import roles, scopes
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.unit_of_work import UnitOfWork, before_sealing
from workflow.messages import hours, mail, sms, wording
from workflow.messages.kinds import kind_of

CLAUSE = "附件3 1.12.3"
SENDER = roles.SYSTEM
OFFICE = roles.SYSTEM_ADMIN

# fmt: off
LETTER = Flow("外发消息", S, [
    #     verb       label       from                     to          by      only if
    Step("take",    "领取",      {S.WAITING, S.RETRY, S.SENDING}, S.SENDING, SENDER, clause=CLAUSE, inner=True),
    Step("sent",    "发出",      {S.SENDING},             S.SENT,     SENDER, clause=CLAUSE, inner=True),
    Step("arrived", "送达",      {S.SENDING, S.SENT},     S.ARRIVED,  SENDER, clause=CLAUSE, inner=True),
    Step("failed",  "未成功",    {S.SENDING},             S.RETRY,    SENDER, clause=CLAUSE, inner=True),
    Step("refused", "未能送达",  {S.SENDING, S.SENT},     S.GIVEN_UP, SENDER, clause=CLAUSE, inner=True),
    Step("bundle",  "并入汇总",  {S.WAITING},             S.BUNDLED,  SENDER, clause=CLAUSE, inner=True),
    Step("drop",    "不再发送",  {S.WAITING, S.RETRY, S.SENDING}, S.DROPPED, SENDER, clause=CLAUSE, inner=True),
    Step("again",   "重新发送",  {S.GIVEN_UP, S.DROPPED}, S.WAITING,  OFFICE, clause=CLAUSE, tone="primary"),
    Step("give_up", "放弃",      {S.WAITING, S.RETRY},    S.GIVEN_UP, OFFICE,
         asks=[Ask("reason", "原因", max_length=200)], clause=CLAUSE, tone="bad",
         confirm="放弃后不再自动发送，站内消息不受影响，确定放弃吗？"),
])
# fmt: on
#: Not gone out yet, and nobody has ended it.
OPEN = (S.WAITING, S.RETRY, S.SENDING)

scopes.NOUNS[Letter] = "外发消息"
scopes.enter(Letter, "all", "全部外发消息（接收人遮盖，不含内容）", (roles.SYSTEM_ADMIN,), lambda actor: true())


def available() -> tuple[Channel, ...]:
    """The channels the office has set up."""
    return ((Channel.MAIL,) if mail.there_is() else ()) + ((Channel.SMS, Channel.VOICE) if sms.there_is() else ())


def masked(letter: Letter) -> str:
    """The receiver as the office sees him."""
    if letter.channel != Channel.MAIL:
        return mask_phone(letter.receiver)
    name, _at, host = letter.receiver.rpartition("@")
    return f"{name[:1]}***@{host}"


# -- putting down ----------------------------------------------------------------------------------------


@before_sealing
def post_what_was_told(uow: UnitOfWork) -> None:
    """Every message of this unit of work, worded as the office has it, and for each channel its receivers want."""
    told, uow.told = uow.told, []
    channels = available()
    for notice, due in told:
        kind = kind_of(notice.title)
        facts = wording.facts(kind, notice.title, notice.at, notice.text)
        notice.text = wording.filled(wording.text_of(uow.session, kind, Place.INBOX, uow.today), facts)
        if channels:
            _post(uow, notice, kind, due, channels)


def _post(uow: UnitOfWork, notice: Notice, kind: MessageKind, due: date | None, channels: Collection[str]) -> None:
    for account, contact, choice in _wanting(uow.session, notice, kind):
        to = address_of(account, contact, choice.channel)
        if choice.channel not in channels or not to:
            continue
        at, digest = hours.goes_at(
            uow.now.replace(microsecond=0),
            choice.how,
            begins=contact.quiet_from,
            ends=contact.quiet_until,
            hour=contact.digest_at,
            due=due,
        )
        facts = wording.facts(kind, notice.title, notice.at)
        text = wording.filled(wording.text_of(uow.session, kind, Place(choice.channel), uow.today), facts)
        put(
            uow,
            channel=choice.channel,
            receiver=to,
            subject=notice.title,
            text=text,
            kind=kind,
            at=at,
            digest=digest,
            notice=notice,
            account=account,
        )


def put(
    uow: UnitOfWork,
    *,
    channel: str,
    receiver: str,
    subject: str,
    text: str,
    kind: str,
    at: datetime | None = None,
    digest: bool = False,
    notice: Notice | None = None,
    account: Account | None = None,
) -> Letter:
    """Put one letter down, to be sent from `at` on."""
    letter = Letter(
        key=secrets.token_hex(16),
        channel=channel,
        receiver=receiver,
        subject=subject[:120],
        text=text,
        kind=kind,
        digest=digest,
        notice_id=notice.id if notice is not None else None,
        account_id=account.id if account is not None else None,
        made_at=uow.now.replace(microsecond=0),
        next_at=(at or uow.now).replace(microsecond=0),
        state=S.WAITING,
    )
    uow.session.add(letter)
    uow.session.flush()
    uow.record("post_letter", letter, label="写入外发消息", channel=channel, kind=str(kind))
    return letter


def _wanting(session: Session, notice: Notice, kind: MessageKind) -> list[tuple[Account, Contact, Choice]]:
    """The accounts that the message reaches and that want this kind by some channel."""
    query = (
        select(Account, Contact, Choice)
        .join(Contact, Contact.account_id == Account.id)
        .join(Choice, and_(Choice.account_id == Account.id, Choice.kind == kind, Choice.how != How.NONE))
        .where(_reached(notice))
        .order_by(Account.id, Choice.id)
    )
    found = [row._tuple() for row in session.execute(query).unique()]
    return [row for row in found if row[0].active and (notice.role is None or row[0].plays(notice.role))]


def _reached(notice: Notice) -> ColumnElement[bool]:
    if notice.role is not None:
        return Account.person_id.is_(None)  # of those, who plays the role is asked one by one
    if notice.organisation_id is not None:
        admins = Account.roles.any(Role.name.in_(roles.THREE_ADMINS))  # no business of theirs
        return and_(Account.organisation_id == notice.organisation_id, ~admins)
    if notice.person_id is not None:
        return Account.person_id == notice.person_id
    if notice.committee_id is not None:
        return Account.committee_id == notice.committee_id
    return Account.id == notice.account_id


def address_of(account: Account, contact: Contact, channel: str) -> str:
    """Where a channel reaches the account now; nothing where it does not."""
    if channel == Channel.MAIL:
        return contact.mail or ""
    return (account.person.phone or "") if account.person is not None else ""


# -- the office ------------------------------------------------------------------------------------------


@LETTER.performs("again")
def again(uow: UnitOfWork, letter: Letter) -> None:
    """重新发送 with the same key: a partner that has it already sends nothing again."""
    if letter.channel not in available():
        raise Refused(f"没有设置{Channel(letter.channel).label}渠道，不能发送；请先配置 MAIL_URL 或 SMS_URL。")
    LETTER.advance(uow, letter, "again")
    letter.tries, letter.error, letter.next_at = 0, "", uow.now.replace(microsecond=0)
    letter.token, letter.lease_until = "", None


@LETTER.performs("give_up")
def give_up(uow: UnitOfWork, letter: Letter, *, reason: str) -> None:
    """放弃: the inbox keeps the message."""
    LETTER.advance(uow, letter, "give_up", opinion=reason.strip())
    letter.error, letter.next_at = reason.strip()[:300], None


def stuck(actor: Account, today: date) -> ColumnElement[bool]:
    """What the sender has given up: somebody has to look."""
    return Letter.state == S.GIVEN_UP if actor.plays(OFFICE) else false()


def oldest_unsent(session: Session, now: datetime) -> tuple[int, datetime | None]:
    """How many should have gone out by now, and since when the oldest waits."""
    query = select(func.count(Letter.id), func.min(Letter.made_at)).where(
        Letter.state.in_(OPEN), or_(Letter.next_at <= now, Letter.lease_until <= now)
    )
    count, since = session.execute(query).one()
    return count, since
