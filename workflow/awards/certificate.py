"""Certificates (证书发放 1.17, 撤销 1.19): what they say is fixed at issue; a correction is a new edition.

Issued to filed declarations of people who are not blacklisted (118号 六(三)), with numbers from the library. What an
edition is worth is asked of its number (`truth`); corrections and reissues stand in `correction`, the public's question
in `verification`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from models.awards.certificate import Certificate, Issuer, IssuerState
from models.awards.certificate import CertificateState as S
from models.awards.truth import TruthState
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.jobs.job import Job
from models.register.blacklist import BlacklistKind
from models.register.person import Person
from workflow.awards import certificate_change as change
from workflow.awards import imprint, truth
from workflow.awards.certificate_number import take
from workflow.base import roles
from workflow.base.abilities import verb
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.declarations import outcome
from workflow.declarations.objected import no_open_objection, objected
from workflow.jobs.kinds import works
from workflow.jobs.work import Run, ask
from workflow.register import blacklist

ISSUE = verb("certificate.issue", "发放证书", "证书", roles.HRSS_CERT)

NO_BLACKLIST = "none"
#: More certificates than these are issued by a worker: about a second.
AT_ONCE = 200
LIVE = {S.ISSUED, S.REPORTING, S.REPORTED, S.REPORT_FAILED}
_ENDED = (S.REVOKED, S.REPLACED)
_BOTH = (roles.HRSS_CERT, roles.HRSS_AUDIT)
#: On what a change of a certificate stands.
_BASIS = [
    Ask("reason", "更正（补发）原因", "area", max_length=500),
    Ask("document", "依据文号", max_length=80, hint="公安机关证明、备案文件等的名称和文号"),
    Ask("file", "依据文件", "file"),
]


def issuers(uow: UnitOfWork, subject: Any) -> list[tuple[str, str]]:
    """Who may be named as 发证单位."""
    rows = uow.session.scalars(select(Issuer).where(Issuer.state == IssuerState.ACTIVE).order_by(Issuer.code))
    return [(str(row.id), str(row)) for row in rows]


# fmt: off
CERTIFICATE = Flow("证书", S, [
    #     verb        label          from                           to                            by
    Step("report",   "报送人社部",   {S.ISSUED, S.REPORT_FAILED, *_ENDED}, [S.REPORTING, *_ENDED], roles.HRSS_CERT, [truth.known, truth.to_tell], clause="附件3 1.18", tone="primary"),
    Step("receipt",  "登记上报回执", {S.REPORTING, *_ENDED},        [S.REPORTED, S.REPORT_FAILED, S.ISSUED, *_ENDED], (roles.HRSS_CERT, roles.SYSTEM), [truth.known, truth.awaited],
         [Ask("ok", "上报成功", "check", required=False), Ask("text", "回执编号或失败原因", max_length=300)], clause="附件3 1.18"),
    Step("tell_anew", "重新报送",    {S.REPORTED, *_ENDED},         [S.ISSUED, *_ENDED],           (roles.HRSS_CERT, roles.SYSTEM), [truth.known, truth.acknowledged],
         [Ask("reason", "原因", "area", max_length=300, hint="平台显示的内容与本系统不一致之处")], clause="附件3 1.18", confirm="人社部平台显示与本系统不一致时使用，将以新版本再报一次，确定吗？"),
    Step("correct",  "更正换发",     LIVE,                          None,                         roles.HRSS_CERT, [truth.known, change.none_waits],
         [Ask("holder_name", "更正后的姓名", required=False, max_length=60, hint="仅在身份登记的姓名有误或已依法更名时填写；其余内容取自身份登记和评审决定"), *_BASIS],
         clause="118号 六(三)", confirm="提交后由另一人复核；同意后以同一编号换发新版，原版作废。"),
    Step("reissue",  "补发新证",     LIVE,                          None,                         roles.HRSS_CERT, [truth.known, change.none_waits],
         [Ask("issuer", "正确的发证单位", "choice", choices=issuers, hint="发证单位有误的，以新编号补发，职称不受影响"), *_BASIS],
         clause="118号 六(三)", confirm="提交后由另一人复核；同意后以新编号补发，原编号作废，职称保留。"),
    Step("agree",    "同意更正（补发）", LIVE,                      [S.CORRECTED, S.REPLACED],    _BOTH, [truth.known, change.waits, change.another_person],
         clause="118号 六(三)", tone="primary", confirm="原版（原编号）随即失效且不可恢复，确定同意吗？"),
    Step("refuse",   "不同意更正（补发）", LIVE,                    None,                         _BOTH, [change.waits, change.another_person],
         [Ask("opinion", "不同意的原因", "area", max_length=500)], clause="118号 六(三)"),
    Step("take_back", "撤回更正（补发）申请", LIVE,                 None,                         roles.HRSS_CERT, [change.waits],
         clause="118号 六(三)"),
    Step("revoke",   "撤销",         LIVE,                          S.REVOKED,                    roles.HRSS_CERT, [truth.known],
         [Ask("reason", "撤销原因", "area", max_length=500), Ask("document", "撤销依据文号", max_length=80),
          Ask("blacklist_kind", "拟列入黑名单", "choice", choices=[*BlacklistKind.choices(), (NO_BLACKLIST, "不列入（非本人原因）")],
              default=BlacklistKind.FORGERY.value, hint="列入后记录期三年（118号 七(一)），由省厅审核岗核定")],
         clause="118号 七(一)", tone="bad", confirm="撤销后证书失效且不可恢复，确定撤销吗？"),
])
# fmt: on


# -- Issue ----------------------------------------------------------------------------------------


def issue(uow: UnitOfWork, declarations: Iterable[Declaration], issuer: Issuer) -> list[Certificate]:
    """Issue certificates to these filed declarations, numbered in the order given; all or none (附件3 1.17).

    Refused: a declaration that is not filed or has a certificate, one without the number of its document, one objected
    to, a blacklisted person by name, a cancelled issuer, numbers that the library does not hold, naming each prefix and
    how many are missing.
    """
    declarations = list(dict.fromkeys(declarations))
    _refuse_issue(uow, declarations, issuer)
    wanted = {d.id: imprint.prefix(uow.session, d, issuer) for d in declarations}
    numbers = {prefix: iter(rows) for prefix, rows in take(uow, dict(Counter(wanted.values()))).items()}
    issued = []
    for declaration in declarations:
        certificate = imprint.printed(uow, declaration, issuer, next(numbers[wanted[declaration.id]]).number)
        uow.session.add(certificate)
        truth.enter(uow, certificate.number)
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
    for declaration in declarations:
        if sentence := imprint.may_issue(issuer, declaration):
            raise Refused(sentence, field="issuer")
    if unfit := [d for d in declarations if d.state != D.FILED or d.filed_on is None]:
        named = "、".join(f"{d.applicant_name}（{D(d.state).label}）" for d in unfit[:5])
        raise Refused(f"{named}不在“已备案”状态，不能发放证书（118号 六(三)）；请刷新后重新勾选。")
    blocked = blacklist.blocked_people(uow.session, [d.person_id for d in declarations], uow.today)
    if blocked:
        names = {d.person_id: d.applicant_name for d in declarations}
        raise Refused("".join(blacklist.sentence(entry, names[key]) for key, entry in blocked.items()))
    if unnamed := [d for d in declarations if not d.filing_number]:
        named = "、".join(f"{d.applicant_name}（{d.number}）" for d in unnamed[:5])
        raise Refused(
            f"{named}尚未登记任职资格文件文号，不能发证（湘人社函〔2024〕115号 发文后发证）；"
            "请审核通过的最终机构在“职称申报人员资格审核”中办理“登记发文文号”。"
        )
    if (case := objected(uow, declarations)) is not None:
        raise Refused(f"{case.applicant_name}：{no_open_objection(uow, case)}")
    ids = [d.id for d in declarations]
    held = select(Certificate.number).where(Certificate.declaration_id.in_(ids), Certificate.state.in_(LIVE))
    if number := uow.session.scalar(held):
        raise Refused(f"勾选的人员中已有人持有证书 {number}，不能重复发放；请刷新后重新勾选。")


# -- Revoke -------------------------------------------------------------------------------------


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
    row = truth.of(uow.session, certificate.number, lock=True)
    truth.end(row, TruthState.REVOKED, on=uow.today)
    change.overtaken(uow, certificate)
    outcome.revoke(uow, certificate.declaration, reason.strip())
    if blacklist_kind != NO_BLACKLIST:
        blacklist.propose(
            uow,
            person=uow.session.get_one(Person, certificate.person_id),
            kind=blacklist_kind,
            reason=f"职称被撤销：{reason.strip()}"[:500],
            basis=document.strip(),
        )
    tell_holder(
        uow,
        certificate,
        "职称证书已撤销",
        f"您的职称证书 {certificate.number} 已撤销（{document.strip()}）：{reason.strip()}",
    )


def tell_holder(uow: UnitOfWork, certificate: Certificate, title: str, text: str) -> None:
    """A message to whom the certificate belongs."""
    tell(uow, uow.session.get_one(Person, certificate.person_id), title, text)


def fetched(uow: UnitOfWork, certificate: Certificate) -> None:
    """下载证书: the holder has his certificate (118号 六(三)); what counts is the first time."""
    if uow.actor.person_id != certificate.person_id or certificate.downloaded_at is not None:
        return
    certificate.downloaded_at = uow.now.replace(microsecond=0)
    uow.record("fetch_certificate", certificate, label="本人下载证书")
