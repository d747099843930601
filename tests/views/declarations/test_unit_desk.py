"""The unit's desks: 受理, 真实性审核, 所在单位申报公示, 单位推荐上报."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from models.awards.publicity import Publicity, PublicityItem, PublicityKind, PublicityState
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.liability import LiabilityCard, LiabilityCheck
from models.office.trail import TrailEntry
from tests.views.office_day import noon, page_of, signs  # noqa: F401
from workflow.base import roles as r
from workflow.declarations.declaration import PUBLICISED
from workflow.declarations.liability import LIABILITY_ITEMS

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def unit(make):
    return make.organisation(name="长沙市第三医院", superior=make.organisation(kind="city"), nature="private")


@pytest.fixture
def officer(make, unit):
    return make.account(r.UNIT_OFFICER, organisation_id=unit.id, last_name="周核", first_name="")


@pytest.fixture
def director(make, officer):
    """The 负责人 of the unit."""
    return make.head(officer)


@pytest.fixture
def desk(browser, officer):
    return browser(officer)


@pytest.fixture
def declared(make, unit):
    """A declaration of the unit's, in that state."""

    def one(state=S.SUBMITTED, **given):
        given.setdefault("position", 0)
        return make.declaration(state=state, unit=unit, route=given.pop("route", (unit.superior,)), **given)

    return one


@pytest.fixture
def signed(session, officer):
    """Sign the responsibility card of a declaration."""

    def card(declaration):
        checks = [
            LiabilityCheck(item=key, wording=label, checker_name="周核", checked_on=date(2026, 5, 6))
            for key, label in LIABILITY_ITEMS
        ]
        session.add(
            LiabilityCard(
                declaration_id=declaration.id,
                signed_at=datetime(2026, 5, 6, 9),
                account_id=officer.id,
                signed_by="周核",
                organisation_name="单位",
                checks=checks,
                content_hash=declaration.content_hash,
            )
        )
        session.flush()
        return declaration

    return card


@pytest.fixture
def posted(session, unit, signed, declared):
    """A declaration whose posting ends on that day."""

    def one(ends_on=date(2026, 5, 15)):
        declaration = signed(declared(S.UNIT_PUBLICITY))
        posting = Publicity(
            kind=PublicityKind.UNIT,
            title="公示",
            organisation_id=unit.id,
            posted_on=date(2026, 5, 6),
            starts_on=date(2026, 5, 7),
            ends_on=ends_on,
            place="公告栏",
            contents=list(PUBLICISED),
            complaint_department="人事科",
            complaint_telephone="0731",
            handler="周核",
        )
        posting.people.append(PublicityItem(declaration=declaration))
        session.add(posting)
        session.flush()
        return declaration, posting

    return one


def test_the_desk_lists_its_own_people_and_no_others(desk, declared, make):
    mine, other = declared(), make.declaration(state=S.SUBMITTED)
    text = page_of(desk.get("/unitdeskscreen/list/?desk=waiting"))
    assert mine.number in text and other.number not in text


def test_what_waits_is_what_the_unit_must_do(desk, declared):
    waiting, gone = declared(S.SUBMITTED), declared(S.UNDER_AUDIT, position=1)
    text = page_of(desk.get("/unitdeskscreen/list/?desk=waiting"))
    assert waiting.number in text and gone.number not in text
    assert gone.number in page_of(desk.get("/unitdeskscreen/list/"))


def test_a_strange_word_of_the_desk_condition_is_told_not_an_error(desk, declared):
    answer = desk.get("/unitdeskscreen/list/?desk=everything")
    assert answer.status_code == 200 and "不能识别“everything”" in page_of(answer)


@pytest.mark.parametrize("role", [r.APPLICANT, r.EXPERT, r.COMMITTEE_OFFICE, r.SYSTEM_ADMIN])
def test_other_roles_do_not_open_the_desk(browser, make, declared, role):
    number = declared().id
    client = browser(make.account(role))
    assert client.get("/unitdeskscreen/list/").status_code in (302, 403)
    assert client.get(f"/unitdeskscreen/show/{number}").status_code in (302, 403)


def test_another_units_officer_finds_nothing(browser, make, declared):
    declaration = declared()
    stranger = browser(make.account(r.UNIT_OFFICER, organisation_id=make.organisation().id))
    assert stranger.get(f"/unitdeskscreen/show/{declaration.id}").status_code == 404
    assert stranger.post(f"/unitdeskscreen/act/{declaration.id}/accept").status_code == 404


