"""The truth of a certificate number, and every state that follows from it.

A number has one row. A correction, a revocation and a reissue raise its version; the ministry is told the newest, one
package of a number at a time: what is under way has an outcome before the next is handed over. So whatever is lost,
doubled or late, what was acknowledged and what is still to be told can be read off, and no answer is believed that
does not belong to the package under way.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.awards.certificate import Certificate, in_force
from models.awards.certificate import CertificateState as S
from models.awards.truth import CertificateTruth, TruthState, untold
from models.base import Labelled
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork


class Report(Labelled):
    """How far the ministry knows of a number; derived, never stored."""

    WAITING = "waiting", "待上报", "run"
    SENT = "sent", "上报中", "run"
    RECEIVED = "received", "已上报", "ok"
    FAILED = "failed", "上报失败", "bad"
    SILENT = "silent", "无需上报", "off"  #: revoked or replaced before anything was sent: nothing to take back


_SHOWN = {
    Report.WAITING: S.ISSUED,
    Report.SENT: S.REPORTING,
    Report.RECEIVED: S.REPORTED,
    Report.FAILED: S.REPORT_FAILED,
}
_ENDED = {TruthState.REVOKED: S.REVOKED, TruthState.REPLACED: S.REPLACED}
#: What the package says of a number.
STATUS = {TruthState.VALID: "有效", TruthState.REPLACED: "换发", TruthState.REVOKED: "撤销"}


def report_of(truth: CertificateTruth) -> Report:
    """What the ministry knows."""
    if truth.flight:
        return Report.SENT
    if truth.told == truth.version:
        return Report.RECEIVED
    if not truth.sent and truth.state != TruthState.VALID:
        return Report.SILENT
    return Report.FAILED if truth.refused == truth.version else Report.WAITING


def shown(truth: CertificateTruth) -> S:
    """The state of the edition in force."""
    return _ENDED.get(TruthState(truth.state)) or _SHOWN[report_of(truth)]


def shown_after(truth: CertificateTruth, *, ok: bool) -> S:
    """The state of the edition in force once the answer is entered: what was changed meanwhile waits again."""
    if ended := _ENDED.get(TruthState(truth.state)):
        return ended
    if truth.flight != truth.version:
        return S.ISSUED
    return S.REPORTED if ok else S.REPORT_FAILED


def standing(certificate: Certificate) -> tuple[str, str]:
    """(words, tone): what an edition is worth today, however old the paper."""
    truth = certificate.truth
    if truth is None:
        return "无登记", "bad"
    if truth.state != TruthState.VALID:
        return TruthState(truth.state).label, TruthState(truth.state).tone
    if certificate.edition != truth.edition:
        return S.CORRECTED.label, S.CORRECTED.tone
    return shown(truth).label, shown(truth).tone


# -- Rows ---------------------------------------------------------------------------------------


def enter(uow: UnitOfWork, number: str) -> CertificateTruth:
    """A number begins to be true."""
    truth = CertificateTruth(
        number=number,
        state=TruthState.VALID,
        edition=1,
        version=1,
        told=0,
        flight=0,
        sent=0,
        refused=0,
        batch="",
        replaced_by="",
    )
    uow.session.add(truth)
    return truth


def of(session: Session, number: str, *, lock: bool = False) -> CertificateTruth:
    """The row of a number. Refused: a certificate that no number vouches for."""
    query = select(CertificateTruth).where(CertificateTruth.number == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
        session.flush()
    truth = session.scalar(query)
    if truth is None:
        raise Refused(_stranger(number))
    return truth


def amend(truth: CertificateTruth, *, on: date) -> None:
    """A new edition is in force."""
    truth.edition, truth.version, truth.since = truth.edition + 1, truth.version + 1, on


def end(truth: CertificateTruth, state: TruthState, *, on: date, replaced_by: str = "") -> None:
    """The number is worth nothing any more."""
    truth.state, truth.version, truth.since, truth.replaced_by = state, truth.version + 1, on, replaced_by


def hand_over(truth: CertificateTruth, batch: str) -> None:
    """The present version is under way."""
    truth.flight = truth.sent = truth.version
    truth.batch = batch


def answer(truth: CertificateTruth, *, ok: bool) -> None:
    """The outcome of what is under way."""
    if ok:
        truth.told = truth.flight
    else:
        truth.refused = truth.flight
    truth.flight = 0


def tell_anew(truth: CertificateTruth) -> None:
    """The ministry shows something else than it acknowledged: the same truth is told as a new version."""
    truth.version += 1


def under_way(session: Session, batch: str) -> list[tuple[Certificate, CertificateTruth]]:
    """Numbers of a batch that wait for its answer, with their newest editions."""
    query = (
        select(Certificate, CertificateTruth)
        .join(CertificateTruth, in_force())
        .where(CertificateTruth.batch == batch, CertificateTruth.flight > 0)
        .order_by(Certificate.id)
    )
    return list(session.execute(query).tuples())


def waiting(session: Session, *which: TruthState) -> list[Certificate]:
    """Newest editions of numbers that have to be told; only of these states where some are given."""
    query = select(Certificate).join(CertificateTruth, in_force()).where(untold())
    if which:
        query = query.where(CertificateTruth.state.in_(which))
    return list(session.scalars(query.order_by(Certificate.id)))


def by_number(session: Session, certificates: Iterable[Certificate]) -> dict[str, CertificateTruth]:
    """The rows of these certificates, by number: one question for a whole package."""
    numbers = sorted({c.number for c in certificates})
    rows = session.scalars(select(CertificateTruth).where(CertificateTruth.number.in_(numbers)))
    return {row.number: row for row in rows}


# -- Guards -------------------------------------------------------------------------------------


def known(uow: UnitOfWork, certificate: Certificate) -> str | None:
    """Only the edition in force of a number that is known."""
    truth = certificate.truth
    if truth is None:
        return _stranger(certificate.number)
    if certificate.edition == truth.edition:
        return None
    return f"第 {certificate.edition} 版已更正换发，请对现行的第 {truth.edition} 版办理（118号 六(三)）。"


def to_tell(uow: UnitOfWork, certificate: Certificate) -> str | None:
    """Only if the ministry does not know yet, and nothing of the number is under way."""
    if (truth := certificate.truth) is None:
        return _stranger(certificate.number)
    match report_of(truth):
        case Report.WAITING | Report.FAILED:
            return None
        case Report.SENT:
            return f"编号 {truth.number} 已在批次 {truth.batch} 中上报，等待回执（附件3 1.18）；请先登记该批次的回执。"
        case Report.SILENT:
            return "该证书在上报前已失效，人社部没有其记录，无需上报（附件3 1.18）。"
    return "人社部已收到该编号的最新状态，无需再报；平台显示不一致的，请办理“重新报送”（附件3 1.18）。"


def awaited(uow: UnitOfWork, certificate: Certificate) -> str | None:
    """Only while something of the number is under way."""
    if certificate.truth is not None and certificate.truth.flight:
        return None
    return "该编号没有等待回执的上报（附件3 1.18）；请在“上报批次”中核对。"


def acknowledged(uow: UnitOfWork, certificate: Certificate) -> str | None:
    """Only what the ministry has acknowledged can be told again."""
    truth = certificate.truth
    if truth is not None and truth.sent and report_of(truth) == Report.RECEIVED:
        return None
    return "只有人社部已回执的编号可以重新报送（附件3 1.18）；上报中的请登记回执，待上报的请直接上报。"


def _stranger(number: str) -> str:
    return f"证书编号 {number} 没有现状登记，该证书不是由本系统发放的，不能办理（附件3 1.17）；请报告审计管理员核查。"
