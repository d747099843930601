"""逐项告知 over HTTP: picked on the form, seen and answered where it belongs, the difference shown to the office."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models.declarations.correction_item import CorrectionItem
from models.declarations.declaration import DeclarationState as S
from tests.views.office_day import noon, page_of  # noqa: F401
from workflow.base import roles as r

pytestmark = pytest.mark.usefixtures("noon")
SCHOOLS = [{"school": "湖南大学", "major": "土木工程"}, {"school": "中南大学", "major": "结构工程"}]
PLACE = "field:education:school:1"


@pytest.fixture
def case(make, browser):
    """A case at its unit with two schools; the windows of the officer and of the applicant."""
    unit = make.organisation(name="长沙市第三医院", nature="private")
    it = make.declaration(S.UNIT_REVIEW, unit=unit, position=0)
    it.content.sections = {"education": SCHOOLS}
    make.as_handed_in(it)
    officer = make.account(r.UNIT_OFFICER, organisation_id=unit.id)
    person = make.account(r.APPLICANT, person_id=it.person_id)
    return it, browser(officer), browser(person)


def version_of(text):
    return re.search(r'name="version" value="([^"]+)"', text).group(1)


def told(client, it, *places, **given):
    page = page_of(client.get(f"/correct/{it.id}"))
    data = {"version": version_of(page), "go": "return", "pick": list(places), "opinion": "请补正"}
    for place in places:
        data |= {f"reason|{place}": "03", f"text|{place}": "与证书不一致", f"fits|{place}": "改为证书上的名称"}
        data[f"clause|{place}"] = "118号 四(三)"
    return client.post(f"/correct/{it.id}", data=data | given)


def test_an_auditor_ticks_on_the_form_and_is_asked_of_what_is_ticked_only(case):
    it, officer, _person = case
    assert f"/correct/{it.id}" in page_of(officer.get(f"/unitdeskscreen/show/{it.id}"))
    page = page_of(officer.get(f"/correct/{it.id}"))
    assert "湖南大学" in page and PLACE in page and f"text|{PLACE}" not in page
    data = {"version": version_of(page), "go": "add", "pick": [PLACE, "row:education::2"]}
    page = page_of(officer.post(f"/correct/{it.id}", data=data))
    assert f"text|{PLACE}" in page and "学历学位 · 第 2 条" in page and it.state == S.UNIT_REVIEW


def test_it_is_returned_with_its_points_and_the_first_reason_is_the_main_one(case, session):
    it, officer, _person = case
    assert told(officer, it, PLACE).status_code == 302
    assert it.state == S.RETURNED and session.scalars(select(CorrectionItem)).one().label == "学历学位 · 第 1 条 · 院校"
    page = page_of(officer.get(f"/unitdeskscreen/show/{it.id}"))
    assert "与证书不一致" in page and "尚未答复" in page


def test_what_is_missing_is_said_at_its_field_and_everything_typed_stays(case, session):
    it, officer, _person = case
    answer = told(officer, it, PLACE, **{f"reason|{PLACE}": "", f"fits|{PLACE}": "改成证书上的全称"})
    page = page_of(answer)
    assert answer.status_code == 422 and "请选择退回原因" in page and "改成证书上的全称" in page
    assert it.state == S.UNIT_REVIEW and session.scalars(select(CorrectionItem)).all() == []


def test_of_two_auditors_at_once_one_is_told(case):
    it, officer, _person = case
    page = page_of(officer.get(f"/correct/{it.id}"))
    assert told(officer, it, PLACE).status_code == 302
    late = {"version": version_of(page), "go": "return", "pick": PLACE, "opinion": "又一次"}
    assert officer.post(f"/correct/{it.id}", data=late).status_code in (409, 422)


def test_the_applicant_sees_each_point_at_its_field_and_only_that_field_to_be_typed(case):
    it, officer, person = case
    told(officer, it, PLACE)
    page = page_of(person.get(f"/declare/{it.id}/section/education"))
    assert "与证书不一致（怎样算补齐：改为证书上的名称）" in page
    assert re.search(r'<input[^>]*id="0-school"', page) and re.search(r'<output[^>]*id="1-school"', page)
    assert re.search(r'<output[^>]*id="0-major"', page) and "2-school" not in page, "no row is added"
    page = page_of(person.get(f"/declare/{it.id}/section/training"))
    assert "本次退回没有列出这一部分" in page
    page = page_of(person.get(f"/declare/{it.id}/materials"))
    assert "只能增减列出的材料类别" in page and 'type="file"' not in page


def saved(person, it, **given):
    page = page_of(person.get(f"/declare/{it.id}/section/education"))
    rows = {f"{n}-{key}": value for n, row in enumerate(SCHOOLS) for key, value in row.items()}
    seen = re.search(r'name="seen" value="([^"]+)"', page).group(1)
    return person.post(
        f"/declare/{it.id}/section/education", data=rows | {"rows": "2", "seen": seen, "go": "stay"} | given
    )


def test_past_the_page_nothing_else_is_written(case, session):
    it, officer, person = case
    told(officer, it, PLACE)
    answer = saved(person, it, **{"1-school": "别处"})
    assert answer.status_code == 422 and "不在本次退回的补正事项中" in page_of(answer)
    session.expire_all()
    assert it.content.sections["education"] == SCHOOLS
    saved(person, it, **{"0-school": "湖南科技大学"})
    session.expire_all()
    assert it.content.sections["education"][0]["school"] == "湖南科技大学"


def answered(person, it, said, words):
    page = page_of(person.get(f"/answer/{it.id}"))
    number = re.search(r'name="answer-(\d+)"', page).group(1)
    data = {"version": version_of(page), f"answer-{number}": said, f"words-{number}": words}
    return person.post(f"/answer/{it.id}", data=data)


def test_every_point_is_answered_before_it_goes_back_and_the_office_reads_it_with_the_difference(case):
    it, officer, person = case
    told(officer, it, PLACE)
    assert f"/answer/{it.id}" in page_of(person.get(f"/declare/{it.id}"))
    assert "尚未答复" in page_of(person.get(f"/declare/{it.id}/check"))
    wrong = answered(person, it, "done", "")
    assert wrong.status_code == 422 and "请写明怎样更正的" in page_of(wrong)
    saved(person, it, **{"0-school": "湖南科技大学"})
    assert answered(person, it, "done", "已改为毕业证书上的名称").status_code == 302
    assert "尚未答复" not in page_of(person.get(f"/declare/{it.id}/check"))
    assert "已改为毕业证书上的名称" in page_of(person.get(f"/declare/{it.id}"))
    page = page_of(officer.get(f"/unitdeskscreen/show/{it.id}"))
    assert "已改为毕业证书上的名称" in page and "<ins>湖南科技大学</ins>" in page and "<del>湖南大学</del>" in page


def test_nobody_answers_for_another(case, make, browser):
    it, officer, _person = case
    told(officer, it, PLACE)
    stranger = browser(make.account(r.APPLICANT, person_id=make.declaration().person_id))
    assert stranger.get(f"/answer/{it.id}").status_code == 404
    assert stranger.get(f"/correct/{it.id}").status_code in (302, 403, 404)
