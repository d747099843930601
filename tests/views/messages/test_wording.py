"""消息文本 over HTTP: fields of a declared set, a preview, a day from which it counts, the old ones kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.messages.wording import Wording
from models.office.notice import Notice
from tests.conftest import NOON
from workflow.base import roles as r
from workflow.base.notices import tell
from workflow.base.unit_of_work import asking, attempt

INBOX = "/wording/correction/inbox"
TEXT = "{内容}咨询电话：0731-84900000。"


@pytest.fixture
def office(browser, make):
    account = make.account(r.HRSS_CONFIG)
    return browser(account), account


def days(account, session, more=0):
    return (asking(account, session=session).today + timedelta(days=more)).isoformat()


def test_every_kind_and_channel_has_a_text(office):
    page = office[0].get("/wording/").text
    assert page.count("修订</a>") == 24 and page.count("默认文本") == 24


def test_a_new_text_counts_from_its_day_and_the_old_one_is_kept(office, session, make):
    client, account = office
    client.post(INBOX, data={"text": TEXT, "effective_on": days(account, session, 3)})
    made = session.scalars(select(Wording)).one()
    assert made.made_by_id == account.id
    person = make.person()
    for more, text in ((0, "请补正。"), (3, "请补正。咨询电话：0731-84900000。")):
        now = asking(account, session=session).now + timedelta(days=more)
        session.commit()
        attempt(account, lambda uow: tell(uow, person, "请补正申报材料", "请补正。"), session=session, now=now)
        assert session.scalars(select(Notice.text).order_by(Notice.id.desc()).limit(1)).one() == text
    page = client.get(INBOX).text
    assert "0731-84900000" in page and account.full_name in page and "{内容}" in page


def test_a_preview_shows_it_and_changes_nothing(office, session):
    client, account = office
    page = client.post(INBOX, data={"text": TEXT, "effective_on": days(account, session), "preview": "1"}).text
    assert "学历证书不清晰，请重新上传。咨询电话：0731-84900000。" in page
    assert session.scalars(select(Wording)).all() == []


@pytest.mark.parametrize(
    "place, text, sentence",
    [
        ("inbox", "请登录办理。", "须包含 {内容}"),
        ("inbox", "{内容}{身份证号}", "没有“{身份证号}”这个字段"),
        ("sms", "{标题}：{内容}", "没有“{内容}”这个字段"),
        ("sms", "点击 https://zc.example/in?token=1 登录", "不能带链接"),
        ("mail", "{标题", "花括号不成对"),
        ("sms", "", "请填写文本"),
        ("sms", "长" * 201, "200 字"),
    ],
)
def test_what_could_not_be_sent_is_refused_at_the_field_and_kept(office, session, place, text, sentence):
    client, account = office
    answer = client.post(f"/wording/result/{place}", data={"text": text, "effective_on": days(account, session)})
    assert answer.status_code == 422 and sentence in answer.text and session.scalars(select(Wording)).all() == []
    assert text[:20] in answer.text


def test_a_day_that_has_passed_is_refused(office, session):
    client, account = office
    answer = client.post(INBOX, data={"text": TEXT, "effective_on": days(account, session, -1)})
    assert answer.status_code == 422 and "启用日期不能早于今天" in answer.text and NOON


def test_nobody_else_words_it(browser, make):
    for role in (r.SYSTEM_ADMIN, r.HRSS_AUDIT, r.APPLICANT):
        assert browser(make.account(role)).get("/wording/").status_code in (403, 404)


def test_what_is_no_kind_is_not_there(office):
    assert office[0].get("/wording/none/sms").status_code == 404
