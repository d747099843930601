"""From the filing to the certificate at the province's desks, and what units and holders see of it."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from models.awards.certificate import Certificate, CertificateNumber, NumberState
from models.awards.certificate import CertificateState as K
from models.awards.filing import FilingState
from models.declarations.declaration import DeclarationState as D
from models.office.journal import JournalEntry
from models.register.blacklist import BlacklistEntry, BlacklistKind, BlacklistState
from tests.views.office_day import noon, page_of  # noqa: F401  (a fixture)
from tests.workflow.awards.test_certificate import SCAN, Desk
from tests.workflow.awards.test_filing import Case
from workflow.awards import certificate as certificates
from workflow.awards import reporting
from workflow.base import roles

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def desk(make, as_):
    """The certificate desk of the rules' tests."""
    return Desk(make, as_)


@pytest.fixture
def cert(browser, desk):
    return browser(desk.clerk)


def filed(desk, session, n=2, **given):
    people = [desk.filed(**given) for _ in range(n)]
    session.commit()
    return people


def issued(desk, session, n=1, **given):
    people = filed(desk, session, n, **given)
    desk.generate(*_span(desk, session, n))
    made = certificates.issue(desk.uow(), people, desk.issuer)
    session.commit()
    return made


def _span(desk, session, n):
    from workflow.awards.certificate_number import next_serial

    start = next_serial(session, desk.prefix())
    return start, start + n - 1


# -- 证书编号生成 -------------------------------------------------------------------------------------


def test_numbers_are_generated_from_first_to_last_and_go_on_where_they_ended(cert, desk, session, make):
    typed = {
        "year": "2026",
        "series": make.series().id,
        "grade": "A",
        "way_digit": "1",
        "issuer": desk.issuer.id,
        "first": "",
        "last": "12",
    }
    session.commit()
    answer = cert.post("/certificatenumberscreen/add", data=typed)
    assert answer.status_code == 302
    assert session.query(CertificateNumber).count() == 12
    assert cert.post("/certificatenumberscreen/add", data=typed | {"last": "15"}).status_code == 302
    numbers = session.scalars(select(CertificateNumber.serial).order_by(CertificateNumber.serial)).all()
    assert numbers == list(range(1, 16))
    page = page_of(cert.get("/certificatenumberscreen/list/?grade=A&state=free"))
    assert "共 15 条" in page and "高级" in page and desk.issuer.organisation.name in page


def test_a_gap_in_the_numbers_is_refused_and_everything_typed_stays(cert, desk, session, make):
    typed = {
        "year": "2026",
        "series": make.series().id,
        "grade": "A",
        "way_digit": "1",
        "issuer": desk.issuer.id,
        "first": "5",
        "last": "12",
    }
    session.commit()
    answer = cert.post("/certificatenumberscreen/add", data=typed)
    page = page_of(answer)
    assert answer.status_code == 422 and "开始序号应为 1" in page and 'value="12"' in page
    assert session.query(CertificateNumber).count() == 0


def test_ticked_numbers_are_voided_with_a_reason_all_or_none(cert, desk, session):
    free = desk.generate(1, 3)
    session.commit()
    keys = [str(n.id) for n in free[1:]]
    assert "作废原因" in page_of(cert.post("/certificatenumberscreen/bulk/void", data={"key": keys}))
    assert (
        cert.post(
            "/certificatenumberscreen/bulk/void", data={"key": keys, "confirmed": "1", "opinion": "印错"}
        ).status_code
        == 302
    )
    assert [n.state for n in free] == [NumberState.FREE, NumberState.VOID, NumberState.VOID]


# -- 证书发放 -----------------------------------------------------------------------------------------


def test_filed_people_are_ticked_and_get_their_certificates(cert, desk, session):
    people = filed(desk, session, 3)
    desk.generate(1, 5)
    session.commit()
    page = page_of(cert.get("/certificateissuescreen/list/?issued=no"))
    assert "共 3 条" in page and "批量发放证书" in page
    keys = [f"{d.id}:{d.version}" for d in people[:2]]
    assert desk.issuer.organisation.name in page_of(cert.post("/certificateissuescreen/bulk/issue", data={"key": keys}))
    answer = cert.post(
        "/certificateissuescreen/bulk/issue", data={"key": keys, "confirmed": "1", "issuer": desk.issuer.id}
    )
    assert answer.status_code == 302
    assert [d.state for d in people] == [D.ISSUED, D.ISSUED, D.FILED]
    page = page_of(cert.get("/certificateissuescreen/list/?issued=yes"))
    first = session.scalar(select(Certificate).order_by(Certificate.id))
    assert "共 2 条" in page and f"/certificatesearchscreen/paper/{first.id}.pdf" in page
    paper = cert.get(f"/certificatesearchscreen/paper/{first.id}.pdf")
    assert paper.mimetype == "application/pdf" and paper.data.startswith(b"%PDF")


