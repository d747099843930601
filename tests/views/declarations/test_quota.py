"""职数申报, 职数审核, 职数申报查询."""

from __future__ import annotations

import io

import pikepdf
import pytest
from sqlalchemy import select

from models.declarations.material import StoredFile
from models.declarations.quota import Quota, QuotaState
from models.register.organisation import NodeKind, UnitNature
from tests.views.office_day import noon, page_of  # noqa: F401
from workflow.base import roles as r

pytestmark = pytest.mark.usefixtures("noon")
ASKED = {
    "year": "2026",
    "kind": "vacancy",
    "level": "associate_senior",
    "establishment": "湘人社岗〔2024〕1号",
    "posts": "10",
    "held": "7",
    "retiring": "0",
    "requested": "2",
    "people": "",
    "statement": "",
}


@pytest.fixture
def city(make):
    return make.organisation(kind=NodeKind.CITY, name="长沙市人社局")


@pytest.fixture
def unit(make, city):
    return make.organisation(name="长沙市第三医院", superior=city)


@pytest.fixture
def officer(browser, make, unit):
    return browser(make.account(r.UNIT_OFFICER, organisation_id=unit.id))


@pytest.fixture
def examiner(browser, make, city):
    return browser(make.account(r.CITY_OFFICER, organisation_id=city.id))


@pytest.fixture
def declared(session, unit):
    """A declared quota of the unit."""

    def one(state=QuotaState.DECLARED, **given):
        quota = Quota(
            **{
                "unit": unit,
                "year": 2026,
                "level": "associate_senior",
                "requested": 2,
                "posts": 10,
                "held": 7,
                "establishment": "湘人社岗〔2024〕1号",
                "state": state,
            }
            | given
        )
        session.add(quota)
        session.flush()
        return quota

    return one


def one_page():
    document = pikepdf.new()
    document.add_blank_page()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_unit_drafts_and_declares(officer, session):
    answer = officer.post("/quotascreen/add", data=ASKED)
    quota = session.scalars(select(Quota)).one()
    assert answer.status_code == 302 and quota.state == QuotaState.DRAFT and quota.vacancies == 3
    officer.post(f"/quotascreen/act/{quota.id}/declare")
    assert quota.state == QuotaState.DECLARED
    assert "已申报" in page_of(officer.get("/quotascreen/list/"))


def test_more_than_the_vacancies_is_refused_at_the_field_with_the_figures(officer, session):
    answer = officer.post("/quotascreen/add", data=ASKED | {"requested": "5", "establishment": "湘人社岗〔2024〕77号"})
    text = page_of(answer)
    assert answer.status_code == 422 and "超过空缺岗位 3 个" in text and "湘人社岗〔2024〕77号" in text
    assert session.scalar(select(Quota)) is None


def test_a_special_kind_names_its_people_and_carries_its_report(officer, session):
    special = ASKED | {
        "kind": "grassroots",
        "held": "10",
        "requested": "1",
        "people": "张三，乡镇专技岗位累计服务，21年",
        "statement": "乡镇服务满 20 年。",
        "report": (io.BytesIO(one_page()), "专项报告.pdf"),
    }
    assert 'enctype="multipart/form-data"' in page_of(officer.get("/quotascreen/add"))
    answer = officer.post("/quotascreen/add", data=special, content_type="multipart/form-data")
    quota = session.scalars(select(Quota)).one()
    assert answer.status_code == 302 and quota.people == [
        {"name": "张三", "situation": "乡镇专技岗位累计服务", "years": "21"}
    ]
    stored = session.scalars(
        select(StoredFile).where(StoredFile.owner_kind == "quota", StoredFile.owner_id == quota.id)
    ).one()
    text = page_of(officer.get(f"/quotascreen/show/{quota.id}"))
    assert "乡镇专技岗位累计服务" in text and f"/file/{stored.key}" in text
    with officer.get(f"/file/{stored.key}") as file:
        assert file.status_code == 200


