"""Dates of a batch on the screens: what is looked at, the countdown that fills the form, calendars, open batches,
申报须知."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from sqlalchemy import select

from models.batches.batch import Batch, BatchState
from models.paths.path import AcceptanceOffice, Way
from models.register.organisation import NodeKind
from models.review.plan import PlanState
from tests.views.office_day import noon, page_of  # noqa: F401  (a fixture)
from workflow.base import roles as r
from workflow.base import settings

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def office(make):
    return make.account(r.COMMITTEE_OFFICE, committee_id=make.committee(name="湖南省水利工程高级评委会").id)


def accepting(make, name="长沙市人社局", region="430100", **given):
    given = dict(node_kind=NodeKind.CITY, way=Way.INITIAL, level="assistant", region_code=region) | given
    return make._add(
        AcceptanceOffice, given, organisation=make.organisation(NodeKind.CITY, name=name, region_code=region)
    )


def test_the_countdown_fills_the_form_with_one_button_and_the_form_is_accepted(browser, session, office):
    desk = browser(office)
    page = page_of(desk.get("/batch/countdown?declaring=20"))
    assert "最迟投票日" in page and "2026-12-24" in page and "118号 二(四)" in page and "个工作日的余量" in page
    link = unescape(re.search(r'href="(/batch/add\?[^"]+)"', page)[1])
    form = page_of(desk.get(link))
    fields = dict(re.findall(r'name="(\w+)" value="(\d{4}-\d\d-\d\d)"', form))
    assert (
        fields["vote_on"] == "2026-12-24" and fields["audit_on"] == "2026-09-28" and fields["paper_to"] == "2026-09-28"
    )
    answer = desk.post(
        "/batch/add", data=fields | {"year": "2026", "name": "2026 年度", "one_per_year": "1", "quota_factor": "1.5"}
    )
    assert answer.status_code == 302 and session.scalar(select(Batch)).vote_on == date(2026, 12, 24)


def test_the_countdown_says_where_no_room_is_left(browser, office):
    page = page_of(browser(office).get("/batch/countdown?declaring=120&audit=30"))
    assert "没有余量" in page and "已过，无余量" in page and "还差" in page
    assert "尚未设置" in page_of(browser(office).get("/batch/countdown?year=2050"))
    assert browser(office).get("/batch/countdown?year=x&review=-3&recheck=99999999999").status_code == 200


def test_the_province_counts_back_for_an_accepting_organisation(browser, make, session):
    chosen = accepting(make)
    accepting(make, "株洲市人社局", "430200")
    session.commit()
    page = page_of(browser(make.account(r.HRSS_CONFIG)).get(f"/office-batch/countdown?receiver={chosen.id}"))
    assert "2026-12-31" in page and "最迟投票日" not in page and "长沙市人社局" in page


def test_every_date_is_held_against_the_calendar_on_the_page_of_the_batch(browser, make, session, office):
    batch = make.batch(office.committee, closes_on=date(2026, 8, 30), state=BatchState.DRAFT)
    session.commit()
    page = page_of(browser(office).get(f"/batch/show/{batch.id}"))
    assert (
        "日期核对" in page
        and "2026-08-30（星期日，休息）" in page
        and "最近的工作日为 2026-08-31" in page
        and "请核对" in page
    )


def test_what_was_typed_stays_and_the_reason_for_a_late_vote_has_its_field(browser, session, office, make, as_):
    settings.change(as_(make.account(r.HRSS_CONFIG)), "vote_by", "12-01")
    session.commit()
    typed = {
        "year": "2026",
        "name": "2026 年度",
        "opens_on": "2026-06-01",
        "closes_on": "2026-08-31",
        "correction_on": "2026-09-18",
        "audit_on": "2026-09-28",
        "evidence_on": "2026-09-28",
        "vote_on": "2026-12-24",
        "quota_factor": "9",
    }
    answer = browser(office).post("/batch/add", data=typed)
    page = page_of(answer)
    assert answer.status_code == 422 and "差额推荐系数不得大于 3，现为 9" in page and 'value="2026-12-24"' in page
    late = page_of(browser(office).post("/batch/add", data=typed | {"quota_factor": "1.2"}))
    assert "原则上应于 2026-12-01（含）前完成（118号 二(四)）" in late and 'value="2026-12-24"' in late
    assert (
        browser(office).post("/batch/add", data=typed | {"quota_factor": "1.2", "vote_reason": "场地安排"}).status_code
        == 302
    )


def calendar_of(client, batch):
    answer = client.get(f"/batch/{batch.id}/dates.ics")
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    return answer.data.decode().replace("\r\n ", "")


def test_the_calendar_of_a_batch_follows_the_role_and_the_row_policy(browser, make, session, office):
    batch, draft = make.batch(office.committee), make.batch(office.committee, state=BatchState.DRAFT)
    applicant = browser(make.account(r.APPLICANT, person_id=make.person().id))
    mine, theirs = calendar_of(applicant, batch), calendar_of(browser(office), batch)
    assert f"UID:batch-{batch.id}-correction@zhicheng" in mine and "最迟投票日" not in mine and "最迟投票日" in theirs
    assert mine.startswith("BEGIN:VCALENDAR\r\n") and mine.endswith("END:VCALENDAR\r\n")
    assert applicant.get(f"/batch/{draft.id}/dates.ics").status_code == 404
    assert browser(office).get(f"/batch/{draft.id}/dates.ics").status_code == 200
    assert f"/batch/{batch.id}/dates.ics" in page_of(browser(office).get(f"/batch/show/{batch.id}"))
    assert f"/batch/{batch.id}/dates.ics" in page_of(applicant.get("/declare/"))


def test_open_batches_stand_with_ones_own_city_first_and_are_found_by_name(browser, make, session):
    person, unit = make.person(), make.organisation(region_code="430204")
    old = make.batch(year=2025, closes_on=date(2025, 8, 31))
    make.declaration(person=person, unit=unit, batch=old)
    offices = {
        name: accepting(make, name, region)
        for name, region in (("长沙市人社局", "430100"), ("株洲市人社局", "430200"), ("湖南省人社厅", "430000"))
    }
    for name, receiver in offices.items():
        make.batch(office=receiver, way=Way.INITIAL, name=f"{name}初定")
    session.commit()
    applicant = browser(make.account(r.APPLICANT, person_id=person.id))
    page = page_of(applicant.get("/declare/"))
    order = [page.index(f"{name}初定") for name in ("株洲市人社局", "湖南省人社厅", "长沙市人社局")]
    assert order == sorted(order) and "株洲市的批次排在前面" in page
    page = page_of(applicant.get("/declare/?q=长沙"))
    assert "长沙市人社局初定" in page and "株洲市人社局初定" not in page
    assert "没有与“%_”相符的开放批次" in page_of(applicant.get("/declare/?q=%25_"))


def test_the_applicant_reads_the_instructions_before_he_declares_paragraph_by_paragraph_and_escaped(
    browser, make, session
):
    receiver = accepting(make, instructions="一、先核对学历。\n二、<b>涉密</b>材料走线下。")
    batch = make.batch(office=receiver, way=Way.INITIAL)
    session.commit()
    page = page_of(browser(make.account(r.APPLICANT, person_id=make.person().id)).get(f"/declare/start/{batch.id}"))
    assert 'class="pad pre">一、先核对学历。\n二、&lt;b&gt;涉密&lt;/b&gt;材料走线下。' in page
    config = browser(make.account(r.HRSS_CONFIG))
    assert "二、&lt;b&gt;涉密" in page_of(config.get(f"/acceptancescreen/show/{receiver.id}"))


def test_only_titles_and_specialties_of_the_scope_are_offered_and_taken(browser, make, session):
    receiver = accepting(make)
    engineering, building = make.series(), make.specialty(name="房屋建筑")
    medicine = make.series("卫生技术人员")
    config = browser(make.account(r.HRSS_CONFIG))
    act = f"/acceptancescreen/act/{receiver.id}"
    assert config.post(f"{act}/remove_scope", data={"scope": "1"}).status_code == 422
    assert config.post(f"{act}/add_scope", data={"series": engineering.id, "specialty": building.id}).status_code == 302
    assert "房屋建筑" in page_of(config.get("/acceptancescreen/list/"))
    assert (
        config.post(f"{act}/edit", data={"region_code": "430200", "contact": "刘科长"}).status_code == 302
        and receiver.region_code == "430200"
    )
    batch = make.batch(office=receiver, way=Way.INITIAL)
    right, wrong = (
        make.title("assistant", engineering, name="助理工程师甲"),
        make.title("assistant", medicine, name="药师甲"),
    )
    unit = make.organisation()
    session.commit()
    applicant = browser(make.account(r.APPLICANT, person_id=make.person().id))
    page = page_of(applicant.get(f"/declare/start/{batch.id}"))
    assert "助理工程师甲" in page and "药师甲" not in page and "房屋建筑" in page
    typed = {"unit_id": unit.id, "mode": "normal", "channel": "unit"}
    answer = applicant.post(f"/declare/start/{batch.id}", data=typed | {"title_id": right.id})
    assert answer.status_code == 422 and "请选择申报专业（附件3 1.3）" in page_of(answer)
    assert "不包括所选系列或专业" in page_of(
        applicant.post(f"/declare/start/{batch.id}", data=typed | {"title_id": wrong.id})
    )
    assert (
        applicant.post(
            f"/declare/start/{batch.id}", data=typed | {"title_id": right.id, "specialty_id": building.id}
        ).status_code
        == 302
    )


def test_a_draft_plan_is_not_reachable_for_the_province(browser, make, session):
    draft, filed = make.plan(state=PlanState.DRAFT), make.plan(state=PlanState.FILED)
    session.commit()
    province = browser(make.account(r.HRSS_AUDIT))
    assert [found["id"] for found in province.get("/lookup/Plan?q=第").json["results"]] == [str(filed.id)]
    own = browser(make.account(r.COMMITTEE_OFFICE, committee_id=draft.committee_id))
    assert str(draft.id) in [found["id"] for found in own.get("/lookup/Plan?q=第").json["results"]]


def test_an_offices_name_stands_once_in_the_head_and_in_the_timeline(browser, make, session, office):
    office.last_name, office.first_name = "", r.COMMITTEE_OFFICE
    batch = make.batch(office.committee, state=BatchState.DRAFT)
    session.commit()
    desk = browser(office)
    desk.post(f"/batch/act/{batch.id}/publish", data={"version": batch.version})
    page = page_of(desk.get(f"/batch/show/{batch.id}"))
    head = page[page.index('class="me"') : page.index("</summary>")]
    # once as words, once in the hint of the pointer
    assert head.count(r.COMMITTEE_OFFICE) == 2 and head.count(office.committee.name) == 2