def test_many_certificates_are_issued_by_a_worker_all_or_none(cert, desk, session, monkeypatch):
    monkeypatch.setattr(certificates, "AT_ONCE", 2)
    people = filed(desk, session, 3)
    desk.generate(1, 2)
    session.commit()
    sent = {"key": [f"{d.id}:{d.version}" for d in people], "confirmed": "1", "issuer": desk.issuer.id}
    page = page_of(cert.get(cert.post("/certificateissuescreen/bulk/issue", data=sent).headers["Location"]))
    assert "发放证书：3 人" in page and "缺 1 个" in page and session.query(Certificate).count() == 0
    desk.generate(3, 5)
    session.commit()
    page = page_of(cert.get(cert.post("/certificateissuescreen/bulk/issue", data=sent).headers["Location"]))
    assert "已发放证书 3 份" in page and {d.state for d in people} == {D.ISSUED}
    assert [c.declaration_id for c in session.scalars(select(Certificate).order_by(Certificate.number))] == [
        d.id for d in people
    ]


def test_too_few_numbers_issue_nothing_and_say_where_to_make_them(cert, desk, session):
    people = filed(desk, session, 2)
    desk.generate(1, 1)
    session.commit()
    keys = [f"{d.id}:{d.version}" for d in people]
    answer = cert.post(
        "/certificateissuescreen/bulk/issue", data={"key": keys, "confirmed": "1", "issuer": desk.issuer.id}
    )
    page = page_of(answer)
    assert answer.status_code == 422 and "缺 1 个" in page and "证书编号生成" in page and people[0].number in page
    assert session.query(Certificate).count() == 0


def test_a_blacklisted_person_gets_none_and_is_named(cert, desk, session, make):
    person = make.person(name="失信人")
    people = filed(desk, session, 1, person=person)
    make._add(
        BlacklistEntry,
        {},
        person=person,
        kind=BlacklistKind.FORGERY,
        reason="造假",
        starts_on=date(2026, 1, 1),
        ends_on=date(2028, 12, 31),
        state=BlacklistState.ACTIVE,
    )
    desk.generate(1, 1)
    session.commit()
    answer = cert.post(
        "/certificateissuescreen/bulk/issue",
        data={"key": [f"{people[0].id}:{people[0].version}"], "confirmed": "1", "issuer": desk.issuer.id},
    )
    assert answer.status_code == 422 and "失信人在失信黑名单记录期内" in page_of(answer)


def test_issuing_is_the_certificate_posts_alone(browser, desk, make, session):
    person = filed(desk, session, 1)[0]
    for role in (roles.HRSS_AUDIT, roles.HRSS_CONFIG, roles.COMMITTEE_OFFICE):
        other = browser(make.account(role))
        assert other.get("/certificateissuescreen/list/").status_code == 403
        assert (
            other.post(
                "/certificateissuescreen/bulk/issue", data={"key": [f"{person.id}:1"], "confirmed": "1"}
            ).status_code
            == 403
        )
    assert browser(desk.clerk).get(f"/certificateissuescreen/act/{person.id}/issue").status_code == 404


# -- 报送 ---------------------------------------------------------------------------------------------


def test_ticked_certificates_go_as_one_package_and_the_receipt_closes_it(cert, desk, session):
    made = issued(desk, session, 3)
    page = page_of(cert.get("/certificatereportscreen/list/?desk=waiting"))
    assert "共 3 条" in page and "批量上报" in page and "全部上报" in page
    keys = [f"{c.id}:{c.version}" for c in made[:2]]
    assert cert.post("/certificatereportscreen/bulk/report", data={"key": keys}).status_code == 302
    assert [c.state for c in made] == [K.REPORTING, K.REPORTING, K.ISSUED]
    assert made[0].report_batch == made[1].report_batch
    batch = made[0].report_batch
    page = page_of(cert.get("/certificatereportscreen/batches"))
    assert batch in page and "登记回执" in page
    package = cert.post(f"/certificatereportscreen/package/{batch}")
    assert json.loads(package.data)["count"] == 2
    told = session.scalars(select(JournalEntry).where(JournalEntry.verb == "download_package")).all()
    assert len(told) == 1 and made[0].declaration.person.id_number not in told[0].details
    answer = cert.post(f"/certificatereportscreen/batch-receipt/{batch}", data={"ok": "1", "text": ""})
    assert answer.status_code == 422 and "请填写回执编号" in page_of(answer)
    assert (
        cert.post(f"/certificatereportscreen/batch-receipt/{batch}", data={"ok": "1", "text": "R-1"}).status_code == 302
    )
    assert [c.state for c in made] == [K.REPORTED, K.REPORTED, K.ISSUED] and made[0].report_receipt == "R-1"


