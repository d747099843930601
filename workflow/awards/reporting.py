"""证书报送人社部 (附件3 1.18): the package of certificates for the national platform, and its receipts.

The interface of the ministry is not published, so the package is a documented JSON file with the fields of
REQUIREMENTS §2.5 (§6.8). What is wrong with a certificate is found before it is sent: a record with a bad identity
number never appears on the platform. The package holds identity numbers in clear: it is frozen at its hand-over, kept
sealed, and whoever fetches or resends it gets those bytes. Issue, correction, revocation and reissue of a number are
told alike, as its newest version (`truth`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload
from stdnum.cn import ric

from models.awards.certificate import Certificate, in_force
from models.awards.certificate import CertificateState as S
from models.awards.delivery import Delivery
from models.awards.truth import CertificateTruth, TruthState, untold
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.jobs.job import Job
from models.register.person import IdKind, Person
from workflow.awards import truth
from workflow.awards.certificate import AT_ONCE, CERTIFICATE
from workflow.base import roles
from workflow.base.abilities import verb
from workflow.base.errors import NotYou, Refused
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.declarations import outcome
from workflow.jobs.kinds import works
from workflow.jobs.work import Run, ask

REPORT_REVOCATIONS = verb("certificate.report_revocations", "报送撤销信息", "证书", roles.HRSS_CERT)

FORMAT = "zhicheng-certificates/2"
#: The columns of the package, in order: key in the file, 名称 in the sheet.
FIELDS = {
    "name": "姓名",
    "sex": "性别",
    "id_kind": "证件类型",
    "id_number": "证件号码",
    "unit": "工作单位",
    "unit_code": "统一社会信用代码",
    "series": "职称系列",
    "specialty": "专业名称",
    "title": "资格名称",
    "level": "级别",
    "way": "取得方式",
    "obtained_on": "取得日期",
    "body": "评审委员会或认定单位",
    "issuer": "核准（发证）单位",
    "document": "批准（备案）文号",
    "number": "证书编号",
    "edition": "版次",
    "version": "现状版本",
    "status": "状态",
    "replaced_by": "补发后编号",
    "batch": "上报批次",
}
_MAY_BE_EMPTY = {"specialty", "replaced_by"}
_NUMBER = re.compile(r"[ABC]\d{17}")
REPORT, REVOCATION = "上报", "撤销"


@dataclass(frozen=True)
class Package:
    """What is handed to the ministry: rows by `FIELDS`, the JSON bytes, and their SHA-256."""

    batch: str
    rows: tuple[dict[str, str], ...]
    data: bytes
    sha256: str


def waiting(session: Session) -> list[Certificate]:
    """Certificates whose number has to be told (待上报): issued, corrected, revoked or reissued."""
    return truth.waiting(session)


def package(session: Session, certificates: Iterable[Certificate], batch: str) -> Package:
    """The package of these certificates; the same certificates give the same bytes."""
    certificates = sorted(certificates, key=lambda c: c.id)
    people, units = _people(session, certificates), _unit_codes(session, certificates)
    truths = truth.by_number(session, certificates)
    rows = tuple(_row(c, truths[c.number], people[c.person_id], units[c.declaration_id], batch) for c in certificates)
    body = {"format": FORMAT, "batch": batch, "fields": FIELDS, "count": len(rows), "certificates": rows}
    data = json.dumps(body, ensure_ascii=False, indent=1).encode()
    return Package(batch, rows, data, hashlib.sha256(data).hexdigest())


def package_of(session: Session, batch: str) -> Package:
    """The package of a batch, to the byte as it was handed over."""
    row = session.scalar(select(Delivery).where(Delivery.batch == batch))
    if row is None:
        raise Refused(f"没有上报批次 {batch}，请在列表中核对批次号。")
    if row.body is None:  # handed over before packages were kept: frozen at its first use since
        either = (Certificate.report_batch == batch) | (Certificate.revoke_batch == batch)
        made = package(session, session.scalars(select(Certificate).where(either)).all(), batch)
        row.body, row.sha256 = made.data.decode(), made.sha256
        return made
    data = row.body.encode()
    return Package(batch, tuple(json.loads(data)["certificates"]), data, row.sha256)


def _people(session: Session, certificates: list[Certificate]) -> dict[int, Person]:
    rows = session.scalars(select(Person).where(Person.id.in_({c.person_id for c in certificates})))
    return {person.id: person for person in rows}


def _unit_codes(session: Session, certificates: list[Certificate]) -> dict[int, str]:
    ids = {c.declaration_id for c in certificates}
    rows = session.scalars(select(Declaration).where(Declaration.id.in_(ids)).options(joinedload(Declaration.unit)))
    return {declaration.id: declaration.unit.code for declaration in rows}


def _row(certificate: Certificate, row: CertificateTruth, person: Person, unit_code: str, batch: str) -> dict[str, str]:
    return {
        "name": certificate.holder_name,
        "sex": certificate.sex,
        "id_kind": IdKind(person.id_kind).label,
        "id_number": person.id_number,
        "unit": certificate.unit_name,
        "unit_code": unit_code,
        "series": certificate.series_name,
        "specialty": certificate.specialty_name,
        "title": certificate.title_name,
        "level": certificate.level_name,
        "way": certificate.way_name,
        "obtained_on": certificate.obtained_on.isoformat(),
        "body": certificate.body_name,
        "issuer": certificate.issuer_name,
        "document": certificate.document,
        "number": certificate.number,
        "edition": str(certificate.edition),
        "version": str(row.version),
        "status": truth.STATUS[TruthState(row.state)],
        "replaced_by": row.replaced_by,
        "batch": batch,
    }


def problems(session: Session, certificates: Iterable[Certificate]) -> dict[int, list[str]]:
    """Certificate id → what is wrong with it; certificates without a fault are not named.

    Nothing is wrong with what is taken back: a fault must not keep a revoked title on the platform.
    """
    certificates = list(certificates)
    people, units = _people(session, certificates), _unit_codes(session, certificates)
    truths = truth.by_number(session, certificates)
    found = {
        c.id: _problems(
            _row(c, truths[c.number], people[c.person_id], units[c.declaration_id], "-"), people[c.person_id]
        )
        for c in certificates
        if c.number in truths and truths[c.number].state == TruthState.VALID
    }
    return {key: sentences for key, sentences in found.items() if sentences}


def _problems(row: dict[str, str], person: Person) -> list[str]:
    sentences = [f"{FIELDS[key]}为空" for key, value in row.items() if not value.strip() and key not in _MAY_BE_EMPTY]
    if person.id_kind == IdKind.RESIDENT and not valid_id(person.id_number):
        sentences.append("居民身份证号码校验不符（GB 11643）")
    if not _NUMBER.fullmatch(row["number"]):
        sentences.append("证书编号不是 1 位字母加 17 位数字（证书编号规则）")
    return sentences


def valid_id(number: str) -> bool:
    """Whether a resident identity number has 18 places, a real date of birth and the right check digit."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return bool(ric.calc_check_digit(number) == number[-1])