def test_the_record_shows_checks_way_and_steps_with_the_number_masked(desk, declared):
    declaration = declared()
    text = page_of(desk.get(f"/unitdeskscreen/show/{declaration.id}"))
    assert "条件核对" in text and "118号 七(一)" in text and "去向预览" in text
    assert "通过后：" in text and "退回后：申报人" in text
    assert declaration.person.masked_id in text and declaration.person.id_number not in text


def test_seeing_an_identity_number_is_journalled(desk, declared, session):
    declaration = declared()
    answer = desk.post(f"/unitdeskscreen/identity/{declaration.id}")
    assert declaration.person.id_number in page_of(answer)
    assert session.scalar(
        select(TrailEntry.label).where(TrailEntry.verb == "unmask_identity", TrailEntry.subject_id == declaration.id)
    )
    assert declaration.person.id_number not in page_of(desk.get(f"/unitdeskscreen/show/{declaration.id}"))


def test_taking_in_and_signing_the_card(desk, declared, session, officer):
    declaration = declared()
    desk.post(f"/unitdeskscreen/act/{declaration.id}/accept")
    assert session.get(Declaration, declaration.id).state == S.UNIT_REVIEW
    names = {key: str(officer.id) for key, _label in LIABILITY_ITEMS}
    assert desk.post(f"/unitdeskscreen/act/{declaration.id}/check", data=names).status_code == 302
    assert "责任卡》已逐项签署（周核" in page_of(desk.get(f"/unitdeskscreen/show/{declaration.id}"))


def test_a_card_with_an_empty_line_is_refused_at_the_line_and_keeps_the_rest(desk, declared, officer):
    declaration = declared(S.UNIT_REVIEW)
    names = {key: str(officer.id) for key, _label in LIABILITY_ITEMS} | {"papers": "", "opinion": "周核细"}
    answer = desk.post(f"/unitdeskscreen/act/{declaration.id}/check", data=names)
    assert answer.status_code == 422 and "请填写论文、论著检索核实" in page_of(answer) and "周核细" in page_of(answer)


def test_the_page_offers_the_staff_of_the_unit_and_never_the_applicant(desk, declared, officer, make, session):
    declaration = declared(S.UNIT_REVIEW)
    make.account(r.UNIT_OFFICER, last_name="钱同", organisation_id=officer.organisation_id)
    himself = {"last_name": declaration.applicant_name, "first_name": "", "organisation_id": officer.organisation_id}
    make.account(r.UNIT_OFFICER, **himself)
    away = make.account(r.UNIT_OFFICER, last_name="孙停", organisation_id=officer.organisation_id)
    make.account(r.UNIT_OFFICER, last_name="李外")
    away.active = False
    session.commit()
    page = page_of(desk.get(f"/unitdeskscreen/act/{declaration.id}/check"))
    assert "周核" in page and "钱同" in page
    assert "孙停" not in page and "李外" not in page and f">{declaration.applicant_name}（" not in page
    for wrong in (himself["last_name"], "甲", str(away.id)):
        names = {key: wrong for key, _label in LIABILITY_ITEMS}
        assert desk.post(f"/unitdeskscreen/act/{declaration.id}/check", data=names).status_code == 422
    assert session.scalar(select(LiabilityCard.id)) is None


def test_posting_offers_the_signed_and_computes_the_last_day(desk, declared, signed):
    ready, unready = signed(declared(S.UNIT_REVIEW)), declared(S.UNIT_REVIEW)
    text = page_of(desk.get("/unitpublicityscreen/add"))
    assert ready.number in text and unready.number not in text
    assert "今天张榜的公示 2026-05-21 至 2026-05-27" in text and "另有 1 人尚未签署" in text


def posting_of(*declarations, **given):
    return {
        "title": "2026 年公示",
        "people": [str(d.id) for d in declarations],
        "posted_on": "2026-05-20",
        "place": "一楼公告栏",
        "contents": list(PUBLICISED),
        "complaint_department": "人事科",
        "complaint_telephone": "0731-1",
        "handler": "周核",
    } | given


def test_posting_moves_everybody_into_publicity(desk, declared, signed, session):
    both = [signed(declared(S.UNIT_REVIEW)) for _ in range(2)]
    answer = desk.post("/unitpublicityscreen/add", data=posting_of(*both))
    posting = session.scalars(select(Publicity)).one()
    assert answer.status_code == 302 and posting.ends_on == date(2026, 5, 27)
    assert {d.state for d in both} == {S.UNIT_PUBLICITY}
    assert both[0].applicant_name in page_of(desk.get(f"/unitpublicityscreen/show/{posting.id}"))


