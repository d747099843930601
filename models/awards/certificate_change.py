"""Applications to correct a certificate, or to issue it under another number (更正、补发申请)."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import Boolean, CheckConstraint, DateTime, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts.account import Account
from models.awards.certificate import Issuer
from models.base import Labelled, column


class ChangeKind(Labelled):
    CORRECT = "correct", "更正换发"
    REISSUE = "reissue", "补发"


class CertificateChange(Model):
    """An application to correct a certificate or to issue it under another number: a document, and two persons."""

    __tablename__ = "certificate_change"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by OR agreed IS NULL", name="two_persons"),
        Index(
            "ix_certificate_change_open",
            "certificate_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), info={"label": "证书"}, index=True)
    kind: Mapped[str] = column("类别", String(20), info={"enum": ChangeKind})
    holder_name: Mapped[str] = column("更正后的姓名", String(60), default="")
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey("issuer.id"), info={"label": "补发的发证单位"})
    reason: Mapped[str] = column("原因", String(500))
    document: Mapped[str] = column("依据文号", String(80))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "申请人"})
    proposed_at: Mapped[datetime] = column("申请时间", DateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), info={"label": "复核人"})
    decided_at: Mapped[datetime | None] = column("复核时间", DateTime)
    agreed: Mapped[bool | None] = column(
        "同意", Boolean
    )  #: None once decided: taken back, or overtaken by a revocation
    opinion: Mapped[str] = column("复核意见", String(500), default="")

    proposer: Mapped[Account] = relationship(foreign_keys=[proposed_by], info={"label": "申请人"})
    decider: Mapped[Account | None] = relationship(foreign_keys=[decided_by], info={"label": "复核人"})
    issuer: Mapped[Issuer | None] = relationship(info={"label": "补发的发证单位"})
