"""上级单位审核, 资格审核 and 资格复核: each level sees what has reached it, and its answer goes where the page said."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from models.accounts.account import Account
from models.declarations.declaration import Correction, Declaration
from models.declarations.declaration import DeclarationState as S
from models.office.notice import Notice
from models.paths.path import PathKind, PathNode
from models.register.organisation import NodeKind
from tests.hands import head_beside
from tests.views.office_day import noon, page_of, signs  # noqa: F401
from workflow.base import roles as r

pytestmark = pytest.mark.usefixtures("noon")
PASSED = {
    "opinion": "材料齐全，同意上报",
    "publicity_checked": "1",
    "consistency": "pending",
}


@pytest.fixture
def levels(make):
    """A district below a city below the province."""
    city = make.organisation(kind=NodeKind.CITY, name="长沙市人社局")
    return make.organisation(kind=NodeKind.DISTRICT, name="雨花区人社局", superior=city), city


@pytest.fixture
def arrived(make, levels):
    """A declaration that lies at the first (or another) auditing level."""

    def one(position=1, state=S.UNDER_AUDIT, **given):
        declaration = make.declaration(state=state, position=position, route=given.pop("route", levels), **given)
        for stop in declaration.route:
            stop.reached_at = datetime(2026, 5, 10) if stop.position <= position else None
        return declaration

    return one


@pytest.fixture
def district(browser, make, levels):
    return browser(make.account(r.DISTRICT_OFFICER, organisation_id=levels[0].id))


@pytest.fixture
def city(browser, make, levels):
    return browser(make.account(r.CITY_OFFICER, organisation_id=levels[1].id))


def test_a_level_sees_what_has_reached_it_and_where_it_goes(district, city, arrived):
    declaration = arrived()
    text = page_of(district.get("/auditscreen/list/?desk=waiting"))
    assert declaration.number in text and "长沙市人社局" in text
    assert declaration.number not in page_of(city.get("/auditscreen/list/"))
    assert city.get(f"/auditscreen/show/{declaration.id}").status_code == 404


def test_the_way_ahead_and_back_stands_on_the_page(district, arrived):
    declaration = arrived()
    text = page_of(district.get(f"/auditscreen/show/{declaration.id}"))
    assert "通过后：长沙市人社局" in text and f"退回后：{declaration.unit.name} → 申报人" in text
    assert "剩余" in text and "2026-09-28" in text


def test_passing_pushes_it_to_the_next_level(district, city, arrived):
    declaration = arrived()
    assert district.post(f"/auditscreen/act/{declaration.id}/approve", data=PASSED).status_code == 302
    assert declaration.position == 2 and declaration.number in page_of(city.get("/auditscreen/list/?desk=waiting"))


def test_the_last_level_pushes_it_to_the_committee_once_its_head_has_signed(browser, city, arrived, make, levels):
    declaration = arrived(position=2)
    page = page_of(city.get(f"/auditscreen/show/{declaration.id}"))
    assert declaration.committee.name in page and "没有登记在岗的负责人" in page, "what is missing stands at the button"
    head = make.account(r.CITY_OFFICER, organisation_id=levels[1].id, position="负责人")
    city.post(f"/auditscreen/act/{declaration.id}/approve", data=PASSED | {"head": str(head.id)})
    assert declaration.state == S.UNDER_AUDIT and declaration.signing_id, "nothing is decided by one"
    page = page_of(city.get(f"/auditscreen/show/{declaration.id}"))
    assert f"已送{head.full_name}签署" in page and declaration.number not in page_of(
        city.get("/auditscreen/list/?desk=waiting")
    )
    signs(browser(head), declaration)
    assert declaration.state == S.AT_COMMITTEE


def test_passing_without_looking_at_the_publicity_is_refused_and_the_opinion_kept(district, arrived):
    declaration = arrived()
    typed = PASSED | {"opinion": "同意上报，材料已逐页核对"}
    del typed["publicity_checked"]
    answer = district.post(f"/auditscreen/act/{declaration.id}/approve", data=typed)
    assert (
        answer.status_code == 422
        and "同意上报，材料已逐页核对" in page_of(answer)
        and "已核查单位公示情况" in page_of(answer)
    )
    assert declaration.state == S.UNDER_AUDIT and declaration.position == 1


def test_a_page_that_was_overtaken_is_told(district, arrived, session):
    declaration = arrived()
    seen = declaration.version
    district.post(f"/auditscreen/act/{declaration.id}/approve", data=PASSED | {"version": str(seen)})
    again = district.post(f"/auditscreen/act/{declaration.id}/approve", data=PASSED | {"version": str(seen)})
    assert again.status_code == 422 or again.status_code == 409
    assert session.get(Declaration, declaration.id).position == 2


def test_sending_back_tells_everything_at_once(district, arrived, session):
    declaration = arrived()
    district.post(
        f"/auditscreen/act/{declaration.id}/send_back",
        data={"cause": "01", "items": "补 2025 年度学时认定单\n业绩 2 缺验收证明", "opinion": "材料不齐"},
    )
    told = session.scalars(select(Correction).where(Correction.declaration_id == declaration.id)).one()
    assert declaration.state == S.RETURNED and [item["text"] for item in told.items] == [
        "补 2025 年度学时认定单",
        "业绩 2 缺验收证明",
    ]
    assert told.cause == "01"
    assert "业绩 2 缺验收证明" in page_of(district.get(f"/auditscreen/show/{declaration.id}"))
    assert session.scalar(
        select(Notice.text).where(Notice.person_id == declaration.person_id).order_by(Notice.id.desc())
    ).count("缺验收证明")


def test_a_level_in_between_passes_the_return_down(district, arrived):
    declaration = arrived(position=1, state=S.RETURNED, returned_from=2, due_on=datetime(2026, 6, 1).date())
    text = page_of(district.get("/auditscreen/list/?desk=waiting"))
    assert declaration.number in text and "退回补充材料" in text
    district.post(f"/auditscreen/act/{declaration.id}/pass_down", data={"opinion": "请单位转告"})
    assert declaration.position == 0


def test_bureaus_do_it_under_the_guides_words(browser, make, arrived):
    bureau = make.organisation(kind=NodeKind.BUREAU, name="省住建厅")
    declaration = arrived(route=(bureau,))
    client = browser(make.account(r.BUREAU_OFFICER, organisation_id=bureau.id))
    text = page_of(client.get(f"/superiorauditscreen/show/{declaration.id}"))
    assert "上级单位审核" in text and ">审核通过<" in text and ">审核不通过<" in text
    assert client.get("/auditscreen/list/").status_code in (302, 403)
    assert client.get(f"/open/declaration/{declaration.id}").location.endswith(
        f"/superiorauditscreen/show/{declaration.id}"
    )


def test_the_query_result_leaves_as_a_sheet_with_an_entry_in_the_journal(district, arrived):
    arrived()
    with district.post("/auditscreen/export?desk=waiting") as answer:
        assert answer.status_code == 200 and answer.data[:2] == b"PK"
        assert (
            answer.headers["Content-Disposition"].isascii()
            and "filename*=UTF-8''" in answer.headers["Content-Disposition"]
        )


# --- the committee's office ---------------------------------------------------------------------------


@pytest.fixture
def rechecked(make, arrived):
    """A declaration at the committee's office, and that office."""
    declaration = arrived(
        position=3,
        state=S.AT_COMMITTEE,
        reached_committee_at=datetime(2026, 5, 18),
        paper_received_on=date(2026, 5, 18),
    )
    return declaration, make.account(r.COMMITTEE_OFFICE, committee_id=declaration.committee_id)


