"""Tell people at once (告知): a message to a person, a desk, a committee's office, one account, or all of a role."""

from __future__ import annotations

from datetime import date

from models.accounts.account import Account
from models.committees.committee import Committee
from models.office.notice import Notice
from models.register.organisation import Organisation
from models.register.person import Person
from workflow.base.errors import NotYou
from workflow.base.unit_of_work import UnitOfWork

#: Who receives a message, and the column that names him.
RECEIVERS = {Person: "person_id", Organisation: "organisation_id", Committee: "committee_id", Account: "account_id"}
#: A text is the name of a role, all of whose holders have the message in common.
Receiver = Person | Organisation | Committee | Account | str


def tell(uow: UnitOfWork, to: Receiver, title: str, text: str, link: str = "", *, due: date | None = None) -> Notice:
    """Put a message into the inbox of `to`; it becomes visible with the commit of the unit of work.

    `due` is the last day for what it asks; what else has to reach whom, and when, is settled before the commit
    (workflow.messages.outbox).
    """
    receiver = {"role": to} if isinstance(to, str) else {RECEIVERS[type(to)]: to.id}
    notice = Notice(at=uow.now.replace(microsecond=0), title=title, text=text, link=link, **receiver)
    uow.session.add(notice)
    uow.told.append((notice, due))
    return notice


def mark_read(uow: UnitOfWork, notice: Notice) -> None:
    """The receiver has opened the message."""
    to_role = notice.role is not None and uow.actor.plays(notice.role)
    mine = (notice.person_id, notice.organisation_id, notice.committee_id, notice.account_id)
    actor = (uow.actor.person_id, uow.actor.organisation_id, uow.actor.committee_id, uow.actor.id)
    if not to_role and not any(a is not None and a == b for a, b in zip(actor, mine, strict=True)):
        raise NotYou("只能阅读发给本人或本机构的消息。")
    if notice.read_at is None:
        notice.read_at = uow.now.replace(microsecond=0)
        uow.record("read_notice", notice)
