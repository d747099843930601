"""Applications to correct or to reissue a certificate: who waits for whom. The verbs stand in `correction`."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.awards.certificate import Certificate
from models.awards.certificate_change import CertificateChange, ChangeKind
from workflow.base.unit_of_work import UnitOfWork


def open_change(session: Session, certificate: Certificate) -> CertificateChange | None:
    """The application of a certificate that waits for its second person."""
    query = select(CertificateChange).where(
        CertificateChange.certificate_id == certificate.id, CertificateChange.decided_at.is_(None)
    )
    return session.scalar(query)


def close(uow: UnitOfWork, change: CertificateChange, *, agreed: bool | None, opinion: str = "") -> None:
    """The application is decided, taken back, or overtaken."""
    change.decided_by, change.decided_at = uow.actor.id, uow.now.replace(microsecond=0)
    change.agreed, change.opinion = agreed, opinion


def overtaken(uow: UnitOfWork, certificate: Certificate) -> None:
    """What is revoked is not corrected any more."""
    if change := open_change(uow.session, certificate):
        close(uow, change, agreed=None, opinion="证书已撤销，申请终止。")


# -- Guards -------------------------------------------------------------------------------------


def none_waits(uow: UnitOfWork, certificate: Certificate) -> str | None:
    """Only one application at a time."""
    change = open_change(uow.session, certificate)
    if change is None:
        return None
    return f"该证书已有待复核的{ChangeKind(change.kind).label}申请（118号 六(三)），请先复核或撤回。"


def waits(uow: UnitOfWork, certificate: Certificate) -> str | None:
    """Only if an application waits."""
    if open_change(uow.session, certificate):
        return None
    return "该证书没有待复核的更正或补发申请（118号 六(三)）；请由省厅证书岗先办理“更正换发”或“补发新证”。"


def another_person(uow: UnitOfWork, certificate: Certificate) -> str | None:
    """Only by somebody else than who applied."""
    change = open_change(uow.session, certificate)
    if change is None or change.proposed_by != uow.actor.id:
        return None
    return "申请人不能复核自己的申请，须由另一人同意（118号 六(三)）；请省厅证书岗的另一账号或省厅审核岗复核。"
