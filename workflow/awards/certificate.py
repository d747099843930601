"""Certificates (证书发放 1.17, 撤销 1.19, 验证): what they say is fixed at issue; a correction is a new edition.

Issued to filed declarations of people who are not blacklisted (118号 六(三)), with numbers from the library. Anybody
may verify one by its code, or by number, name and the last four of the identity number; whoever does not know
these learns nothing.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.awards.certificate import Certificate, Issuer, IssuerState
from models.awards.certificate import CertificateState as S
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.jobs.job import Job
from models.paths.path import Way
from models.register.blacklist import BlacklistKind
from models.register.person import Person
from models.sealed import mask_id
from workflow.awards.certificate_number import grade_of, prefix_of, take, way_digit_of
from workflow.base import roles
from workflow.base.abilities import verb
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.declarations import outcome
from workflow.declarations.named import as_filed
from workflow.jobs.kinds import works
from workflow.jobs.work import Run, ask
from workflow.register import blacklist

ISSUE = verb("certificate.issue", "发放证书", "证书", roles.HRSS_CERT)

#: What a correction may change. Number, title, level and date are the decision itself: they are revoked, not corrected.
CORRECTABLE = ("holder_name", "sex", "unit_name", "specialty_name", "body_name")
NO_BLACKLIST = "none"
#: More certificates than these are issued by a worker: about a second.
AT_ONCE = 200
_LIVE = {S.ISSUED, S.REPORTED, S.REPORT_FAILED}


def _ask(name: str, label: str, length: int) -> Ask:
    return Ask(
        name, label, required=False, max_length=length, default=lambda uow, certificate: getattr(certificate, name)
    )


# fmt: off
CERTIFICATE = Flow("证书", S, [
    #     verb        label          from                           to                            by
    Step("report",   "报送人社部",   {S.ISSUED, S.REPORT_FAILED},   S.REPORTING,                  roles.HRSS_CERT, clause="附件3 1.18", tone="primary"),
    Step("receipt",  "登记上报回执", {S.REPORTING},                 [S.REPORTED, S.REPORT_FAILED], (roles.HRSS_CERT, roles.SYSTEM), (),
         [Ask("ok", "上报成功", "check", required=False), Ask("text", "回执编号或失败原因", max_length=300)], clause="附件3 1.18"),
    Step("correct",  "更正换发",     _LIVE,                         S.CORRECTED,                  roles.HRSS_CERT, (),
         [_ask("holder_name", "姓名", 60), _ask("sex", "性别", 4), _ask("unit_name", "工作单位", 120),
          _ask("specialty_name", "专业名称", 80), _ask("body_name", "评审委员会或认定单位", 120), Ask("reason", "更正原因", "area", max_length=500)],
         clause="REQUIREMENTS §5.6", confirm="将以同一编号换发新版，原版作废，确定更正吗？"),
    Step("revoke",   "撤销",         {*_LIVE, S.REPORTING},         S.REVOKED,                    roles.HRSS_CERT, (),
         [Ask("reason", "撤销原因", "area", max_length=500), Ask("document", "撤销依据文号", max_length=80),
          Ask("blacklist_kind", "拟列入黑名单", "choice", choices=[*BlacklistKind.choices(), (NO_BLACKLIST, "不列入（非本人原因）")],
              default=BlacklistKind.FORGERY.value, hint="列入后记录期三年（118号 七(一)），由省厅审核岗核定")],
         clause="118号 七(一)", tone="bad", confirm="撤销后证书失效且不可恢复，确定撤销吗？"),
])
# fmt: on


# -- Issue ----------------------------------------------------------------------------------------


def issue(uow: UnitOfWork, declarations: Iterable[Declaration], issuer: Issuer) -> list[Certificate]:
    """Issue certificates to these filed declarations, numbered in the order given; all or none (附件3 1.17).

    Refused: a declaration that is not filed or has a certificate, a blacklisted person by name, a cancelled issuer,
    numbers that the library does not hold, naming each prefix and how many are missing.
    """
    declarations = list(dict.fromkeys(declarations))
    _refuse_issue(uow, declarations, issuer)
    wanted = {d.id: _prefix(uow.session, d, issuer) for d in declarations}
    numbers = {prefix: iter(rows) for prefix, rows in take(uow, dict(Counter(wanted.values()))).items()}
    issued = []
    for declaration in declarations:
        certificate = _certificate(uow, declaration, issuer, next(numbers[wanted[declaration.id]]).number)
        uow.session.add(certificate)
        outcome.issue(uow, declaration)
        issued.append(certificate)
    uow.session.flush()
    for certificate in issued:
        uow.record("issue", certificate, label="发放证书", number=certificate.number, after=S.ISSUED)
    return issued


def issue_later(uow: UnitOfWork, declarations: Iterable[Declaration], issuer: Issuer, *, home: str) -> Job:
    """Let a worker issue many: all or none, in the order given. Refused now what can be seen now."""
    declarations = list(dict.fromkeys(declarations))
    _refuse_issue(uow, declarations, issuer)
    keys = [declaration.id for declaration in declarations]
    title = f"发放证书：{len(keys)} 人（{issuer.organisation.name}）"
    return ask(uow, "issue_certificates", title, home=home, declarations=keys, issuer=issuer.id)


@works("issue_certificates", minutes=30)
def _issue(run: Run) -> None:
    def all_or_none(uow: UnitOfWork) -> None:
        run.mine(uow)
        keys = run.arguments["declarations"]
        found = {d.id: d for d in uow.session.scalars(select(Declaration).where(Declaration.id.in_(keys))).unique()}
        issued = issue(uow, [found[key] for key in keys], uow.session.get_one(Issuer, run.arguments["issuer"]))
        run.finish(uow, f"已发放证书 {len(issued)} 份：{issued[0].number} 至 {issued[-1].number}。")

    run.tell(0, 0, "正在发放证书")
    attempt(run.actor, all_or_none, session=run.session)


def _refuse_issue(uow: UnitOfWork, declarations: list[Declaration], issuer: Issuer) -> None:
    uow.lead(ISSUE, "只有省厅证书岗可以发放证书（附件3 1.17）。")
    if not declarations:
        raise Refused("请勾选要发放证书的申报人员（附件3 1.17）。")
    if issuer.state != IssuerState.ACTIVE:
        raise Refused(
            f"发证单位编码 {issuer.code} 已注销，不能发放证书；请选择有效的发证单位（附件3 1.9）。", field="issuer"
        )
    if unfit := [d for d in declarations if d.state != D.FILED or d.filed_on is None]:
        named = "、".join(f"{d.applicant_name}（{D(d.state).label}）" for d in unfit[:5])
        raise Refused(f"{named}不在“已备案”状态，不能发放证书（118号 六(三)）；请刷新后重新勾选。")
    blocked = blacklist.blocked_people(uow.session, [d.person_id for d in declarations], uow.today)
    if blocked:
        names = {d.person_id: d.applicant_name for d in declarations}
        raise Refused("".join(blacklist.sentence(entry, names[key]) for key, entry in blocked.items()))
    ids = [d.id for d in declarations]
    held = select(Certificate.number).where(Certificate.declaration_id.in_(ids), Certificate.state != S.REVOKED)
    if number := uow.session.scalar(held):
        raise Refused(f"勾选的人员中已有人持有证书 {number}，不能重复发放；请刷新后重新勾选。")


def _prefix(session: Session, declaration: Declaration, issuer: Issuer) -> str:
    return prefix_of(
        session,
        grade=grade_of(declaration.level),
        series=declaration.series,
        year=_obtained(declaration).year,
        way_digit=way_digit_of(declaration.way),
        issuer=issuer,
    )


def _obtained(declaration: Declaration) -> date:
    if declaration.filed_on is None:
        raise ValueError(f"{declaration.number} has no filing day")
    return declaration.filed_on


def _certificate(uow: UnitOfWork, declaration: Declaration, issuer: Issuer, number: str) -> Certificate:
    """The snapshot: the title and specialty as declared, the person and the body as called on the day of issue."""
    filed = as_filed(uow.session, declaration)
    body = declaration.committee.name if declaration.committee else ""
    if declaration.office is not None:
        body = declaration.office.organisation.name
    return Certificate(
        number=number,
        edition=1,
        token=new_token(),
        declaration_id=declaration.id,
        person_id=declaration.person_id,
        holder_name=declaration.person.name,
        sex=declaration.person.sex,
        unit_name=declaration.unit.name,
        series_name=filed.series,
        title_name=filed.title,
        level_name=TitleLevel(declaration.level).label,
        specialty_name=filed.specialty,
        way_name=Way(declaration.way).label,
        body_name=body,
        issuer_name=issuer.organisation.name,
        document=declaration.filing_number or "",
        obtained_on=_obtained(declaration),
        issued_at=uow.now.replace(microsecond=0),
        state=S.ISSUED,
    )


def new_token() -> str:
    """128 random bits as 32 hexadecimal digits: what the QR code of one edition says."""
    return secrets.token_hex(16)


# -- Correct and revoke ---------------------------------------------------------------------------


@CERTIFICATE.performs("correct")
def correct(uow: UnitOfWork, certificate: Certificate, *, reason: str, **changes: str | None) -> Certificate:
    """Issue a new edition under the same number; the old one stays readable as 已更正换发.

    Refused: nothing that changes, an empty name or unit, a field that is the decision itself.
    """
    if strange := set(changes) - set(CORRECTABLE):
        raise TypeError(f"a correction cannot change {', '.join(sorted(strange))}")
    new = {k: (v or "").strip() for k, v in changes.items() if v is not None and v.strip() != getattr(certificate, k)}
    if not new:
        raise Refused("没有更改任何内容；请填写更正后的内容，级别、资格名称和取得时间有误的应撤销后重新办理。")
    wrong = {
        k: "姓名、工作单位和评审机构不能为空。" for k in ("holder_name", "unit_name", "body_name") if new.get(k) == ""
    }
    if wrong:
        raise Refused(next(iter(wrong.values())), fields=wrong)
    CERTIFICATE.advance(uow, certificate, "correct", opinion=reason.strip(), changed=sorted(new))
    copied = [
        "number",
        "declaration_id",
        "person_id",
        *CORRECTABLE,
        "series_name",
        "title_name",
        "level_name",
        "way_name",
        "issuer_name",
        "document",
        "obtained_on",
    ]
    edition = Certificate(
        **{name: getattr(certificate, name) for name in copied} | new,
        edition=certificate.edition + 1,
        token=new_token(),
        issued_at=uow.now.replace(microsecond=0),
        state=S.ISSUED,
    )
    uow.session.add(edition)
    uow.session.flush()
    uow.record(
        "issue",
        edition,
        label="更正换发",
        number=edition.number,
        edition=edition.edition,
        opinion=reason.strip(),
        after=S.ISSUED,
    )
    _tell_holder(uow, edition, "证书已更正换发", f"您的职称证书 {edition.number} 已更正换发，请重新下载。")
    return edition


@CERTIFICATE.performs("revoke")
def revoke(
    uow: UnitOfWork,
    certificate: Certificate,
    *,
    reason: str,
    document: str,
    blacklist_kind: str = BlacklistKind.FORGERY,
) -> None:
    """Revoke the title (118号 七(一)): certificate and declaration, and propose its holder for the blacklist."""
    CERTIFICATE.advance(uow, certificate, "revoke", opinion=reason.strip(), document=document.strip())
    certificate.revoke_reason, certificate.revoke_document = reason.strip(), document.strip()
    certificate.revoked_on = uow.today
    outcome.revoke(uow, certificate.declaration, reason.strip())
    if blacklist_kind != NO_BLACKLIST:
        blacklist.propose(
            uow,
            person=uow.session.get_one(Person, certificate.person_id),
            kind=blacklist_kind,
            reason=f"职称被撤销：{reason.strip()}"[:500],
            basis=document.strip(),
        )
    _tell_holder(
        uow,
        certificate,
        "职称证书已撤销",
        f"您的职称证书 {certificate.number} 已撤销（{document.strip()}）：{reason.strip()}",
    )


def _tell_holder(uow: UnitOfWork, certificate: Certificate, title: str, text: str) -> None:
    tell(uow, uow.session.get_one(Person, certificate.person_id), title, text)


# -- Verification ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What the public learns of a certificate; name and identity number masked."""

    number: str
    edition: int
    holder: str
    identity: str
    series_name: str
    title_name: str
    level_name: str
    specialty_name: str
    way_name: str
    body_name: str
    issuer_name: str
    document: str
    obtained_on: date
    status: str
    tone: str

    @property
    def valid(self) -> bool:
        """Whether the edition shown is in force."""
        return self.status == VALID


