"""年度批次信息提交 and 评委申报记录查询 over HTTP."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.batches.batch import Batch, BatchState
from models.committees.expert import Expert, ExpertState
from tests.views.office_day import noon, page_of  # noqa: F401
from workflow.base import roles as r

pytestmark = pytest.mark.usefixtures("noon")
DATES = {
    "opens_on": "2026-06-01",
    "closes_on": "2026-08-31",
    "correction_on": "2026-09-18",
    "payment_on": "",
    "audit_on": "2026-09-28",
    "evidence_on": "2026-09-28",
    "paper_from": "2026-09-27",
    "paper_to": "2026-09-28",
    "vote_on": "2026-12-24",
    "one_per_year": "y",
    "quota_factor": "1.5",
    "scope": "全省",
}


@pytest.fixture
def office(make):
    return make.account(r.COMMITTEE_OFFICE, committee_id=make.committee().id)


def test_dates_that_do_not_agree_are_said_at_their_fields(browser, session, office):
    desk = browser(office)
    answer = desk.post(
        "/batch/add",
        data=DATES | {"year": "2026", "name": "2026 年度", "correction_on": "2026-08-01", "vote_on": "2026-12-30"},
    )
    page = page_of(answer)
    assert (
        answer.status_code == 422
        and "补正截止不能早于申报截止" in page
        and "备案将跨年度" in page
        and 'value="2026-12-30"' in page
    )
    assert session.scalar(select(Batch)) is None


def test_a_batch_is_made_changed_and_submitted_and_then_stands(browser, session, make, office):
    desk = browser(office)
    assert desk.post("/batch/add", data=DATES | {"year": "2026", "name": "2026 年度"}).status_code == 302
    batch = session.scalar(select(Batch))
    assert (batch.committee_id, batch.state) == (office.committee_id, BatchState.DRAFT)
    assert (
        desk.post(
            f"/batch/edit/{batch.id}",
            data=DATES | {"year": "2026", "name": "2026 年度第一批", "version": batch.version},
        ).status_code
        == 302
    )
    session.refresh(batch)
    assert batch.name == "2026 年度第一批"
    assert desk.post(f"/batch/act/{batch.id}/publish", data={"version": batch.version}).status_code == 302
    refused = desk.get(f"/batch/edit/{batch.id}")
    assert refused.status_code == 409 and "不能修改" in page_of(refused)
    stranger = browser(make.account(r.COMMITTEE_OFFICE, committee_id=make.committee().id))
    assert stranger.get(f"/batch/show/{batch.id}").status_code == 404


def test_the_office_reads_codes_and_the_province_reads_names(browser, session, make, office):
    expert = make.expert(series=office.committee.series)
    mine, province = browser(office), browser(make.account(r.HRSS_AUDIT))
    for path in ("/expert-pool/list/", f"/expert-pool/show/{expert.id}"):
        page = page_of(mine.get(path))
        assert expert.code in page and expert.person.name not in page and expert.unit.name not in page, path
        assert expert.person.name in page_of(province.get(path))
    other = make.expert(series=make.series("卫生技术人员"))
    assert mine.get(f"/expert-pool/show/{other.id}").status_code == 404


def test_an_expert_is_recommended_by_name_and_number_and_admitted_by_the_province(browser, session, make, office):
    person, unit = make.person(name="何评委"), make.organisation(name="湖南大学")
    desk = browser(office)
    asked = {
        "name": "何评委",
        "id_number": make.person().id_number,
        "unit": "湖南大学",
        "level": "full_senior",
        "title": "教授级高工",
    }
    wrong = desk.post("/expert-pool/add", data=asked)
    assert (
        wrong.status_code == 422
        and "没有找到姓名与证件号码一致的人员" in page_of(wrong)
        and "教授级高工" in page_of(wrong)
    )
    assert desk.post("/expert-pool/add", data=asked | {"id_number": person.id_number}).status_code == 302
    expert = session.scalar(select(Expert))
    assert (expert.person_id, expert.unit_id, expert.state) == (person.id, unit.id, ExpertState.APPLIED)
    assert (
        desk.post(
            f"/expert-pool/act/{expert.id}/admit", data={"term_from": "2026-05-20", "term_to": "2029-05-19"}
        ).status_code
        == 403
    )
    province = browser(make.account(r.HRSS_AUDIT))
    long = province.post(
        f"/expert-pool/act/{expert.id}/admit", data={"term_from": "2026-05-20", "term_to": "2030-05-19"}
    )
    assert long.status_code == 422 and "任期不得超过 3 年" in page_of(long)
    assert (
        province.post(
            f"/expert-pool/act/{expert.id}/admit", data={"term_from": "2026-05-20", "term_to": "2029-05-19"}
        ).status_code
        == 302
    )
    session.refresh(expert)
    assert expert.state == ExpertState.IN_POOL


def test_the_province_makes_batches_for_accepting_organisations(browser, make):
    desk = browser(make.account(r.HRSS_CONFIG))
    assert desk.get("/office-batch/list/").status_code == 200
    assert "受理机构" in page_of(desk.get("/office-batch/add"))