# -- Verbs ----------------------------------------------------------------------------------------


def report(uow: UnitOfWork, certificates: Iterable[Certificate], *, kind: str = REPORT) -> Package:
    """Hand these certificates over (批量上报): all or none; nothing more of their numbers goes until the receipt is
    entered.

    Refused: nothing ticked, a number already on its way or told, and every certificate with a fault, by number.
    """
    certificates = list(certificates)
    uow.lead(CERTIFICATE.ability("report"), "只有省厅证书岗可以将证书报送人社部（附件3 1.18）。")
    if not certificates:
        raise Refused("请勾选要上报的证书（附件3 1.18）。")
    if faulty := problems(uow.session, certificates):
        raise Refused(f"{_listed(certificates, faulty)}请更正后再上报；本次没有上报任何证书。")
    batch = _next_batch(uow)
    for certificate in certificates:
        row = truth.of(uow.session, certificate.number, lock=True)
        ended = row.state != TruthState.VALID
        CERTIFICATE.advance(
            uow,
            certificate,
            "report",
            to=truth.shown(row) if ended else S.REPORTING,
            batch=batch,
            told_version=row.version,
        )
        truth.hand_over(row, batch)
        if ended:
            certificate.revoke_batch = batch
        else:
            certificate.report_batch, certificate.report_receipt = batch, ""
        certificate.report_error = ""
    made = package(uow.session, certificates, batch)
    uow.session.add(
        Delivery(
            batch=batch,
            kind=kind,
            count=len(made.rows),
            refused=0,
            body=made.data.decode(),
            sha256=made.sha256,
            attempts=0,
            next_at=uow.now,
            receipt="",
            error="",
        )
    )
    uow.session.flush()
    uow.record("report_package", f"report_batch:{batch}", label="生成上报包", count=len(made.rows), sha256=made.sha256)
    return made