VALID = "有效"


def verify(session: Session, *, token: str = "", number: str = "", name: str = "", id_tail: str = "") -> Verdict | None:
    """Look a certificate up by its code, or by number, name and the last four of the identity number.

    Gives None for everything that does not fit, without saying what: a wrong number, a wrong name and a
    wrong identity number are answered alike, after the same comparisons (TRUST T18).
    """
    if token:
        found = session.scalar(select(Certificate).where(Certificate.token == token.strip().lower()))
        return _verdict(session, found) if found else None
    newest = select(Certificate).where(Certificate.number == _plain(number)).order_by(Certificate.edition.desc())
    certificate = session.scalars(newest.limit(1)).first()
    person = (
        session.get(Person, certificate.person_id) if certificate else session.scalars(select(Person).limit(1)).first()
    )
    right_name = _same(certificate.holder_name if certificate else "—", name)
    right_tail = _same(person.id_number[-4:] if person else "—", id_tail)
    if certificate is None or len(_plain(id_tail)) != 4 or not (right_name and right_tail):
        return None
    return _verdict(session, certificate)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(_plain(one).encode(), _plain(other).encode())


def mask_name(name: str) -> str:
    """`张*`, `欧阳**`… : the first character, and how many follow."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def _verdict(session: Session, certificate: Certificate) -> Verdict:
    person = session.get_one(Person, certificate.person_id)
    status, tone = VALID, "ok"
    if certificate.state in (S.REVOKED, S.CORRECTED):
        status, tone = S(certificate.state).label, S(certificate.state).tone
    shared: dict[str, Any] = {
        name: getattr(certificate, name)
        for name in (
            "number",
            "edition",
            "series_name",
            "title_name",
            "level_name",
            "specialty_name",
            "way_name",
            "body_name",
            "issuer_name",
            "document",
            "obtained_on",
        )
    }
    holder, identity = mask_name(certificate.holder_name), mask_id(person.id_number)
    return Verdict(**shared, holder=holder, identity=identity, status=status, tone=tone)
