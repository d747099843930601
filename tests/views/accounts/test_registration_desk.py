"""单位注册核验 over HTTP: the unit registers, its superior looks, and the unit reads what came of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.accounts.registration import Registration
from models.accounts.registration import RegistrationState as S
from models.register.organisation import NodeKind, Organisation
from tests.views.accounts.test_sign_in import GOOD
from workflow.base import roles as r

CODE = "91430100MA4L16JQ9D"


@pytest.fixture
def superior(make, session):
    found = make.organisation(kind=NodeKind.DISTRICT, region_code="430102")
    session.commit()
    return found


def registers(browser, superior, **given):
    typed = {
        "code": CODE,
        "name": "湖南某科技有限公司",
        "kind": "unit",
        "nature": "private",
        "region_code": "430102",
        "superior_code": superior.code,
        "contact": "周敏",
        "telephone": "0731-88888888",
        "username": "keji.unit",
        "password": GOOD,
        "again": GOOD,
        "agreed": "1",
    }
    return browser().post("/register/unit/", data=typed | given, follow_redirects=True)


def enters(browser, name="keji.unit", word=GOOD):
    return browser().post("/login/", data={"username": name, "password": word})


def test_a_unit_waits_is_told_so_and_works_once_verified(browser, superior, make, session):
    page = registers(browser, superior).get_data(as_text=True)
    assert "单位注册待核验" in page and superior.name in page
    refused = enters(browser)
    assert refused.status_code == 401 and "单位注册待核验" in refused.get_data(as_text=True)
    assert "待核验" not in enters(browser, word="guess").get_data(as_text=True), "only who knows the password is told"
    found = session.scalar(select(Registration))
    desk = browser(make.account(r.DISTRICT_OFFICER, organisation=superior))
    assert "湖南某科技有限公司" in desk.get("/registrationscreen/list/?desk=waiting").get_data(as_text=True)
    assert "单位注册核验" in desk.get("/home/").get_data(as_text=True)
    shown = desk.get(f"/registrationscreen/show/{found.id}").get_data(as_text=True)
    assert "待核验" in shown and "核验通过" in shown and "不予通过" in shown
    wrong = desk.post(f"/registrationscreen/act/{found.id}/verify", data={"basis": ""})
    assert wrong.status_code == 422 and "核验依据" in wrong.get_data(as_text=True)
    done = desk.post(f"/registrationscreen/act/{found.id}/verify", data={"basis": "授权书、营业执照副本"})
    assert done.status_code == 302 and found.state == S.VERIFIED
    assert session.scalar(select(Organisation.name).where(Organisation.code == CODE)) == "湖南某科技有限公司"
    assert enters(browser).status_code == 302


def test_who_is_rejected_reads_the_reason_and_registers_anew(browser, superior, make, session):
    registers(browser, superior)
    found = session.scalar(select(Registration))
    desk = browser(make.account(r.DISTRICT_OFFICER, organisation=superior))
    answer = desk.post(f"/registrationscreen/act/{found.id}/reject", data={"reason": "授权书未加盖公章"})
    assert answer.status_code == 302 and found.state == S.REJECTED
    refused = enters(browser)
    assert refused.status_code == 401 and "授权书未加盖公章" in refused.get_data(as_text=True)
    assert "单位注册待核验" in registers(browser, superior).get_data(as_text=True)
    assert "单位注册待核验" in enters(browser).get_data(as_text=True)


def test_a_bureau_waits_on_the_desk_of_the_province(browser, make, session):
    province = make.organisation(kind=NodeKind.PROVINCE)
    session.commit()
    registers(browser, province, code="11430000MB12345670", kind="provincial", nature="government")
    found = session.scalar(select(Registration))
    stranger = browser(make.account(r.CITY_OFFICER, organisation=make.organisation(kind=NodeKind.CITY)))
    assert stranger.get(f"/registrationscreen/show/{found.id}").status_code == 404
    desk = browser(make.account(r.HRSS_CONFIG, organisation=province))
    done = desk.post(f"/registrationscreen/act/{found.id}/verify", data={"basis": "授权书、组织机构代码证"})
    assert done.status_code == 302 and found.account.active and r.BUREAU_OFFICER in found.account.role_names
