"""Who may register himself, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.accounts.registration import RegistrationState as S
from models.office.notice import Notice
from models.register.organisation import NodeKind, Organisation, UnitNature
from models.register.person import IdKind
from tests.factories import id_number
from workflow.accounts import accounts, admission, awaiting, password, registration
from workflow.accounts import sign_in as signing
from workflow.base import roles as r
from workflow.base.errors import NotNow, NotYou, Refused

TODAY = date(2026, 5, 20)
CODE = "91430100MA4L16JQ9D"


@pytest.fixture(autouse=True)
def cheap_hashes():
    password.use_method("pbkdf2:sha256:1000")
    yield
    password.use_method("scrypt")


@pytest.fixture
def new():
    return accounts.first()[1]


@pytest.fixture
def uow(make, as_):
    return as_(make.account(r.SYSTEM))


def person(new, **given):
    return (
        dict(
            name="陈静",
            id_kind=IdKind.RESIDENT,
            id_number=id_number(731, "19880808"),
            phone="13812345678",
            password=new,
        )
        | given
    )


def test_an_applicant_registers_and_is_found_by_his_identity_number(uow, new, session):
    account = registration.register_person(uow, **person(new))
    assert account.role_names == (r.APPLICANT,)
    assert account.person.born_on == date(1988, 8, 8) and account.person.sex == "男"
    assert signing.by_name(session, account.person.id_number) is account
    assert account.person.id_number not in str(uow.entries)


def test_an_impossible_number_is_refused():
    right = id_number(731, "19880808")
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    for number, sentence in (
        (right[:-1], "18 位"),
        (right + "0", "18 位"),
        (wrong, "校验位"),
        ("4" * 17 + "Y", "18 位"),
    ):
        with pytest.raises(Refused, match=sentence):
            registration.read_identity(IdKind.RESIDENT, number, TODAY)


@pytest.mark.parametrize("born, sentence", [("19880230", "不存在"), ("18500101", "不合常理"), ("20200101", "不合常理")])
def test_a_birth_date_that_cannot_be_is_refused(born, sentence):
    with pytest.raises(Refused, match=sentence):
        registration.read_identity(IdKind.RESIDENT, id_number(731, born), TODAY)


def test_persons_from_hong_kong_macao_taiwan_and_abroad_register_too():
    assert registration.read_identity(IdKind.HK_MACAO, "h12345678", TODAY).number == "H12345678"
    assert registration.read_identity(IdKind.TAIWAN, "12345678", TODAY).number == "12345678"
    assert registration.read_identity(IdKind.PASSPORT, "E1234567", TODAY).number == "E1234567"
    with pytest.raises(Refused, match="格式"):
        registration.read_identity(IdKind.TAIWAN, "1234", TODAY)
    with pytest.raises(Refused, match="证件类型"):
        registration.read_identity("other", "1234", TODAY)


def test_a_person_registers_once(uow, new):
    registration.register_person(uow, **person(new))
    with pytest.raises(Refused, match="可能已有账号"):
        registration.register_person(uow, **person(new))


def test_a_known_person_must_be_himself(make, uow, new):
    known = make.person(name="陈静", id_number=id_number(731, "19880808"), phone="13900000000")
    with pytest.raises(Refused, match="不一致"):
        registration.register_person(uow, **person(new))
    assert registration.register_person(uow, **person(new, phone="13900000000")).person_id == known.id


@pytest.fixture
def unit(make, new):
    superior = make.organisation(kind=NodeKind.DISTRICT)
    return dict(
        code=CODE,
        name="湖南某科技有限公司",
        kind=NodeKind.UNIT,
        nature=UnitNature.PRIVATE,
        region_code="430102",
        superior_code=superior.code,
        contact="周敏",
        telephone="0731-88888888",
        username="keji.unit",
        password=new,
    )


@pytest.mark.parametrize("kind", [NodeKind.UNIT, NodeKind.AGENCY, NodeKind.BUREAU, NodeKind.UNIVERSITY])
def test_whoever_registers_waits_on_the_desk_of_his_superior(uow, unit, kind):
    account = registration.register_organisation(uow, **unit | {"kind": kind})
    found = awaiting.of(uow.session, account)
    assert not account.active and account.organisation is None and found.state == S.WAITING
    assert found.superior.code == unit["superior_code"] and "待核验" in awaiting.told(uow.session, account)
    assert uow.session.scalar(select(Organisation).where(Organisation.code == CODE)) is None, "nobody can choose it yet"
    told = uow.session.scalar(select(Notice).where(Notice.organisation_id == found.superior_id))
    assert told.title == "单位注册待核验" and told.link == f"/open/registration/{found.id}"


def verifier(make, found, role=r.DISTRICT_OFFICER):
    return make.account(role, organisation=found.superior)


def test_the_superior_has_seen_the_authority_and_the_unit_works(make, as_, uow, unit):
    account = registration.register_organisation(uow, **unit)
    found = awaiting.of(uow.session, account)
    admission.verify(as_(verifier(make, found)), found, basis="授权书 2026-03-02，营业执照副本")
    assert account.active and account.organisation.code == CODE and account.role_names == (r.UNIT_OFFICER,)
    assert found.state == S.VERIFIED and found.organisation.superior_id == found.superior_id
    assert awaiting.told(uow.session, account) == ""


def test_who_is_rejected_reads_why_and_registers_anew_under_his_name(make, as_, uow, unit, new):
    account = registration.register_organisation(uow, **unit)
    found = awaiting.of(uow.session, account)
    with pytest.raises(Refused, match="原因"):
        admission.reject(as_(verifier(make, found)), found, reason=" ")
    admission.reject(as_(verifier(make, found)), found, reason="授权书未加盖公章")
    assert not account.active and "授权书未加盖公章" in awaiting.told(uow.session, account)
    with pytest.raises(Refused, match="重新注册"):
        accounts.enable(as_(make.account(r.SYSTEM_ADMIN)), account, reason="代为启用")
    again = registration.register_organisation(uow, **unit)
    assert again.username == unit["username"] and again.id != account.id
    assert awaiting.of(uow.session, again).state == S.WAITING


def test_nobody_but_the_superior_verifies_and_the_province_where_that_has_no_account(make, as_, uow, unit):
    account = registration.register_organisation(uow, **unit)
    found = awaiting.of(uow.session, account)
    for stranger in (
        make.account(r.DISTRICT_OFFICER, organisation=make.organisation(kind=NodeKind.DISTRICT)),
        make.account(r.CITY_OFFICER, organisation=make.organisation(kind=NodeKind.CITY)),
    ):
        with pytest.raises(Refused, match="由上级单位"):
            admission.verify(as_(stranger), found, basis="授权书")
    with pytest.raises(Refused, match="核验通过即启用"):
        accounts.enable(as_(make.account(r.SYSTEM_ADMIN)), account, reason="代为启用")
    admission.verify(as_(make.account(r.HRSS_CONFIG)), found, basis="授权书")
    assert account.active


def test_an_organisation_has_one_registration_in_hand(uow, unit, new):
    registration.register_organisation(uow, **unit)
    with pytest.raises(Refused, match="正在核验"):
        registration.register_organisation(uow, **unit | {"username": "another.unit"})


def test_what_could_not_be_entered_is_refused_before_anybody_looks(uow, unit):
    with pytest.raises(Refused) as refused:
        registration.register_organisation(uow, **unit | {"code": "91430100MA4L2DRX31"})
    assert "code" in refused.value.fields


@pytest.mark.parametrize(
    ("code", "nature"), [(CODE, UnitNature.INSTITUTION), ("12430102MB2718979D", UnitNature.PRIVATE)]
)
def test_a_nature_that_the_credit_code_contradicts_is_not_registered(uow, unit, code, nature):
    """A 事业单位 does not leave its 职数 behind by calling itself a company (118号 三(二)1)."""
    with pytest.raises(Refused, match="与单位性质") as refused:
        registration.register_organisation(uow, **unit | {"code": code, "nature": nature})
    assert "nature" in refused.value.fields


def test_whoever_verifies_reads_that_another_unit_bears_the_name(make, uow, unit):
    found = awaiting.of(uow.session, registration.register_organisation(uow, **unit))
    assert admission.cautions(uow, found) == []
    twin = make.organisation(name=unit["name"])
    (told,) = admission.cautions(uow, found)
    assert "同名机构" in told and twin.code in told


def test_what_an_office_has_entered_meanwhile_under_another_name_is_not_opened(make, as_, uow, unit):
    found = awaiting.of(uow.session, registration.register_organisation(uow, **unit))
    make.organisation(code=CODE, name="另一家公司")
    with pytest.raises(NotNow, match="不一致"):
        admission.verify(as_(verifier(make, found)), found, basis="授权书")


@pytest.mark.parametrize("kind", [NodeKind.CITY, NodeKind.PROVINCE, NodeKind.SUPERVISION])
def test_offices_of_the_administration_do_not_register_themselves(uow, unit, kind):
    with pytest.raises(Refused, match="不能自行注册"):
        registration.register_organisation(uow, **unit | {"kind": kind})


def test_a_known_unit_is_claimed_under_its_own_name_and_waits(make, uow, unit):
    make.organisation(code=CODE, name="湖南某科技有限公司")
    with pytest.raises(Refused, match="全称"):
        registration.register_organisation(uow, **unit | {"name": "别的公司"})
    account = registration.register_organisation(uow, **unit)
    assert not account.active and awaiting.of(uow.session, account).organisation.name == "湖南某科技有限公司"


def test_a_unit_with_a_desk_gets_no_second_one(make, uow, unit):
    make.account(r.UNIT_OFFICER, organisation=make.organisation(code=CODE, name="湖南某科技有限公司"))
    with pytest.raises(Refused, match="已有账号"):
        registration.register_organisation(uow, **unit)


def test_a_unit_names_a_superior_that_exists(uow, unit):
    with pytest.raises(Refused, match="上级单位"):
        registration.register_organisation(uow, **unit | {"superior_code": "000000000000000000"})


def test_who_is_signed_in_does_not_register(make, as_, new):
    with pytest.raises(NotYou):
        registration.register_person(as_(make.account(r.APPLICANT)), **person(new))
