"""Gates follow from facts: who takes a place, where a declaration is counted."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select

from models.awards.certificate import Issuer
from models.awards.publicity import Objection, ObjectionState
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import DeclarationState as S
from models.declarations.paper_stub import PaperStub
from models.declarations.quota import Quota, QuotaState
from models.paths.path import AcceptanceOffice, Way
from models.register.organisation import NodeKind, UnitNature
from tests.conftest import NOON
from tests.hands import both
from tests.workflow.declarations.test_bound import post, sign
from workflow import lifecycles  # noqa: F401  (every verb does what it does)
from workflow.awards import certificate
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.declarations import bound, paper_only, quota_need, submission
from workflow.declarations.declaration import DECLARATION
from workflow.paths.route import region_of

SAID = {"assessment": "合格", "opinion": "同意推荐"}


@pytest.mark.parametrize(("nature", "level", "way"), product(UnitNature, TitleLevel, Way))
def test_who_takes_a_place_follows_from_unit_level_and_post(nature, level, way, make):
    case = make.declaration(unit=make.organisation(nature=nature), title=make.title(level), way=way)
    bound = nature == UnitNature.INSTITUTION and way == Way.REVIEW and level in quota_need.LEVELS
    assert quota_need.needs_place(case) is bound, "until he says otherwise he is in a post"
    for stated in (True, False):
        case.content.sections = {"basic": {"in_established_post": stated}}
        assert quota_need.needs_place(case) is (bound and stated)


@pytest.fixture
def ready(make, as_, session):
    """A case of an institution, signed and posted, whose applicant says that of his post; and its officer."""

    def one(stated):
        city = make.organisation("city")
        unit = make.organisation(superior=city)
        case = make.declaration(state=S.UNIT_REVIEW, unit=unit, route=(city,), position=0)
        case.content.sections = {"basic": {"in_established_post": stated}}
        make.as_handed_in(case)
        officer = make.account(roles.UNIT_OFFICER, organisation_id=unit.id)
        sign(as_(officer), case)
        post(session, as_(officer), case)
        return case, officer

    return one


@pytest.mark.parametrize(("stated", "confirmed"), product((True, False), ("yes", "no", None)))
def test_the_unit_confirms_the_post_and_nothing_goes_on_where_the_two_differ(stated, confirmed, ready, as_, make):
    case, officer = ready(stated)
    level = case.level
    given = dict(unit=case.unit, year=2026, level=level, requested=1, kind="vacancy", document="文")
    place = make._add(Quota, given, state=QuotaState.APPROVED, approved=1, reserve_limit=1, reserved=0, used=0)
    if confirmed != ("yes" if stated else "no"):
        with pytest.raises(Refused) as refused:
            both(as_, officer, case, "recommend", **SAID, in_post=confirmed)
        assert set(refused.value.fields) == {"in_post"}
        assert (case.state, case.quota_id) == (S.UNIT_PUBLICITY, None)
        return
    both(as_, officer, case, "recommend", **SAID, in_post=confirmed)
    assert (case.quota_id == place.id) is stated is case.needs_quota


def test_a_desk_of_the_applicants_name_does_not_audit_him(make, as_):
    """Desks are tied to no person: who cannot be told from the applicant is the applicant (职责分离)."""
    case = make.declaration(state=S.SUBMITTED, position=0, person=make.person(name="田鸣阳"))
    himself = make.account(roles.UNIT_OFFICER, organisation_id=case.unit_id, last_name="田 鸣阳", first_name="")
    with pytest.raises(Refused, match=r"姓名“田 鸣阳”与申报人相同.*其他经办人"):
        DECLARATION.perform(as_(himself), case, "accept")
    other = make.account(roles.UNIT_OFFICER, organisation_id=case.unit_id, last_name="李四", first_name="")
    DECLARATION.perform(as_(other), case, "accept")
    assert case.state == S.UNIT_REVIEW


@pytest.mark.parametrize("state", [S.IN_REVIEW, S.PASSED, S.RESULT_PUBLICITY, S.FILING])
def test_the_province_ends_a_case_wherever_it_stands_before_it_is_filed(state, make, as_):
    """Forgery found late is no title (118号 七(一)); what is filed already is 取消备案 (118号 四(二)3)."""
    case = make.declaration(state=state)
    end = {"opinion": "业绩材料造假", "document": "湘人社罚〔2026〕1号"}
    DECLARATION.perform(as_(make.account(roles.HRSS_AUDIT)), case, "terminate", **end)
    assert (case.state, case.filing_id, case.result_reason) == (S.TERMINATED, None, "业绩材料造假")


def test_a_first_title_stands_on_a_document_that_its_last_office_names(make, as_):
    """湘人社函〔2024〕115号: 发文, then the certificate; no number is invented, an objection holds it."""
    unit, city = make.organisation(), make.organisation(NodeKind.CITY)
    office = make._add(AcceptanceOffice, {}, organisation=city, node_kind=city.kind, way=Way.INITIAL, level="assistant")
    batch = make.batch(office=office)
    case = make.declaration(state=S.FILED, filed_on=NOON.date(), unit=unit, route=(city,), batch=batch, way=Way.INITIAL)
    case.route[-1].final = True
    issuer = make._add(Issuer, {}, organisation=city, code="01000000")
    clerk, certs = make.account(roles.CITY_OFFICER, organisation_id=city.id), as_(make.account(roles.HRSS_CERT))
    with pytest.raises(Refused, match="尚未登记任职资格文件文号"):
        certificate.issue(certs, [case], issuer)
    stranger = make.account(roles.CITY_OFFICER, organisation_id=make.organisation(NodeKind.CITY).id)
    with pytest.raises(Refused, match="最终机构"):
        DECLARATION.perform(as_(stranger), case, "enter_document", document="长人社职〔2026〕18号")
    DECLARATION.perform(as_(clerk), case, "enter_document", document=" 长人社职〔2026〕18号 ")
    assert (case.filing_number, case.state) == ("长人社职〔2026〕18号", S.FILED)
    make._add(Objection, {}, declaration_id=case.id, text="异议", registered_at=NOON, state=ObjectionState.REGISTERED)
    with pytest.raises(Refused, match="异议尚未办结"):
        certificate.issue(certs, [case], issuer)


def test_what_was_filed_without_audit_or_posting_loses_its_filing(make, as_):
    case = make.declaration(state=S.FILED, filed_on=NOON.date(), filing_number="湘职改备〔2026〕1号")
    province = as_(make.account(roles.HRSS_AUDIT))
    answers = {"opinion": "未经单位公示", "document": "湘人社函〔2026〕9号"}
    with pytest.raises(Refused, match="请填写依据文号"):
        DECLARATION.perform(province, case, "cancel_filing", **answers | {"document": ""})
    with pytest.raises(Refused):
        DECLARATION.perform(as_(make.account(roles.HRSS_CERT)), case, "cancel_filing", **answers)
    DECLARATION.perform(province, case, "cancel_filing", **answers)
    assert (case.state, case.result_reason) == (S.REVOKED, "未经单位公示")


def test_without_a_place_nobody_in_a_post_is_recommended(ready, as_):
    case, officer = ready(True)
    with pytest.raises(Refused, match="核准"):
        both(as_, officer, case, "recommend", **SAID, in_post="yes")


def test_the_applicant_has_no_switch_for_it(make, as_):
    case = make.declaration()
    person = make.account(roles.APPLICANT, person_id=case.person_id)
    submission.change_choice(as_(person), case, mode="green")
    assert case.needs_quota is True
    submission.save_section(as_(person), case, "basic", {"in_established_post": False})
    assert case.needs_quota is False, "what he signs, and the unit has to confirm"


WAYS = (
    ((NodeKind.UNIT, "430104"), (NodeKind.PROVINCIAL, "430000"), "430000"),
    ((NodeKind.UNIT, "430104"), (NodeKind.DISTRICT, "430104"), "430104"),
    ((NodeKind.UNIT, "430202"), (NodeKind.CITY, "430100"), "430100"),
    ((NodeKind.UNIVERSITY, "430104"), None, "430000"),
    ((NodeKind.UNIT, "430481"), (NodeKind.DIRECT_COUNTY, "430481"), "430481"),
)


@pytest.mark.parametrize(("unit", "above", "counted"), WAYS)
def test_a_declaration_is_counted_where_its_way_leads_and_not_by_the_seat(unit, above, counted, make):
    stops = [make.organisation(kind, region_code=region) for kind, region in filter(None, (unit, above))]
    assert region_of(stops, make.committee()) == counted


def test_a_committee_of_a_city_counts_its_own(make):
    unit = make.organisation(region_code="430104")
    assert region_of([unit], make.committee(region_code="430100")) == "430104"


@pytest.fixture
def secret(make):
    """A secret draft and its applicant."""
    case = make.declaration(secret=True)
    return case, make.account(roles.APPLICANT, person_id=case.person_id)


NAMED = {"name": "某型号鉴定报告（编号件）", "reference": "SM-2026-03", "pages": 12}


def test_a_paper_only_file_has_a_name_a_number_and_pages_and_is_part_of_what_is_signed(secret, as_, session):
    case, person = secret
    submission.promise(as_(person), case, "浏览器")
    stub = paper_only.register(as_(person), case, "achievement", **NAMED)
    assert submission.facts_of(as_(person), case)["stubs"] == {"achievement"}
    assert not bound.promised(session, case), "what is promised includes what lies on paper"
    paper_only.remove(as_(person), case, stub)
    assert bound.promised(session, case)


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"reference": ""}, {"pages": None}, {"pages": 0}, {"name": "长" * 121}]
)
def test_a_stub_without_its_name_is_refused_at_its_kind(wrong, secret, as_):
    case, person = secret
    with pytest.raises(Refused) as refused:
        paper_only.register(as_(person), case, "achievement", **NAMED | wrong)
    assert set(refused.value.fields) == {"achievement"}


def test_only_what_is_secret_may_lie_on_paper_alone(secret, as_):
    case, person = secret
    with pytest.raises(Refused, match="须上传"):
        paper_only.register(as_(person), case, "photo", **NAMED)
    case.secret = False
    with pytest.raises(Refused, match="须上传"):
        paper_only.register(as_(person), case, "achievement", **NAMED)
    assert submission.facts_of(as_(person), case)["stubs"] == set()


def test_the_applicant_names_it_on_his_page_and_the_desk_reads_it(secret, browser, make, session):
    case, person = secret
    client, page = browser(person), f"/declare/{case.id}/materials"
    sent = {"kind": "achievement", "do": "stub", **NAMED}
    assert client.post(page, data=sent | {"pages": "1e1"}).status_code == 422
    assert client.post(page, data=sent).status_code == 302
    assert NAMED["reference"] in client.get(page).text
    stub = session.scalars(select(PaperStub)).one()
    assert client.post(page, data={"kind": "achievement", "do": "unstub", "stub": stub.id}).status_code == 302
    assert session.scalars(select(PaperStub)).all() == []
