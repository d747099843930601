"""证书报送人社部: the package, its checks, and the receipts."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

import pytest

from models.awards.certificate import CertificateState as S
from models.declarations.declaration import DeclarationState as D
from models.register.person import IdKind
from tests.workflow.awards.test_certificate import Desk
from workflow.awards import reporting
from workflow.awards.certificate import CERTIFICATE
from workflow.base import roles
from workflow.base.errors import NotYou, Refused


@pytest.fixture
def desk(make, as_):
    return Desk(make, as_)


def test_the_package_has_every_field_and_a_hash(desk):
    made = desk.issued()
    package = reporting.report(desk.uow(), [made])
    body = json.loads(package.data)
    (row,) = body["certificates"]
    assert list(row) == list(reporting.FIELDS)
    assert (row["id_number"], row["number"], row["status"]) == (made.declaration.person.id_number, made.number, "有效")
    assert package.sha256 == hashlib.sha256(package.data).hexdigest()
    assert (package.batch, made.report_batch, made.state) == ("20261103-001", "20261103-001", S.REPORTING)


def test_a_batch_can_be_downloaded_again_to_the_byte(desk, session):
    package = reporting.report(desk.uow(), [desk.issued(), desk.issued()])
    assert reporting.package_of(session, package.batch) == package
    with pytest.raises(Refused, match="没有上报批次"):
        reporting.package_of(session, "19990101-001")


def test_batches_of_a_day_are_counted(desk):
    assert [reporting.report(desk.uow(), [desk.issued()]).batch[-3:] for _ in range(3)] == ["001", "002", "003"]


def test_the_journal_learns_the_hash_and_no_identity_number(desk):
    made, uow = desk.issued(), desk.uow()
    package = reporting.report(uow, [made])
    told = str([facts for *_, facts in uow.entries])
    assert package.sha256 in told
    assert made.declaration.person.id_number not in told


def test_a_wrong_identity_number_stops_the_report_by_certificate_number(desk):
    good, bad = desk.issued(), desk.issued()
    bad.declaration.person.id_number = "430102199001010017"
    with pytest.raises(Refused, match=f"{bad.number} .*校验不符"):
        reporting.report(desk.uow(), [good, bad])
    assert good.state == S.ISSUED


def test_a_passport_has_no_check_digit(desk):
    made = desk.issued()
    made.declaration.person.id_kind, made.declaration.person.id_number = IdKind.PASSPORT, "E12345678"
    reporting.report(desk.uow(), [made])
    assert made.state == S.REPORTING


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("430102199001010016", True),
        ("430102199001010017", False),
        ("430102199013010010", False),
        ("43010219900101001", False),
        ("43010219900101001x", False),
        ("", False),
    ],
)
def test_identity_numbers_are_checked_by_gb_11643(number, valid):
    assert reporting.valid_id(number) == valid


def test_an_empty_field_is_named(desk):
    made = desk.issued()
    made.sex = ""
    assert reporting.problems(desk.make.session, [made]) == {made.id: ["性别为空"]}


def test_reporting_all_leaves_the_faulty_behind_and_says_which(desk):
    good, bad = desk.issued(), desk.issued()
    bad.unit_name = " "
    package, left = reporting.report_all(desk.uow())
    assert [row["number"] for row in package.rows] == [good.number]
    assert left == {bad.number: ["工作单位为空"]}
    assert (good.state, bad.state) == (S.REPORTING, S.ISSUED)


def test_nothing_waits_nothing_is_reported(desk):
    with pytest.raises(Refused, match="没有待上报的证书"):
        reporting.report_all(desk.uow())
    with pytest.raises(Refused, match="请勾选"):
        reporting.report(desk.uow(), [])


def test_a_receipt_makes_the_certificate_reported(desk):
    made = desk.issued()
    reporting.report(desk.uow(), [made])
    CERTIFICATE.perform(desk.uow(), made, "receipt", ok=True, text="RS2026-1")
    assert (made.state, made.report_receipt, made.declaration.state) == (S.REPORTED, "RS2026-1", D.REPORTED)
    assert made.reported_at == datetime(2026, 11, 3, 12, 0)


def test_a_failed_report_says_why_and_may_be_sent_again(desk):
    made = desk.issued()
    reporting.report(desk.uow(), [made])
    CERTIFICATE.perform(desk.uow(), made, "receipt", ok=False, text="姓名与公安库不符")
    assert (made.state, made.report_error) == (S.REPORT_FAILED, "姓名与公安库不符")
    CERTIFICATE.perform(desk.uow(), made, "report")
    assert (made.state, made.report_error) == (S.REPORTING, "")


def test_one_receipt_answers_a_whole_batch(desk):
    package = reporting.report(desk.uow(), [desk.issued(), desk.issued()])
    assert reporting.receipt_batch(desk.uow(), package.batch, ok=True, text="回执") == 2
    with pytest.raises(Refused, match="没有等待回执"):
        reporting.receipt_batch(desk.uow(), package.batch, ok=True, text="回执")


def test_a_correction_of_a_reported_certificate_is_reported_again(desk):
    made = desk.issued()
    reporting.receipt_batch(desk.uow(), reporting.report(desk.uow(), [made]).batch, ok=True, text="回执")
    new = desk.changed(made, holder_name="张三丰")
    package, _ = reporting.report_all(desk.uow())
    assert [(row["number"], row["edition"]) for row in package.rows] == [(new.number, "2")]
    reporting.receipt_batch(desk.uow(), package.batch, ok=True, text="回执")
    assert (new.state, new.declaration.state) == (S.REPORTED, D.REPORTED)


def test_the_ministry_is_told_of_a_revocation_once(desk):
    told, untold = desk.issued(), desk.issued()
    reporting.receipt_batch(desk.uow(), reporting.report(desk.uow(), [told]).batch, ok=True, text="回执")
    for made in (told, untold):
        CERTIFICATE.perform(desk.uow(), made, "revoke", reason="造假", document="文号", blacklist_kind="none")
    package = reporting.report_revocations(desk.uow())
    assert [(row["number"], row["status"]) for row in package.rows] == [(told.number, "撤销")]
    assert package.batch == "20261103-002"
    with pytest.raises(Refused, match="没有需要上报"):
        reporting.report_revocations(desk.uow())
    reporting.receipt_batch(desk.uow(), package.batch, ok=True, text="回执")
    assert (told.truth.told, untold.truth.told, reporting.waiting(desk.make.session)) == (2, 0, [])


def test_only_the_certificate_desk_reports(desk, make):
    with pytest.raises(NotYou):
        reporting.report(desk.uow(make.account(roles.HRSS_AUDIT)), [desk.issued()])
