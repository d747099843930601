"""The partners of a test, and an office that has them."""

from __future__ import annotations

import pytest

from models.messages.choice import Choice, Contact, How
from models.messages.letter import Channel, MessageKind
from tests.workflow.messages.partners import KEY, Gateway, MailServer
from workflow.accounts.accounts import install_system_account
from workflow.base import roles as r
from workflow.messages import mail, sms, wording


@pytest.fixture
def partners():
    """`partners(mail=…, gateway=…)` opens them and tells the office; all are closed at the end."""
    opened = []

    def start(letters=None, gateway=None):
        if letters is not None:
            mail.install(letters.url, "zc@example.gov.cn")
            opened.append(letters)
        if gateway is not None:
            sms.install(gateway.url, KEY)
            opened.append(gateway)
        return letters, gateway

    wording.install("https://zc.example.gov.cn")
    yield start
    mail.install("", "")
    sms.install("", b"")
    for one in opened:
        one.close()


@pytest.fixture
def system(session):
    return install_system_account(session)


def wants(make, *channels, how=How.AT_ONCE, kinds=tuple(MessageKind), **hours):
    """An applicant whom these channels reach."""
    person = make.person(phone="13900001234")
    account = make.account(r.APPLICANT, person_id=person.id, person=person)
    make._add(Contact, hours, account_id=account.id, mail="wang@example.cn", code_hash="", code_tries=0)
    for channel in channels or tuple(Channel):
        for kind in kinds:
            make._add(Choice, {}, account_id=account.id, kind=kind.value, channel=channel.value, how=how.value)
    return account


__all__ = ["Gateway", "MailServer", "wants"]
