"""送签: what the 经办人 has written of a declaration, put before the 负责人 of his office (118号 四(二)3–四(四)).

Until the 负责人 confirms it by his own account nothing is decided; what he confirms becomes the opinion of the office.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, DateTime, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.declarations.declaration import Declaration


class SigningState(Labelled):
    WAITING = "waiting", "待负责人签署", "warn"
    SIGNED = "signed", "已签署", "ok"
    RETURNED = "returned", "负责人退回", "bad"
    WITHDRAWN = "withdrawn", "经办人撤回", "off"
    VOID = "void", "已失效", "off"


class SigningVerb(Labelled):
    """What the confirmation lets happen: the verbs of a declaration that 经办人 and 负责人 answer for together."""

    RECOMMEND = "recommend", "推荐上报", "run"
    STOP = "stop", "不予报送", "bad"
    APPROVE = "approve", "审核通过", "run"
    QUALIFY = "qualify", "复核合格", "run"
    DISQUALIFY = "disqualify", "复核不合格", "bad"


class Signing(Model):
    """One opinion as it was written, with everything that was answered, and whom it waits for."""

    __tablename__ = "signing"
    __table_args__ = (
        Index(
            "ix_signing_once",
            "declaration_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_signing_head", "head_id", "state"),
        Index("ix_signing_organisation", "organisation_id", "id"),
        Index("ix_signing_committee", "committee_id", "id"),
    )
    __protected__ = ("declaration_id", "verb", "answers", "handler_id", "head_id", "content_hash", "state")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), info={"label": "申报"}, index=True)
    verb: Mapped[str] = column("事项", String(20), info={"enum": SigningVerb})
    position: Mapped[int] = column("审核层级", Integer)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), info={"label": "送签机构"})
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), info={"label": "评委会"})
    words: Mapped[str] = column("意见", Text)
    answers: Mapped[dict[str, Any]] = column("经办人填写的内容", JSON)
    handler_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "经办人账号"})
    handler_name: Mapped[str] = column("经办人", String(64))
    head_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "负责人账号"})
    head_name: Mapped[str] = column("负责人", String(64))
    content_hash: Mapped[str] = column("所审内容摘要", String(64))  #: workflow.declarations.content
    sent_at: Mapped[datetime] = column("送签时间", DateTime)
    decided_at: Mapped[datetime | None] = column("签署或退回时间", DateTime)
    reason: Mapped[str] = column("退回、撤回原因", String(300), default="")
    state: Mapped[str] = column("状态", String(20), default=SigningState.WAITING, info={"enum": SigningState})
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    declaration: Mapped[Declaration] = relationship(info={"label": "申报"})

    def __repr__(self) -> str:
        return f"{self.declaration.applicant_name} {SigningVerb(self.verb).label}"
