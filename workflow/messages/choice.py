"""我的账号 · 消息接收: which kind of message reaches a person outside the house, by which channel, and when.

A mail address is used when its owner has given the code that was sent to it, and not before. Nothing here touches the
inbox: every message stands there in any case.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.messages.choice import Choice, Contact, How
from models.messages.letter import Channel, MessageKind
from models.sealed import key
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.messages import mail, outbox, wording

#: How long a code may be given, how often it may be mistaken, and how soon another may be asked for.
CODE_LASTS, MOST_WRONG, AGAIN_AFTER = timedelta(minutes=30), 5, timedelta(minutes=1)


def contact_of(session: Session, account: Account) -> Contact | None:
    """What the account has arranged; None: nothing yet."""
    return session.scalar(select(Contact).where(Contact.account_id == account.id))


def chosen(session: Session, account: Account) -> dict[tuple[str, str], str]:
    """(kind, channel) to how."""
    rows = session.scalars(select(Choice).where(Choice.account_id == account.id).order_by(Choice.id))
    return {(row.kind, row.channel): row.how for row in rows}


def _own(uow: UnitOfWork) -> Contact:
    contact = contact_of(uow.session, uow.actor)
    if contact is None:
        contact = Contact(
            account_id=uow.actor.id, code_hash="", code_tries=0, quiet_from=22, quiet_until=7, digest_at=8
        )
        uow.session.add(contact)
        uow.session.flush()
    return contact


def stands(session: Session, account: Account) -> list[str]:
    """All that the account has arranged, in one: what a page of it was drawn from."""
    contact = contact_of(session, account)
    hours = [contact.quiet_from, contact.quiet_until, contact.digest_at, contact.mail or ""] if contact else []
    return [*map(str, hours), *(f"{kind}-{channel}-{how}" for (kind, channel), how in chosen(session, account).items())]


def choose(
    uow: UnitOfWork,
    choices: Mapping[tuple[str, str], str],
    *,
    quiet_from: int,
    quiet_until: int,
    digest_at: int,
) -> None:
    """保存: what comes by which channel and when. Refused: mail without a confirmed address, SMS without a telephone
    number, an hour that is none."""
    contact = _own(uow)
    for name, hour in (("quiet_from", quiet_from), ("quiet_until", quiet_until), ("digest_at", digest_at)):
        if not 0 <= hour <= 23:
            raise Refused("时间应为 0 至 23 时。", field=name)
    before = chosen(uow.session, uow.actor)
    for kind, channel in ((kind, channel) for kind in MessageKind for channel in Channel):
        how = How(choices.get((kind, channel), before.get((kind, channel), How.NONE)))
        if how != How.NONE and not outbox.address_of(uow.actor, contact, channel):
            raise Refused(_unreachable(channel), field=f"{kind}-{channel}")
        _keep(uow, kind, channel, how)
    contact.quiet_from, contact.quiet_until, contact.digest_at = quiet_from, quiet_until, digest_at
    now = chosen(uow.session, uow.actor)
    changed = [f"{kind}-{channel}：{how}" for (kind, channel), how in now.items() if before.get((kind, channel)) != how]
    uow.record("choose_messages", contact, label="更改消息接收", changed=changed, hours=[quiet_from, quiet_until])


def _unreachable(channel: str) -> str:
    if channel == Channel.MAIL:
        return "请先填写电子邮箱，并用收到的确认码确认，再选择用邮件接收。"
    return f"账号没有登记手机号码，不能用{Channel(channel).label}接收；请选择不接收，或用邮件接收。"


def _keep(uow: UnitOfWork, kind: str, channel: str, how: str) -> None:
    row = uow.session.scalar(
        select(Choice).where(
            Choice.account_id == uow.actor.id, Choice.kind == str(kind), Choice.channel == str(channel)
        )
    )
    if row is not None:
        row.how = str(how)
    elif how != How.NONE:
        uow.session.add(Choice(account_id=uow.actor.id, kind=str(kind), channel=str(channel), how=str(how)))
        uow.session.flush()


# -- the address of mail ---------------------------------------------------------------------------------


def ask_mail(uow: UnitOfWork, address: str) -> None:
    """填写电子邮箱: a code goes to the address; until it is given the address before stays in use.

    Refused: what is no address, a second code within a minute, an office without a mail server.
    """
    if not mail.there_is():
        raise NotNow("系统没有设置邮件服务器，暂不能用邮件接收；消息请在站内查看。")
    address = mail.address(address)
    if not address:
        raise Refused("请填写电子邮箱。", field="mail")
    contact = _own(uow)
    if contact.code_at is not None and uow.now < contact.code_at + AGAIN_AFTER:
        raise NotNow("确认码刚刚发出，请一分钟后再试；也请看看垃圾邮件。")
    code = f"{secrets.randbelow(10**6):06d}"
    contact.asked_mail, contact.code_hash = address, _hash(contact, address, code)
    contact.code_at, contact.code_tries = uow.now.replace(microsecond=0), 0
    outbox.put(
        uow,
        channel=Channel.MAIL,
        receiver=address,
        subject="电子邮箱确认码",
        text=f"您在{wording.SYSTEM_NAME}填写了这个电子邮箱。确认码：{code}，30 分钟内有效。"
        "请登录后填入“消息接收”页面；不是您本人填写的，请不必理会。",
        kind=MessageKind.PROGRESS,
        account=uow.actor,
    )
    uow.record("ask_mail", contact, label="填写电子邮箱")


def confirm_mail(uow: UnitOfWork, code: str) -> str:
    """确认: from now on letters go there. Gives the sentence of a wrong code instead of refusing, so that it counts.

    Refused: nothing to confirm, a code too old, too many wrong ones.
    """
    contact = contact_of(uow.session, uow.actor)
    if contact is None or not contact.asked_mail or contact.code_at is None:
        raise NotNow("没有待确认的电子邮箱；请先填写电子邮箱。")
    if uow.now > contact.code_at + CODE_LASTS or contact.code_tries >= MOST_WRONG:
        raise Refused("确认码已失效（超过 30 分钟，或填错 5 次）；请重新填写电子邮箱，再取一个确认码。", field="code")
    if not hmac.compare_digest(contact.code_hash, _hash(contact, contact.asked_mail, code.strip())):
        contact.code_tries += 1
        uow.record("mail_code_wrong", contact, label="确认码不正确", tries=contact.code_tries)
        return f"确认码不正确，还可以填 {MOST_WRONG - contact.code_tries} 次。"
    contact.mail, contact.asked_mail, contact.code_hash = contact.asked_mail, None, ""
    uow.record("confirm_mail", contact, label="确认电子邮箱")
    return ""


def forget_mail(uow: UnitOfWork) -> None:
    """不再使用邮箱: no letter goes there any more, not even one that waits."""
    contact = contact_of(uow.session, uow.actor)
    if contact is None or not (contact.mail or contact.asked_mail):
        raise NotNow("没有登记电子邮箱，不需要取消。")
    contact.mail, contact.asked_mail, contact.code_hash = None, None, ""
    for row in uow.session.scalars(select(Choice).where(Choice.account_id == uow.actor.id)):
        if row.channel == Channel.MAIL:
            row.how = How.NONE
    uow.record("forget_mail", contact, label="取消电子邮箱")


def _hash(contact: Contact, address: str, code: str) -> str:
    return hmac.digest(key("index"), f"mail/1|{contact.account_id}|{address}|{code}".encode(), hashlib.sha256).hex()