def test_where_much_waits_a_worker_reports_everything(cert, desk, session, monkeypatch):
    monkeypatch.setattr(reporting, "AT_ONCE", 1)
    made = issued(desk, session, 2)
    session.commit()
    page = page_of(cert.get(cert.post("/certificatereportscreen/everything").headers["Location"]))
    assert "已上报 2 份证书" in page and {c.state for c in made} == {K.REPORTING}


def test_everything_goes_except_what_has_a_fault(cert, desk, session, make):
    good = issued(desk, session, 1)[0]
    bad = issued(desk, session, 1, person=make.person(id_number="430102199001010017"))[0]
    page = page_of(cert.get("/certificatereportscreen/everything"))
    assert "GB 11643" in page and bad.number in page
    assert cert.post("/certificatereportscreen/everything").status_code == 302
    assert (good.state, bad.state) == (K.REPORTING, K.ISSUED)


def test_a_revocation_after_the_report_is_told_once(cert, desk, session):
    made = issued(desk, session, 1)[0]
    reporting.report(desk.uow(), [made])
    session.commit()
    answer = cert.post(
        f"/certificaterevokescreen/act/{made.id}/revoke",
        data={"reason": "", "document": "", "blacklist_kind": "forgery", "version": made.version},
    )
    assert answer.status_code == 422 and "请填写撤销原因" in page_of(answer)
    typed = {
        "reason": "提供虚假业绩",
        "document": "湘人社函〔2026〕9号",
        "blacklist_kind": "forgery",
        "version": made.version,
    }
    assert cert.post(f"/certificaterevokescreen/act/{made.id}/revoke", data=typed).status_code == 302
    assert made.state == K.REVOKED and made.declaration.state == D.REVOKED
    assert (
        session.scalar(select(BlacklistEntry.state).where(BlacklistEntry.person_id == made.person_id))
        == BlacklistState.PROPOSED
    )
    page = page_of(cert.get("/certificatereportscreen/batches"))
    assert "上报撤销状态" not in page, "what is under way of the number has its outcome first"
    batch = made.report_batch
    assert (
        cert.post(f"/certificatereportscreen/batch-receipt/{batch}", data={"ok": "1", "text": "R"}).status_code == 302
    )
    assert "上报撤销状态（1 份）" in page_of(cert.get("/certificatereportscreen/batches"))
    assert cert.post("/certificatereportscreen/revocations").status_code == 302
    page = page_of(cert.get("/certificatereportscreen/batches"))
    assert "上报撤销状态" not in page and "登记回执" in page, "a revocation has a receipt as well"
    batch = made.revoke_batch
    refused = {"ok": "0", "text": "平台维护"}
    assert cert.post(f"/certificatereportscreen/batch-receipt/{batch}", data=refused).status_code == 302
    assert "上报撤销状态（1 份）" in page_of(cert.get("/certificatereportscreen/batches")), "and is told again"
    assert "上报失败" in page_of(cert.get(f"/certificatereportscreen/list/?number={made.number}"))


