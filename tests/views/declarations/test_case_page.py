"""The page of a case: where it is, two bars, the whole way, what was asked; the same words at the desk."""

from __future__ import annotations

from datetime import datetime

import pytest

from models.declarations.declaration import Correction, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.office.notice import Notice
from workflow.base import roles as r


@pytest.fixture
def case(make, session):
    """Under audit at the city, handed on by its unit."""
    city = make.organisation("city", name="长沙市人力资源和社会保障局", telephone="0731-84901234")
    case = make.declaration(state=S.UNDER_AUDIT, position=1, submitted_at=datetime(2026, 5, 11, 9))
    case.held_since = datetime(2026, 5, 18, 9)
    for stop in list(case.route):
        session.delete(stop)
    session.flush()
    done = datetime(2026, 5, 18, 9)
    case.route[:] = [
        RouteStep(position=0, organisation=case.unit, reached_at=case.submitted_at, done_at=done),
        RouteStep(position=1, organisation=city, reached_at=done),
    ]
    session.flush()
    return case


def page_of(browser, account, path):
    answer = browser(account).get(path)
    assert answer.status_code == 200
    return answer.text


def test_the_applicant_reads_where_it_is_with_telephone_and_both_bars(case, make, browser):
    text = page_of(browser, make.account(r.APPLICANT, person_id=case.person_id), f"/declare/{case.id}")
    assert "上级审核中（长沙市人力资源和社会保障局）" in text
    assert 'href="tel:0731-84901234"' in text
    assert "我已提交" in text
    assert "单位已上报" in text
    assert 'class="ladder"' in text


def test_the_desk_reads_the_same_word(case, make, browser):
    officer = make.account(r.CITY_OFFICER, organisation_id=case.route[1].organisation_id)
    text = page_of(browser, officer, f"/auditscreen/show/{case.id}")
    assert "上级审核中（长沙市人力资源和社会保障局）" in text
    assert "全部环节与日期" in text


def test_every_message_of_the_case_is_there_and_none_of_another(case, make, browser, session):
    other = make.declaration()
    for one in (case, other):
        session.add(
            Notice(
                person_id=one.person_id,
                at=datetime(2026, 5, 18, 9),
                title="申报进度",
                text=f"{one.number} 已送达。",
                link=f"/open/declaration/{one.id}",
            )
        )
    text = page_of(browser, make.account(r.APPLICANT, person_id=case.person_id), f"/declare/{case.id}")
    assert f"{case.number} 已送达。" in text
    assert other.number not in text


def test_what_was_asked_stands_item_by_item_with_what_would_do(case, make, browser, session):
    case.state, case.position = S.RETURNED, -1
    session.add(
        Correction(
            declaration_id=case.id,
            position=1,
            items=[{"text": "学历学位证书不清晰"}, {"text": "简历不连续", "fits": "补齐 2019 年的经历"}],
            opinion="请补正",
            issued_at=datetime(2026, 5, 19, 9),
            due_on=datetime(2026, 5, 26).date(),
            organisation_name="长沙市人力资源和社会保障局",
        )
    )
    text = page_of(browser, make.account(r.APPLICANT, person_id=case.person_id), f"/declare/{case.id}")
    assert "补齐 2019 年的经历" in text
    assert f"/declare/{case.id}/materials#education" in text
    assert "2 项" in text


def test_nobody_else_opens_it(case, make, browser):
    assert browser(make.account(r.APPLICANT, person_id=make.person().id)).get(f"/declare/{case.id}").status_code == 404
