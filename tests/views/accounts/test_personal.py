"""我的账号 · 个人信息: everybody keeps his own facts, each on the form, none of another."""

from __future__ import annotations

import re
from datetime import date

import pytest

from models.register.person import IdKind
from workflow.base import roles

PAGE = "/account/person/"
FACTS = {"phone": "13912345678", "email": "wen@example.com", "nation": "土家族", "politics": "群众"}


def save(client, **given):
    version = re.search(r'name="version" value="([^"]*)"', client.get(PAGE).text)[1]
    return client.post(PAGE, data=FACTS | {"version": version} | given)


@pytest.fixture
def applicant(make):
    return make.account(roles.APPLICANT, person=make.person())


@pytest.fixture
def client(browser, applicant):
    return browser(applicant)


def test_my_account_leads_to_ones_own_facts_and_they_are_kept(client, applicant, session):
    assert PAGE in client.get("/account/").text
    assert save(client).status_code == 302
    session.refresh(applicant.person)
    assert {name: getattr(applicant.person, name) for name in FACTS} == FACTS
    assert FACTS["phone"] not in client.get(PAGE).text  # masked, and kept where none is typed
    assert save(client, phone="", nation="苗族").status_code == 302
    session.refresh(applicant.person)
    assert (applicant.person.phone, applicant.person.nation) == (FACTS["phone"], "苗族")
    assert "苗族" in client.get("/account/").text


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("phone", "1391234", "手机号码应为 11 位"),
        ("email", "wen@", "电子邮箱的格式不对"),
        ("nation", "外星族", "民族"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_changes_nothing(client, applicant, field, typed, told, session):
    answer = save(client, **{field: typed})
    assert answer.status_code == 422 and told in answer.text
    session.refresh(applicant.person)
    assert applicant.person.nation == ""


def test_sex_and_birth_are_asked_where_the_number_does_not_tell_them(browser, make, session):
    """港澳台 and foreign papers (118号 四(一)1): what the certificate prints is typed by the person."""
    person = make.person(id_kind=IdKind.HK_MACAO, id_number="H36000001", sex="", born_on=None)
    client = browser(make.account(roles.APPLICANT, person=person))
    refused = save(client, sex="", born_on="")
    assert refused.status_code == 422
    assert save(client, sex="女", born_on="1988-05-06").status_code == 302
    session.refresh(person)
    assert (person.sex, person.born_on) == ("女", date(1988, 5, 6))


def test_an_account_without_a_person_has_nothing_to_fill_in(browser, make):
    page = browser(make.account(roles.HRSS_AUDIT)).get(PAGE).text
    assert "不需填写个人信息" in page and 'name="phone"' not in page