def test_a_correction_is_applied_for_with_a_scan_and_agreed_to_by_another(cert, browser, desk, session):
    made = issued(desk, session, 1)[0]
    act = f"/certificaterevokescreen/act/{made.id}"
    made.declaration.unit.name = "更名后的单位"
    session.commit()
    page = page_of(cert.get(f"/certificaterevokescreen/show/{made.id}"))
    assert "与身份、决定不一致的内容" in page and "更名后的单位" in page
    typed = {"holder_name": "", "reason": "单位更名", "document": "变更登记通知书", "version": made.version}
    answer = cert.post(f"{act}/correct", data=typed)
    assert answer.status_code == 422 and "请填写依据文件" in page_of(answer)
    scan = {"file": (io.BytesIO(SCAN), "通知书.png")}
    assert cert.post(f"{act}/correct", data=typed | scan).status_code == 302
    page = page_of(cert.get(f"/certificaterevokescreen/show/{made.id}"))
    assert "待复核的申请" in page and "申请人不能复核自己的申请" in page and "变更登记通知书" in page
    session.refresh(made)
    answer = cert.post(f"{act}/agree", data={"version": made.version})
    assert answer.status_code == 422 and made.state == K.ISSUED
    assert browser(desk.second).post(f"{act}/agree", data={"version": made.version}).status_code == 302
    newest = session.scalar(select(Certificate).where(Certificate.number == made.number, Certificate.edition == 2))
    assert newest.unit_name == "更名后的单位" and made.state == K.CORRECTED
    page = page_of(cert.get(f"/certificatesearchscreen/show/{newest.id}"))
    assert "其他版次" in page and "已更正换发" in page


def test_a_code_names_the_public_address_whatever_host_was_asked(cert, app, desk, session, monkeypatch):
    from views.storage import papers

    made = issued(desk, session, 1)[0]
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://zc.example.gov.cn")
    with app.test_request_context(base_url="http://stranger.example"):
        assert papers.verify_url(made) == f"https://zc.example.gov.cn/verify/{made.token}"


# -- who reads what ------------------------------------------------------------------------------------


def test_the_holder_downloads_his_own_certificate_and_no_other(browser, desk, make, session):
    mine, other = issued(desk, session, 2)
    holder = browser(make.account(roles.APPLICANT, person_id=mine.person_id))
    page = page_of(holder.get("/mycertificatescreen/list/"))
    assert mine.number in page and other.number not in page
    assert holder.get(f"/mycertificatescreen/paper/{mine.id}.pdf").mimetype == "application/pdf"
    assert holder.get(f"/mycertificatescreen/paper/{other.id}.pdf").status_code == 404
    assert holder.get(f"/certificatesearchscreen/paper/{mine.id}.pdf").status_code == 403
    assert mine.declaration.person.id_number not in page_of(holder.get(f"/mycertificatescreen/show/{mine.id}"))


def test_that_he_has_fetched_it_is_kept_once_and_no_look_of_an_office_counts(browser, desk, make, session):
    (mine,) = issued(desk, session, 1)
    certs = browser(make.account(roles.HRSS_CERT))
    certs.get(f"/certificatesearchscreen/paper/{mine.id}.pdf")
    session.expire_all()
    assert mine.downloaded_at is None
    holder = browser(make.account(roles.APPLICANT, person_id=mine.person_id))
    holder.get(f"/mycertificatescreen/paper/{mine.id}.pdf")
    session.expire_all()
    first, version = mine.downloaded_at, mine.version
    holder.get(f"/mycertificatescreen/paper/{mine.id}.pdf")
    session.expire_all()
    assert first is not None and (mine.downloaded_at, mine.version) == (first, version)


def test_a_unit_and_a_committee_see_the_certificates_of_their_people(browser, desk, make, session):
    mine, other = issued(desk, session, 2)
    unit = browser(make.account(roles.UNIT_OFFICER, organisation_id=mine.declaration.unit_id))
    page = page_of(unit.get("/unitcertificatescreen/list/"))
    assert mine.number in page and other.number not in page
    assert unit.get(f"/unitcertificatescreen/show/{other.id}").status_code == 404
    mine.declaration.reached_committee_at = mine.issued_at
    session.commit()
    committee = browser(make.account(roles.COMMITTEE_OFFICE, committee_id=mine.declaration.committee_id))
    assert mine.number in page_of(committee.get("/unitcertificatescreen/list/"))


# -- 备案 ----------------------------------------------------------------------------------------------


@pytest.fixture
def applied(make, as_, session):
    """A filing of two people that waits, on a day in autumn."""
    from models.office.setting import DemoClock
    from tests.workflow.awards.test_filing import NOON as AUTUMN
    from workflow.base import clock

    case = Case(make, as_)
    case.people = [case.person(), case.person()]
    case.filing = case.apply()
    session.scalar(select(DemoClock)).offset_seconds = round((AUTUMN - clock.machine_now()).total_seconds())
    session.commit()
    return case