def test_the_office_sees_its_own_committee_only(browser, make, rechecked):
    declaration, office = rechecked
    assert declaration.number in page_of(browser(office).get("/recheckscreen/list/?desk=waiting"))
    other = make.account(r.COMMITTEE_OFFICE, committee_id=make.committee().id)
    assert browser(other).get(f"/recheckscreen/show/{declaration.id}").status_code == 404


def test_qualified_enters_the_base(browser, rechecked):
    declaration, office = rechecked
    head = head_beside(office)
    said = {"opinion": "合格", "consistency": "same", "head": str(head.id)}
    assert browser(office).post(f"/recheckscreen/act/{declaration.id}/qualify", data=said).status_code == 302
    assert declaration.state == S.AT_COMMITTEE
    signs(browser(head), declaration)
    assert declaration.state == S.QUALIFIED


def test_disqualified_ends_the_year_and_is_told_with_its_reason(browser, rechecked, session):
    declaration, office = rechecked
    head = head_beside(office)
    client = browser(office)
    empty = client.post(f"/recheckscreen/act/{declaration.id}/disqualify", data={"opinion": "", "head": str(head.id)})
    assert empty.status_code == 422 and "请填写不合格原因" in page_of(empty) and declaration.state == S.AT_COMMITTEE
    client.post(
        f"/recheckscreen/act/{declaration.id}/disqualify",
        data={"cause": "05", "opinion": "任职年限不足", "head": str(head.id)},
    )
    signs(browser(head), declaration)
    assert declaration.state == S.TERMINATED
    text = page_of(client.get(f"/recheckscreen/show/{declaration.id}"))
    assert "任职年限不足" in text and "终止告知书" in text


