"""现任职称 is held against the certificates of this system (118号 四(二)1, 令40号 第十四条)."""

from __future__ import annotations

from datetime import date

import pytest

from models.awards.truth import CertificateTruth, TruthState
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import DeclarationState
from workflow.base import roles
from workflow.declarations import eligibility

NUMBER, OBTAINED = "B08211430000000007", date(2021, 12, 20)
#: The same as a full-width keyboard types it.
WIDE = "".join(chr(ord(sign) + 0xFEE0) for sign in NUMBER)


@pytest.fixture
def case(make):
    """A declaration of somebody who holds a certificate of 中级 from this system."""
    declaration = make.declaration(level=TitleLevel.ASSOCIATE_SENIOR)
    issued_to(make, declaration.person)
    return declaration


def issued_to(make, person, number=NUMBER):
    earlier = make.declaration(person=person, level=TitleLevel.INTERMEDIATE, state=DeclarationState.ISSUED)
    return make.certificate(number, earlier, obtained_on=OBTAINED)


@pytest.fixture
def told(case, as_, make):
    """What the rule says of one typed title, by field."""
    office = as_(make.account(roles.COMMITTEE_OFFICE))

    def _told(**typed):
        row = {"level": TitleLevel.INTERMEDIATE, "obtained_on": str(OBTAINED), "certificate": NUMBER} | typed
        case.content.sections = {"titles": [{"level": TitleLevel.ASSISTANT}, row]}
        return {found.field: found.sentence for found in eligibility.certificate_true(office, case)}

    return _told


def truth(session):
    return session.query(CertificateTruth).filter_by(number=NUMBER).one()


def test_what_agrees_with_the_certificate_or_was_not_issued_here_says_nothing(told):
    assert told() == told(certificate="") == told(certificate="湘职称 2009-117") == {}


@pytest.mark.parametrize("typed", [NUMBER.lower(), f" {NUMBER[:6]} {NUMBER[6:]} ", WIDE])
def test_a_number_is_known_however_it_is_typed(told, session, typed):
    truth(session).state = TruthState.REVOKED
    assert list(told(certificate=typed)) == ["titles.1.certificate"]


def test_a_revoked_certificate_gives_nobody_a_title(told, session):
    truth(session).state = TruthState.REVOKED
    assert "已撤销，不能作为现任职称（118号 四(二)1）" in told()["titles.1.certificate"]


def test_a_replaced_certificate_names_the_new_one(told, session):
    found = truth(session)
    found.replaced_by, found.state = "B08211430000000008", TruthState.REPLACED
    assert "B08211430000000008" in told()["titles.1.certificate"]


def test_another_persons_certificate_is_not_ones_own(told, make):
    issued_to(make, make.person(), "B08211430000000009")
    assert "不是本人的证书" in told(certificate="B08211430000000009")["titles.1.certificate"]


def test_what_is_typed_otherwise_than_it_stands_is_told_at_its_field(told):
    assert "登记为 2021-12-20" in told(obtained_on="2016-12-20")["titles.1.obtained_on"]
    assert "登记为 中级" in told(level=TitleLevel.ASSOCIATE_SENIOR)["titles.1.level"]