def test_the_auditor_files_the_people_on_the_usual_day(browser, applied):
    auditor = browser(applied.auditor)
    assert ">审核</a>" in page_of(auditor.get("/filingauditscreen/list/?state=submitted"))
    page = page_of(auditor.get(f"/filingauditscreen/show/{applied.filing.id}"))
    assert "公示通过参评人员名单" in page and applied.people[0].applicant_name in page
    assert 'value="2026-10-26"' in page and "结果公示期满" in page  # five working days after the vote is 23 October
    act = f"/filingauditscreen/act/{applied.filing.id}/approve"
    typed = {
        "document": "湘人社职备〔2026〕3号",
        "filed_on": "2026-10-23",
        "date_reason": "",
        "opinion": "同意",
        "version": applied.filing.version,
    }
    answer = auditor.post(act, data=typed)
    page = page_of(answer)
    assert (
        answer.status_code == 422
        and "须说明原因" in page
        and 'value="湘人社职备〔2026〕3号"' in page
        and 'value="2026-10-23"' in page
    )
    assert auditor.post(act, data=typed | {"filed_on": "2026-10-26"}).status_code == 302
    assert applied.filing.state == FilingState.APPROVED and {d.state for d in applied.people} == {D.FILED}
    assert ">查看详细</a>" in page_of(auditor.get("/filingauditscreen/list/?state=approved"))


def test_a_filing_is_returned_with_an_opinion_and_only_by_the_auditor(browser, applied, make):
    cert = browser(make.account(roles.HRSS_CERT))
    act = f"/filingauditscreen/act/{applied.filing.id}/send_back"
    assert cert.get(f"/filingauditscreen/show/{applied.filing.id}").status_code == 200
    assert cert.post(act, data={"opinion": "x"}).status_code == 403
    auditor = browser(applied.auditor)
    assert auditor.post(act, data={"opinion": "", "version": applied.filing.version}).status_code == 422
    assert auditor.post(act, data={"opinion": "名单有误", "version": applied.filing.version}).status_code == 302
    assert applied.filing.state == FilingState.RETURNED


# -- 黑名单 --------------------------------------------------------------------------------------------


def test_a_person_is_found_by_name_or_number_and_put_on_the_list(browser, make, session):
    person = make.person(name="周失信")
    auditor = browser(make.account(roles.HRSS_AUDIT))
    for q in ("周失", person.id_number):
        found = auditor.get(f"/lookup/Person?q={q}").get_json()["results"]
        assert [row["id"] for row in found] == [str(person.id)] and person.id_number not in str(found)
    answer = auditor.post(
        "/blacklistscreen/add",
        data={"person-text": "查无此人", "kind": "forgery", "reason": "伪造论文", "basis": "湘人社函〔2026〕1号"},
    )
    assert answer.status_code == 422 and "没有找到“查无此人”" in page_of(answer) and "伪造论文" in page_of(answer)
    typed = {
        "person": person.id,
        "kind": "forgery",
        "reason": "伪造论文",
        "basis": "湘人社函〔2026〕1号",
        "starts_on": "2026-05-01",
    }
    assert auditor.post("/blacklistscreen/add", data=typed).status_code == 302
    entry = session.scalar(select(BlacklistEntry).where(BlacklistEntry.person_id == person.id))
    assert (entry.state, entry.starts_on, entry.ends_on) == (BlacklistState.ACTIVE, date(2026, 5, 1), date(2029, 4, 30))
    page = page_of(
        auditor.get(
            f"/blacklistscreen/list/?person.name=周失信&person.id_number={person.id_number}", follow_redirects=True
        )
    )
    assert "共 1 条" in page and person.masked_id in page and f">{person.id_number}<" not in page
    answer = auditor.post(f"/blacklistscreen/act/{entry.id}/lift", data={"reason": "", "version": entry.version})
    assert answer.status_code == 422
    assert (
        auditor.post(
            f"/blacklistscreen/act/{entry.id}/lift", data={"reason": "复核后证据不足", "version": entry.version}
        ).status_code
        == 302
    )
    assert entry.state == BlacklistState.LIFTED
    sheet = auditor.post("/blacklistscreen/export")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_index(0).to_python()
    assert len(rows) == 2 and person.masked_id in rows[1] and person.id_number not in str(rows)


def test_the_supervisor_reads_the_list_and_units_do_not(browser, make):
    assert browser(make.account(roles.SUPERVISOR)).get("/blacklistscreen/list/").status_code == 200
    assert browser(make.account(roles.SUPERVISOR)).get("/blacklistscreen/add").status_code == 403
    assert browser(make.account(roles.UNIT_OFFICER)).get("/blacklistscreen/list/").status_code == 403