def test_a_difference_must_be_explained_at_its_field(browser, rechecked):
    declaration, office = rechecked
    head = head_beside(office)
    typed = {"opinion": "合格", "consistency": "corrected", "consistency_note": "", "head": str(head.id)}
    answer = browser(office).post(f"/recheckscreen/act/{declaration.id}/qualify", data=typed)
    assert answer.status_code == 422 and "请填写比对说明" in page_of(answer)


# --- the trail ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [r.LEADER, r.SUPERVISOR, r.HRSS_CONFIG])
def test_the_province_follows_every_case_and_does_nothing(browser, make, arrived, district, role):
    declaration = arrived()
    district.post(f"/auditscreen/act/{declaration.id}/approve", data=PASSED)
    client = browser(make.account(role))
    assert declaration.number in page_of(client.get("/trailscreen/list/"))
    text = page_of(client.get(f"/trailscreen/show/{declaration.id}"))
    assert "过程跟踪" in text and PASSED["opinion"] in text and "/act/" not in text
    assert client.get(f"/trailscreen/act/{declaration.id}/approve").status_code == 404


def test_drafts_are_nobodys_business(browser, make):
    draft = make.declaration(state=S.DRAFT)
    client = browser(make.account(r.LEADER))
    assert draft.number not in page_of(client.get("/trailscreen/list/"))
    assert client.get(f"/trailscreen/show/{draft.id}").status_code == 404


def test_leaders_never_see_a_number_in_clear(browser, make, arrived):
    declaration = arrived()
    client = browser(make.account(r.LEADER))
    assert client.post(f"/trailscreen/identity/{declaration.id}").status_code == 403


# --- confirming one's place ----------------------------------------------------------------------------


def test_an_organisation_confirms_its_own_place(browser, make, levels, session):
    mine = PathNode(kind=PathKind.SENIOR, organisation_id=levels[0].id, node_kind=NodeKind.DISTRICT)
    other = PathNode(kind=PathKind.SENIOR, organisation_id=levels[1].id, node_kind=NodeKind.CITY)
    session.add_all([mine, other])
    session.flush()
    client = browser(make.account(r.DISTRICT_OFFICER, organisation_id=levels[0].id))
    text = page_of(client.get("/pathconfirmscreen/list/"))
    assert "雨花区人社局" in text and "长沙市人社局" not in text
    assert client.post(f"/pathconfirmscreen/act/{other.id}/confirm").status_code == 404
    client.post(f"/pathconfirmscreen/act/{mine.id}/confirm")
    assert session.get(PathNode, mine.id).state == "confirmed"


# --- messages -------------------------------------------------------------------------------------------


def test_opening_a_message_marks_it_read_and_leads_on(browser, make, levels, session):
    officer = make.account(r.DISTRICT_OFFICER, organisation_id=levels[0].id)
    notice = Notice(
        organisation_id=levels[0].id,
        at=datetime(2026, 5, 19, 9),
        title="有新的申报待审核",
        text="请及时审核。",
        link="/auditscreen/list/",
    )
    strange = Notice(organisation_id=levels[1].id, at=datetime(2026, 5, 19, 9), title="别处的消息", text="。")
    session.add_all([notice, strange])
    session.flush()
    client = browser(officer)
    text = page_of(client.get("/noticescreen/list/?desk=waiting"))
    assert "有新的申报待审核" in text and "别处的消息" not in text
    assert session.get(Notice, notice.id).read_at is None
    answer = client.post(f"/noticescreen/open/{notice.id}")
    assert answer.location == "/auditscreen/list/" and session.get(Notice, notice.id).read_at is not None
    assert client.post(f"/noticescreen/open/{strange.id}").status_code == 404


def test_all_messages_are_marked_at_once(browser, make, session):
    person = make.person()
    session.add_all(
        [Notice(person_id=person.id, at=datetime(2026, 5, n, 9), title=f"消息{n}", text="。") for n in (18, 19)]
    )
    account: Account = make.account(r.APPLICANT, person_id=person.id)
    browser(account).post("/noticescreen/read")
    assert session.scalars(select(Notice.read_at).where(Notice.person_id == person.id)).all().count(None) == 0