def test_a_posting_without_all_contents_names_them_and_keeps_what_was_typed(desk, declared, signed, session):
    declaration = signed(declared(S.UNIT_REVIEW))
    answer = desk.post("/unitpublicityscreen/add", data=posting_of(declaration, contents=["学历"], place="二楼宣传栏"))
    text = page_of(answer)
    assert answer.status_code == 422 and "公示内容还缺：资历" in text and "二楼宣传栏" in text
    assert session.scalar(select(Publicity)) is None and declaration.state == S.UNIT_REVIEW


def test_another_units_declaration_cannot_be_slipped_into_a_posting(desk, make, signed, session):
    other = signed(make.declaration(state=S.UNIT_REVIEW, position=0))
    answer = desk.post("/unitpublicityscreen/add", data=posting_of(other))
    assert answer.status_code == 422 and "请选择公示人员" in page_of(answer) and other.state == S.UNIT_REVIEW


def test_the_outcome_waits_for_the_last_day(desk, posted, director):
    _declaration, running = posted(date(2026, 5, 20))
    answer = desk.post(
        f"/unitpublicityscreen/act/{running.id}/close", data={"outcome": "none", "head": str(director.id)}
    )
    assert answer.status_code == 422 and "期满前不能登记结果" in page_of(answer)


def test_the_outcome_is_written_down_when_it_is_over(desk, posted, session, director):
    _declaration, over = posted()
    assert "期满待登记" in page_of(desk.get("/unitpublicityscreen/list/?desk=waiting"))
    desk.post(f"/unitpublicityscreen/act/{over.id}/close", data={"outcome": "none", "head": str(director.id)})
    assert session.get(Publicity, over.id).state == PublicityState.CLOSED
    assert "无异议" in page_of(desk.get(f"/unitpublicityscreen/show/{over.id}"))


RECOMMENDED = {"assessment": "测评优秀，公示无异议", "opinion": "同意推荐"}


def test_recommending_before_the_end_is_refused_with_the_day(desk, posted, director):
    declaration, _posting = posted(date(2026, 5, 20))
    answer = desk.post(f"/recommendscreen/act/{declaration.id}/recommend", data=RECOMMENDED)
    assert answer.status_code == 422 and "单位公示到 2026-05-20 结束" in page_of(answer)
    assert declaration.number not in page_of(desk.get("/recommendscreen/list/?desk=waiting"))


def test_recommending_sends_it_upward_once_the_head_has_signed(browser, desk, posted, unit, session, director):
    declaration, _posting = posted()
    assert declaration.number in page_of(desk.get("/recommendscreen/list/?desk=waiting"))
    said = RECOMMENDED | {"head": str(director.id)}
    assert desk.post(f"/recommendscreen/act/{declaration.id}/recommend", data=said).status_code == 302
    assert declaration.state == S.UNIT_PUBLICITY
    assert declaration.number not in page_of(desk.get("/recommendscreen/list/?desk=waiting")), "it waits for another"
    signs(browser(director), declaration)
    assert declaration.state == S.UNDER_AUDIT and declaration.position == 1


def test_many_are_taken_in_at_once_or_none(desk, declared):
    first, second, third = declared(), declared(), declared(S.UNIT_REVIEW)
    keys = [f"{d.id}:{d.version}" for d in (first, second)]
    desk.post("/unitdeskscreen/bulk/accept", data={"key": keys, "confirmed": "1"})
    assert {first.state, second.state} == {S.UNIT_REVIEW}
    fourth = declared()
    answer = desk.post(
        "/unitdeskscreen/bulk/accept",
        data={"key": [f"{fourth.id}:{fourth.version}", f"{third.id}:{third.version}"], "confirmed": "1"},
    )
    assert "全部未办理" in page_of(answer) and fourth.state == S.SUBMITTED


def test_the_search_shows_the_person_and_exports_what_was_asked(desk, declared, make):
    mine = declared(S.UNDER_AUDIT, position=1)
    other = make.declaration(state=S.UNDER_AUDIT, position=1)
    text = page_of(desk.get(f"/declarationsearchscreen/list/?number={mine.number}"))
    assert mine.applicant_name in text and other.number not in text
    with desk.post(f"/declarationsearchscreen/export?number={mine.number}") as answer:
        assert answer.status_code == 200 and answer.data[:2] == b"PK"
