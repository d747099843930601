"""我的账号 · 消息接收 over HTTP: one chooses for oneself, an address counts from its code on, and nothing is lost."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models.messages.choice import Choice, Contact, How
from models.messages.letter import Channel, Letter, MessageKind
from tests.conftest import NOON
from workflow.base import roles as r
from workflow.messages import mail, sms

PAGE = "/account/messages/"


@pytest.fixture
def channels(tmp_path):
    """An office with a mail server and a gateway of files."""
    mail.install("smtp://127.0.0.1:1", "zc@example.cn")
    sms.install(f"file://{tmp_path}/sms", b"")
    yield
    mail.install("", "")
    sms.install("", b"")


@pytest.fixture
def applicant(make):
    person = make.person()
    return make.account(r.APPLICANT, person_id=person.id, person=person)


def seen(client):
    return re.search(r'name="version" value="([^"]*)"', client.get(PAGE).text)[1]


def answers(client, **given):
    return {"version": seen(client), "quiet_from": "22", "quiet_until": "7", "digest_at": "8"} | given


def test_my_account_leads_to_it(browser, applicant):
    assert PAGE in browser(applicant).get("/account/").text


def test_each_kind_is_chosen_by_channel_and_the_inbox_is_always_told(browser, applicant, channels, session):
    client = browser(applicant)
    page = client.get(PAGE).text
    assert page.count("始终送达") >= len(MessageKind) and "先确认邮箱" in page
    sent = client.post(PAGE, data=answers(client, **{"correction-sms": "at_once", "progress-sms": "digest"}))
    assert sent.status_code == 302
    rows = {(row.kind, row.channel): row.how for row in session.scalars(select(Choice))}
    assert rows == {("correction", "sms"): How.AT_ONCE, ("progress", "sms"): How.DIGEST}
    assert 'value="digest" selected' in client.get(PAGE).text


def test_an_address_is_used_when_its_code_was_given(browser, applicant, channels, session):
    client = browser(applicant)
    refused = client.post(PAGE, data=answers(client, **{"duty-mail": "at_once"}))
    assert refused.status_code == 422 and "确认码确认" in refused.text
    client.post(PAGE + "mail", data={"mail": "wang@example.cn"})
    letter = session.scalars(select(Letter)).one()
    assert letter.channel == Channel.MAIL and letter.receiver == "wang@example.cn"
    code = re.search(r"确认码：(\d{6})", letter.text)[1]
    wrong = client.post(PAGE + "confirm", data={"code": "000000" if code != "000000" else "000001"})
    assert wrong.status_code == 422 and "还可以填 4 次" in wrong.text
    assert session.scalars(select(Contact)).one().mail is None
    assert client.post(PAGE + "confirm", data={"code": code}).status_code == 302
    assert session.scalars(select(Contact)).one().mail == "wang@example.cn"
    assert client.post(PAGE, data=answers(client, **{"duty-mail": "at_once"})).status_code == 302


def test_a_code_mistaken_five_times_is_dead(browser, applicant, channels, session):
    client = browser(applicant)
    client.post(PAGE + "mail", data={"mail": "wang@example.cn"})
    code = re.search(r"确认码：(\d{6})", session.scalars(select(Letter)).one().text)[1]
    for _turn in range(5):
        client.post(PAGE + "confirm", data={"code": "abc"})
    dead = client.post(PAGE + "confirm", data={"code": code})
    assert dead.status_code == 422 and "已失效" in dead.text and session.scalars(select(Contact)).one().mail is None


def test_a_second_code_within_a_minute_and_no_address_are_refused(browser, applicant, channels, session):
    client = browser(applicant)
    bad = client.post(PAGE + "mail", data={"mail": "wang"})
    assert bad.status_code == 422 and "格式不对" in bad.text and 'value="wang"' in bad.text
    client.post(PAGE + "mail", data={"mail": "wang@example.cn"})
    again = client.post(PAGE + "mail", data={"mail": "wang@example.cn"})
    assert "一分钟后" in again.text and len(session.scalars(select(Letter)).all()) == 1


def test_unsubscribing_is_one_button(browser, applicant, channels, session, make):
    make._add(Contact, {}, account_id=applicant.id, mail="wang@example.cn", code_hash="", code_tries=0)
    make._add(Choice, {}, account_id=applicant.id, kind="duty", channel="mail", how="at_once")
    client = browser(applicant)
    assert "wang@example.cn" in client.get(PAGE).text
    client.post(PAGE + "forget", data={"version": seen(client)})
    assert session.scalars(select(Contact)).one().mail is None and session.scalars(select(Choice)).one().how == "none"


def test_two_pages_at_once_one_is_told(browser, applicant, channels, session):
    one, two = browser(applicant), browser(applicant)
    first, second = answers(one, **{"duty-sms": "digest"}), answers(two, **{"duty-sms": "at_once"})
    assert one.post(PAGE, data=first).status_code == 302
    late = two.post(PAGE, data=second)
    assert late.status_code == 409 and session.scalars(select(Choice.how)).one() == "digest"


@pytest.mark.parametrize("word", ["24", "-1", "abc", "2²", ""])
def test_an_hour_that_is_none_changes_nothing(browser, applicant, channels, session, word):
    client = browser(applicant)
    refused = client.post(PAGE, data=answers(client, quiet_from=word, **{"duty-sms": "digest"}))
    assert refused.status_code == 422 and session.scalars(select(Choice)).all() == []


def test_without_a_telephone_sms_cannot_be_chosen(browser, make, channels, session):
    client = browser(make.account(r.HRSS_AUDIT))
    assert "没有手机号码" in client.get(PAGE).text
    refused = client.post(PAGE, data=answers(client, **{"duty-sms": "at_once"}))
    assert refused.status_code == 422 and "没有登记手机号码" in refused.text


def test_without_channels_the_page_says_so(browser, applicant):
    page = browser(applicant).get(PAGE).text
    assert "没有设置邮件服务器" in page and "短信" not in page.split("接收方式")[-1].split("是法定告知")[0]
    assert NOON.hour == 12