@CERTIFICATE.performs("report")
def report_one(uow: UnitOfWork, certificate: Certificate) -> Package:
    """Hand over a single certificate."""
    return report(uow, [certificate])


def report_all(uow: UnitOfWork) -> tuple[Package | None, dict[str, list[str]]]:
    """Hand over everything that waits (全部上报): the package, and the faults of those left behind, by number."""
    everything = waiting(uow.session)
    faulty = problems(uow.session, everything)
    good = [c for c in everything if c.id not in faulty]
    left = {c.number: faulty[c.id] for c in everything if c.id in faulty}
    if not good and not left:
        raise Refused("没有待上报的证书。")
    return (report(uow, good) if good else None), left


def many_wait(session: Session) -> bool:
    """Whether so many certificates wait that 全部上报 is left to a worker."""
    return (session.scalar(select(func.count(CertificateTruth.id)).where(untold())) or 0) > AT_ONCE


def report_all_later(uow: UnitOfWork, *, home: str) -> Job:
    """Let a worker hand over everything that waits."""
    if not uow.may(CERTIFICATE.ability("report")):
        raise NotYou("只有省厅证书岗可以将证书报送人社部（附件3 1.18）。")
    return ask(uow, "report_all", "证书报送人社部：全部上报", home=home)


@works("report_all", minutes=30)
def _report_all(run: Run) -> None:
    def everything(uow: UnitOfWork) -> None:
        run.mine(uow)
        package, left = report_all(uow)
        done = f"已上报 {len(package.rows)} 份证书，批次 {package.batch}。" if package else "没有上报任何证书。"
        run.finish(uow, done + (f"{len(left)} 份证书信息有误，未上报；更正后再上报。" if left else ""))

    run.tell(0, 0, "正在生成上报包")
    attempt(run.actor, everything, session=run.session)


def report_revocations(uow: UnitOfWork) -> Package:
    """Tell the ministry of certificates revoked, or replaced by a new number, after they had been reported."""
    uow.lead(REPORT_REVOCATIONS, "只有省厅证书岗可以将证书报送人社部（附件3 1.18）。")
    certificates = truth.waiting(uow.session, TruthState.REVOKED, TruthState.REPLACED)
    if not certificates:
        raise Refused("没有需要上报撤销状态的证书（附件3 1.18）。")
    return report(uow, certificates, kind=REVOCATION)


@CERTIFICATE.performs("receipt")
def receipt(uow: UnitOfWork, certificate: Certificate, *, ok: bool = False, text: str) -> None:
    """Enter the ministry's answer: 已上报 with the receipt's number, or 上报失败 with the reason."""
    row = truth.of(uow.session, certificate.number, lock=True)
    enter_answer(uow, certificate, row, ok=ok, text=text.strip())
    settle(uow, row.batch, text.strip(), refused=not ok)


