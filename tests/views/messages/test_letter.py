"""外发消息 over HTTP: the 系统管理员 sees the way of a letter and no address; nobody else sees anything."""

from __future__ import annotations

import re

from sqlalchemy import select

from models.messages.letter import Channel, Letter
from models.messages.letter import LetterState as S
from tests.conftest import NOON
from workflow.base import roles as r
from workflow.messages import mail


def letter(make, **given):
    words = {
        "key": f"k{id(given)}",
        "kind": "duty",
        "channel": Channel.MAIL,
        "receiver": "wangwu@example.cn",
        "subject": "面试通知",
        "text": "请登录系统查看。",
        "state": S.GIVEN_UP,
        "error": "邮件服务器不接受该地址（550）",
        "made_at": NOON,
    }
    return make._add(Letter, {}, **words | given)


def test_the_list_masks_the_receiver_and_says_no_content(browser, make):
    letter(make)
    letter(make, channel=Channel.SMS, receiver="13900001234", state=S.WAITING, next_at=NOON, key="other")
    page = browser(make.account(r.SYSTEM_ADMIN)).get("/letter/list/").text
    assert "w***@example.cn" in page and "wangwu" not in page and "13900001234" not in page
    assert "面试通知" not in page and "请登录系统查看" not in page
    assert "550" in page and "已放弃" in page and "没有设置外发渠道" in page


def test_the_oldest_unsent_stands_above_the_list(browser, make):
    letter(make, state=S.RETRY, next_at=NOON)
    mail.install("smtp://127.0.0.1:1", "zc@example.cn")
    try:
        page = browser(make.account(r.SYSTEM_ADMIN)).get("/letter/list/").text
    finally:
        mail.install("", "")
    assert "应发未发 1 条" in page and "2026-05-20 12:00" in page


def test_send_again_and_give_up_are_buttons_with_their_refusals(browser, make, session):
    one = letter(make)
    client = browser(make.account(r.SYSTEM_ADMIN))
    refused = client.post(f"/letter/act/{one.id}/again", data={"seen": "1"})
    assert refused.status_code == 422 and "没有设置电子邮件渠道" in refused.text
    mail.install("smtp://127.0.0.1:1", "zc@example.cn")
    try:
        client.post(f"/letter/act/{one.id}/again", data={"seen": "1"})
    finally:
        mail.install("", "")
    assert session.scalars(select(Letter.state)).one() == S.WAITING
    empty = client.post(f"/letter/act/{one.id}/give_up", data={"seen": "2", "reason": ""})
    assert empty.status_code == 422 and "请填写原因" in empty.text
    client.post(f"/letter/act/{one.id}/give_up", data={"seen": "2", "reason": "地址有误"})
    assert session.scalars(select(Letter.state)).one() == S.GIVEN_UP


def test_nobody_else_opens_it(browser, make):
    for role in (r.HRSS_CONFIG, r.SECURITY_ADMIN, r.AUDIT_ADMIN, r.APPLICANT, r.SUPERVISOR):
        assert browser(make.account(role)).get("/letter/list/").status_code in (403, 404)


def test_what_was_given_up_is_counted_in_the_menu(browser, make):
    letter(make)
    page = browser(make.account(r.SYSTEM_ADMIN)).get("/letter/list/?state=given_up").text
    assert re.search(r"<span>外发消息</span><i[^>]*>1<", page)