def test_people_too_young_in_service_are_named_and_the_list_is_kept(officer):
    typed = ASKED | {
        "kind": "grassroots",
        "requested": "1",
        "people": "李四，乡镇专技岗位累计服务，12年",
        "statement": "说明",
    }
    answer = officer.post("/quotascreen/add", data=typed)
    assert (
        answer.status_code == 422
        and "须满 20 年，现为 12 年" in page_of(answer)
        and "李四，乡镇专技岗位累计服务，12年" in page_of(answer)
    )


def test_a_draft_can_be_changed_a_declared_one_cannot(officer, declared):
    draft, sent = declared(QuotaState.DRAFT), declared(level="full_senior")
    assert officer.post(f"/quotascreen/edit/{draft.id}", data=ASKED | {"requested": "3"}).status_code == 302
    assert draft.requested == 3
    refused = officer.post(f"/quotascreen/edit/{sent.id}", data=ASKED | {"requested": "3"})
    assert refused.status_code in (302, 303, 409) and sent.requested == 2


def test_only_the_units_own_are_seen(officer, declared, make):
    other = declared(unit=make.organisation())
    assert officer.get(f"/quotascreen/show/{other.id}").status_code == 404


def test_private_units_need_no_quota(browser, make):
    company = make.organisation(nature=UnitNature.PRIVATE)
    client = browser(make.account(r.UNIT_OFFICER, organisation_id=company.id))
    answer = client.post("/quotascreen/add", data=ASKED)
    assert answer.status_code == 422 and "只有事业单位须申报评审职数" in page_of(answer)


def test_the_superior_approves_within_the_vacancies(examiner, declared):
    quota = declared()
    assert "待我办理" in page_of(examiner.get("/quotaauditscreen/list/?desk=waiting"))
    too_many = examiner.post(
        f"/quotaauditscreen/act/{quota.id}/approve",
        data={"approved": "3", "document": "长人社〔2026〕5号", "opinion": "同意"},
    )
    assert too_many.status_code == 422 and "长人社〔2026〕5号" in page_of(too_many)
    examiner.post(
        f"/quotaauditscreen/act/{quota.id}/approve",
        data={"approved": "2", "document": "长人社〔2026〕5号", "opinion": "同意"},
    )
    assert (quota.state, quota.approved) == (QuotaState.APPROVED, 2)


def test_drafts_are_not_shown_to_superiors(examiner, declared):
    draft = declared(QuotaState.DRAFT)
    assert examiner.get(f"/quotaauditscreen/show/{draft.id}").status_code == 404


def test_special_kinds_go_on_to_the_province(examiner, browser, make, declared):
    quota = declared(kind="retirement", posts=10, held=12, retiring=2, statement="退多补少")
    examiner.post(f"/quotaauditscreen/act/{quota.id}/examine", data={"opinion": "属实"})
    assert quota.state == QuotaState.EXAMINED
    province = browser(make.account(r.HRSS_AUDIT, organisation_id=make.organisation(kind=NodeKind.PROVINCE).id))
    assert quota.unit.name in page_of(province.get("/quotaauditscreen/list/?desk=waiting"))
    province.post(
        f"/quotaauditscreen/act/{quota.id}/approve_special",
        data={"approved": "2", "document": "湘人社〔2026〕9号", "opinion": "同意"},
    )
    assert quota.state == QuotaState.APPROVED


def test_the_search_is_read_only_and_leaves_as_a_sheet(browser, make, declared):
    quota = declared()
    leader = browser(make.account(r.LEADER))
    assert quota.unit.name in page_of(leader.get("/quotasearchscreen/list/?year=2026"))
    assert leader.get(f"/quotasearchscreen/show/{quota.id}").status_code == 200
    assert leader.get("/quotaauditscreen/list/").status_code in (302, 403)
    with leader.post("/quotasearchscreen/export?year=2026") as answer:
        assert answer.data[:2] == b"PK"


@pytest.mark.parametrize("role", [r.APPLICANT, r.EXPERT, r.COMMITTEE_OFFICE])
def test_others_do_not_open_quotas(browser, make, role):
    client = browser(make.account(role))
    assert {
        client.get(f"/{name}/list/").status_code for name in ("quotascreen", "quotaauditscreen", "quotasearchscreen")
    } <= {302, 403}
