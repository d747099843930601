"""负责人签署: one list on which a 负责人 reads what his 经办人 have written, and signs many at once."""

from __future__ import annotations

import pytest

from models.declarations.declaration import DeclarationState as S
from models.declarations.signing import Signing, SigningState
from tests.views.office_day import noon, page_of  # noqa: F401
from views.screens.timeline import timeline
from workflow.base import roles as r

pytestmark = pytest.mark.usefixtures("noon")
PASSED = {"opinion": "材料齐全，同意上报", "publicity_checked": "1", "consistency": "pending"}


@pytest.fixture
def city(make):
    return make.organisation("city", name="长沙市人社局")


@pytest.fixture
def clerk(make, city):
    return make.account(r.CITY_OFFICER, organisation_id=city.id)


@pytest.fixture
def head(make, clerk):
    return make.head(clerk)


@pytest.fixture
def waiting(browser, make, city, clerk, head, session):
    """So many cases put before the head through the desk of the clerk."""

    def put(many):
        cases = [make.declaration(state=S.UNDER_AUDIT, route=(city,), position=1) for _ in range(many)]
        desk = browser(clerk)
        for case in cases:
            case.route[1].reached_at = case.route[0].reached_at
            said = PASSED | {"head": str(head.id)}
            assert desk.post(f"/auditscreen/act/{case.id}/approve", data=said).status_code == 302
        return cases, [session.get_one(Signing, case.signing_id) for case in cases]

    return put


def test_the_head_reads_what_was_written_and_signs_them_all_at_once(browser, waiting, head):
    cases, signings = waiting(3)
    desk = browser(head)
    listed = page_of(desk.get("/signingscreen/list/?desk=waiting"))
    assert all(case.number in listed for case in cases) and "材料齐全，同意上报" in listed and "批量确认签署" in listed
    shown = page_of(desk.get(f"/signingscreen/show/{signings[0].id}"))
    assert "纸质材料尚未收到，未比对" in shown and "已核查单位公示情况" in shown and "查看申报" in shown
    keys = [f"{one.id}:{one.version}" for one in signings]
    desk.post("/signingscreen/bulk/confirm", data={"key": keys, "confirmed": "1"})
    assert {case.state for case in cases} == {S.AT_COMMITTEE}
    assert cases[0].number not in page_of(desk.get("/signingscreen/list/?desk=waiting"))


def test_one_that_changed_meanwhile_is_named_and_none_is_signed_by_mistake(browser, waiting, head, session):
    cases, signings = waiting(2)
    cases[0].content.sections = {"awards": [{"name": "换掉的奖项"}]}
    session.commit()
    keys = [f"{one.id}:{one.version}" for one in signings]
    answer = browser(head).post("/signingscreen/bulk/confirm", data={"key": keys, "confirmed": "1"})
    assert "送签后申报内容有变化" in page_of(answer) and {case.state for case in cases} == {S.UNDER_AUDIT}


def test_the_clerk_does_not_sign_and_reads_why_something_came_back(browser, waiting, clerk, head):
    (_case,), (signing,) = waiting(1)
    assert browser(clerk).post(f"/signingscreen/act/{signing.id}/confirm", data={}).status_code == 422
    browser(head).post(f"/signingscreen/act/{signing.id}/give_back", data={"reason": "公示截图缺页"})
    assert signing.state == SigningState.RETURNED
    assert "公示截图缺页" in page_of(browser(clerk).get(f"/signingscreen/show/{signing.id}"))
    assert "公示截图缺页" in page_of(browser(clerk).get("/noticescreen/list/"))


def test_the_head_delegates_on_the_page_and_the_colleague_signs(browser, make, clerk, head, waiting):
    """What was typed stays when it is refused; the trail of the case says for whom it was signed."""
    other = make.account(r.CITY_OFFICER, organisation_id=clerk.organisation_id)
    given = {"delegate": str(other.id), "from_on": "2026-05-20", "until_on": "2026-05-19", "reason": "省里开会三天"}
    absent = browser(head)
    refused = absent.post("/delegationscreen/add", data=given)
    assert refused.status_code == 422 and "截止日期不能早于开始日期" in page_of(refused)
    assert "省里开会三天" in page_of(refused)
    absent.post("/delegationscreen/add", data=given | {"until_on": "2026-05-22"})
    (case,), (signing,) = waiting(1)
    desk = browser(other)
    assert "委托中" in page_of(desk.get("/delegationscreen/list/"))
    desk.post(f"/signingscreen/act/{signing.id}/confirm", data={})
    assert f"{other.full_name}（受{head.full_name}委托）" in page_of(desk.get(f"/signingscreen/show/{signing.id}"))
    (step,) = [one for one in timeline(case) if one.verb == "approve"]
    assert step.who == f"{other.full_name}（受{head.full_name}委托）"