def enter_answer(uow: UnitOfWork, certificate: Certificate, row: CertificateTruth, *, ok: bool, text: str) -> None:
    """The answer to what is under way of one number. What has changed since its hand-over waits again."""
    newest = row.flight == row.version
    CERTIFICATE.advance(
        uow, certificate, "receipt", to=truth.shown_after(row, ok=ok), opinion=text, ok=ok, told_version=row.flight
    )
    truth.answer(row, ok=ok)
    if ok:
        certificate.report_receipt, certificate.report_error = text[:120], ""
        certificate.reported_at = uow.now.replace(microsecond=0)
        if newest and certificate.declaration.state == D.ISSUED:
            outcome.report(uow, certificate.declaration)
        return
    certificate.report_error = text[:300]


def settle(uow: UnitOfWork, batch: str, text: str, *, refused: int) -> None:
    """So many more were refused; a batch of which nothing waits any more is not sent again."""
    uow.session.flush()
    row = uow.session.scalar(select(Delivery).where(Delivery.batch == batch))
    if row is None or row.delivered_at is not None:
        return
    row.refused += refused
    if not truth.under_way(uow.session, batch):
        row.delivered_at, row.next_at, row.receipt = uow.now.replace(microsecond=0), None, text[:120]


def receipt_batch(uow: UnitOfWork, batch: str, *, ok: bool, text: str) -> int:
    """Enter one answer for every number of a batch that still waits for it; gives how many."""
    if not uow.may(CERTIFICATE.ability("receipt")):
        raise NotYou("只有省厅证书岗可以登记上报回执（附件3 1.18）。")
    rows = truth.under_way(uow.session, batch)
    if not rows:
        raise Refused(f"批次 {batch} 没有等待回执的证书，请核对批次号。")
    for certificate, row in rows:
        enter_answer(uow, certificate, row, ok=ok, text=text.strip())
    settle(uow, batch, text.strip(), refused=0 if ok else len(rows))
    return len(rows)


def reconcile(uow: UnitOfWork, shown: dict[str, dict[str, str]]) -> list[str]:
    """Compare what the platform shows (number → edition, status) with what it has acknowledged; gives the numbers that
    differ, which are told again as a new version. Numbers under way or not told yet are left alone."""
    rows = uow.session.execute(
        select(Certificate, CertificateTruth)
        .join(CertificateTruth, in_force())
        .where(CertificateTruth.told == CertificateTruth.version, CertificateTruth.flight == 0)
        .where(CertificateTruth.sent > 0)
        .order_by(Certificate.id)
    )
    again = []
    for certificate, row in rows.tuples().all():
        there = shown.get(certificate.number, {})
        ours = {"edition": str(row.edition), "status": truth.STATUS[TruthState(row.state)]}
        if {name: str(there.get(name, "")) for name in ours} != ours:
            CERTIFICATE.perform(uow, certificate, "tell_anew", reason="与人社部平台核对不一致")
            again.append(certificate.number)
    return again


def _next_batch(uow: UnitOfWork) -> str:
    """`20260520-001`: the day and a number of the day."""
    day = f"{uow.today:%Y%m%d}-"
    newest = uow.session.scalar(select(func.max(Delivery.batch)).where(Delivery.batch.startswith(day))) or ""
    return f"{day}{int(newest.removeprefix(day) or 0) + 1:03d}"


def _listed(certificates: list[Certificate], faulty: dict[int, list[str]]) -> str:
    wrong = [c for c in certificates if c.id in faulty]
    named = "；".join(f"{c.number} {c.holder_name}：{'、'.join(faulty[c.id])}" for c in wrong[:5])
    return f"{named}{f'等 {len(wrong)} 份' if len(wrong) > 5 else ''}。"
