"""发证单位编码: eight digits, one for each unit, never edited, never given again."""

from __future__ import annotations

import pytest

from models.awards.certificate import CertificateNumber, IssuerState, NumberState
from models.register.organisation import NodeKind
from workflow.awards import certificate_number, issuer
from workflow.awards.issuer import ISSUER
from workflow.base import roles
from workflow.base.errors import NotNow, NotYou, Refused


@pytest.fixture
def clerk(make):
    return make.account(roles.HRSS_CONFIG)


@pytest.mark.parametrize(
    ("kind", "region", "code"),
    [
        (NodeKind.PROVINCE, "430000", "00000000"),
        (NodeKind.CITY, "430100", "01000000"),
        (NodeKind.CITY, "433100", "31000000"),
        (NodeKind.DISTRICT, "430102", "01020000"),
    ],
)
def test_a_departments_code_is_its_region_without_the_43(make, as_, clerk, kind, region, code):
    made = issuer.create_issuer(as_(clerk), organisation=make.organisation(kind, region_code=region))
    assert made.code == code
    with pytest.raises(Refused, match=f"编码应为 {code}"):
        issuer.create_issuer(as_(clerk), organisation=make.organisation(kind, region_code=region), code="99990000")


@pytest.mark.parametrize("code", ["0100000", "010000000", "0100000a", "０１００００００"])
def test_anything_but_eight_digits_is_refused(make, as_, clerk, code):
    with pytest.raises(Refused, match="8 位数字"):
        issuer.create_issuer(as_(clerk), organisation=make.organisation(NodeKind.CITY, region_code="430100"), code=code)


def test_another_unit_uses_its_own_code_not_a_departments(make, as_, clerk):
    university = make.organisation(NodeKind.UNIVERSITY)
    with pytest.raises(Refused, match="属于人社部门"):
        issuer.create_issuer(as_(clerk), organisation=university, code="01020000")
    assert issuer.create_issuer(as_(clerk), organisation=university, code="01020533").code == "01020533"


def test_a_units_code_begins_with_its_region(make, as_, clerk):
    university = make.organisation(NodeKind.UNIVERSITY, region_code="430304")
    with pytest.raises(Refused, match="应以 0304、0300、0000 开头（证书编号规则"):
        issuer.create_issuer(as_(clerk), organisation=university, code="01020533")
    with pytest.raises(Refused, match="不是人社部门"):
        issuer.create_issuer(as_(clerk), organisation=university)
    assert issuer.create_issuer(as_(clerk), organisation=university, code="00000533").code == "00000533"


def test_a_code_and_a_unit_have_one_another_only(make, as_, clerk):
    city = make.organisation(NodeKind.CITY, region_code="430200", name="株洲市人社局")
    made = issuer.create_issuer(as_(clerk), organisation=city)
    with pytest.raises(Refused, match="已属于株洲市人社局"):
        issuer.create_issuer(as_(clerk), organisation=make.organisation(NodeKind.CITY, region_code="430200"))
    university = make.organisation(NodeKind.UNIVERSITY)
    issuer.create_issuer(as_(clerk), organisation=university, code="01020001")
    with pytest.raises(Refused, match="已有有效的发证单位编码"):
        issuer.create_issuer(as_(clerk), organisation=university, code="01020002")
    ISSUER.perform(as_(clerk), made, "cancel", reason="机构撤并")
    with pytest.raises(Refused, match="（已注销）"):
        issuer.create_issuer(as_(clerk), organisation=city)


def test_cancelling_needs_a_reason_and_voids_the_unused_numbers(make, as_, clerk, session):
    made = issuer.create_issuer(as_(clerk), organisation=make.organisation(NodeKind.CITY, region_code="430300"))
    desk = make.account(roles.HRSS_CERT)
    key = dict(year=2026, series=make.series(), grade="B", way_digit="3", issuer=made)
    certificate_number.generate(as_(desk), **key, first=1, last=3)
    with pytest.raises(Refused, match="请填写注销原因"):
        ISSUER.perform(as_(clerk), made, "cancel", reason="")
    ISSUER.perform(as_(clerk), made, "cancel", reason="编码录错")
    assert (made.state, made.reason) == (IssuerState.CANCELLED, "编码录错")
    assert {n.state for n in session.query(CertificateNumber).filter_by(issuer_id=made.id)} == {NumberState.VOID}
    with pytest.raises(Refused, match="已注销，不能再生成"):
        certificate_number.generate(as_(desk), **key, first=4, last=5)
    with pytest.raises(NotNow):
        ISSUER.perform(as_(clerk), made, "cancel", reason="再来一次")


def test_only_the_configuration_desk_keeps_the_codes(make, as_):
    with pytest.raises(NotYou):
        issuer.create_issuer(as_(make.account(roles.HRSS_CERT)), organisation=make.organisation(NodeKind.CITY))


def test_a_code_has_no_edit():
    assert [step.verb for step in ISSUER.steps] == ["cancel"]
