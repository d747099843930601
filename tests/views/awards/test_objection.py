"""异议登记, 核查 and 答复."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.awards.publicity import Objection, ObjectionState
from models.declarations.declaration import DeclarationState as S
from tests.views.office_day import noon, page_of  # noqa: F401
from workflow.base import roles as r

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def declaration(make):
    return make.declaration(state=S.UNIT_PUBLICITY, position=0)


@pytest.fixture
def officer(browser, make, declaration):
    return browser(make.account(r.UNIT_OFFICER, organisation_id=declaration.unit_id))


def told(declaration, **given):
    return {
        "declaration": str(declaration.id),
        "text": "论文署名与实际不符",
        "named": "1",
        "informant": "王某",
        "telephone": "13900000000",
    } | given


@pytest.fixture
def registered(officer, declaration, session):
    officer.post("/objectionscreen/add", data=told(declaration))
    return session.scalars(select(Objection)).one()


def test_the_form_begins_with_the_declaration_one_came_from(officer, declaration):
    assert declaration.number in page_of(officer.get(f"/objectionscreen/add?declaration={declaration.id}"))


def test_a_registered_objection_is_investigated_and_answered(officer, registered, session):
    for verb, answers in (
        ("investigate", {}),
        ("dismiss", {"finding": "署名属实"}),
        ("reply", {"answer": "已当面答复"}),
    ):
        assert officer.post(f"/objectionscreen/act/{registered.id}/{verb}", data=answers).status_code == 302
    assert session.get(Objection, registered.id).state == ObjectionState.ANSWERED
    assert "署名属实" in page_of(officer.get(f"/objectionscreen/show/{registered.id}"))


def test_a_named_objection_without_a_name_is_refused_and_keeps_its_text(officer, declaration, session):
    answer = officer.post("/objectionscreen/add", data=told(declaration, informant="", text="署名不符，有原始手稿"))
    assert answer.status_code == 422 and "请填写反映人" in page_of(answer) and "署名不符，有原始手稿" in page_of(answer)
    assert session.scalar(select(Objection)) is None


def test_an_anonymous_one_needs_no_name(officer, declaration, session):
    typed = told(declaration, informant="", telephone="")
    del typed["named"]
    assert officer.post("/objectionscreen/add", data=typed).status_code == 302
    assert session.scalars(select(Objection.named)).one() is False


def test_a_finding_is_needed(officer, registered):
    officer.post(f"/objectionscreen/act/{registered.id}/investigate")
    answer = officer.post(f"/objectionscreen/act/{registered.id}/uphold", data={"finding": ""})
    assert (
        answer.status_code == 422
        and "请填写核查结论" in page_of(answer)
        and registered.state == ObjectionState.INVESTIGATING
    )


def test_what_lies_open_is_on_the_desk(officer, registered):
    assert "已登记" in page_of(officer.get("/objectionscreen/list/?desk=waiting"))


def test_the_applicant_never_reads_who_complained(browser, make, declaration, registered):
    applicant = browser(make.account(r.APPLICANT, person_id=declaration.person_id))
    assert applicant.get(f"/objectionscreen/show/{registered.id}").status_code in (302, 403, 404)


def test_another_unit_finds_nothing(browser, make, registered):
    stranger = browser(make.account(r.UNIT_OFFICER, organisation_id=make.organisation().id))
    assert stranger.get(f"/objectionscreen/show/{registered.id}").status_code == 404


def test_a_declaration_one_may_not_see_cannot_be_objected_to(browser, make, declaration, session):
    stranger = browser(make.account(r.UNIT_OFFICER, organisation_id=make.organisation().id))
    answer = stranger.post("/objectionscreen/add", data=told(declaration))
    assert answer.status_code == 422 and session.scalar(select(Objection)) is None
