"""A letter beside a message: an address is one, and a letter has one sender, one receiver and no further head."""

from __future__ import annotations

from email.header import decode_header, make_header

import pytest

from tests.workflow.messages.partners import MailServer
from workflow.base.errors import Refused
from workflow.messages import mail
from workflow.messages.outcome import LATER, NEVER, TAKEN, Parcel

PARCEL = Parcel(
    1, "0a" * 16, "t", "mail", "wang@example.gov.cn", "定期统计年报\r\nBcc: all@example.com", "请登录系统。"
)


def test_a_letter_says_where_to_look_and_nothing_slips_into_its_head(partners):
    server, _ = partners(MailServer())
    assert mail.send(PARCEL).how == TAKEN
    (letter,) = server.taken
    assert letter["To"] == "wang@example.gov.cn" and letter["From"] == "zc@example.gov.cn" and letter["Bcc"] is None
    assert str(make_header(decode_header(letter["Subject"]))) == "定期统计年报 Bcc: all@example.com"
    assert "请登录系统" in letter.get_payload(decode=True).decode()
    assert letter["Message-ID"] == f"<{PARCEL.key}@example.gov.cn>"


def test_a_server_that_does_not_answer_is_asked_again_and_told_without_the_address(partners):
    mail.install("smtp://127.0.0.1:1", "zc@example.gov.cn")
    outcome = mail.send(PARCEL)
    assert outcome.how == LATER and "wang" not in outcome.words


@pytest.mark.parametrize(
    "answer, how", [("554 refused", NEVER), ("550 no such user", NEVER), ("451 later", LATER), ("421 busy", LATER)]
)
def test_no_is_no_and_later_is_later(partners, answer, how):
    partners(MailServer(answer))
    assert mail.send(PARCEL).how == how


def test_without_a_server_there_is_none(partners):
    assert not mail.there_is()


@pytest.mark.parametrize("word", ["wang", "a@b", "a b@c.cn", "a@b.cn\nBcc: x@y.cn", "<a@b.cn>", "x" * 200 + "@b.cn"])
def test_what_is_no_address_is_refused(word):
    with pytest.raises(Refused):
        mail.address(word)


def test_an_address_may_be_left_out():
    assert mail.address(" ") == ""
    assert mail.address(" wang@example.gov.cn ") == "wang@example.gov.cn"
