"""The opinion of an office on a declaration, as the 评审表 prints it: its handler, its head, its words."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Labelled, column


class OpinionResult(Labelled):
    """What the office decided with its words."""

    RECOMMENDED = "recommended", "同意推荐", "ok"
    STOPPED = "stopped", "不予报送", "bad"
    APPROVED = "approved", "审核通过", "ok"
    QUALIFIED = "qualified", "复核合格", "ok"
    DISQUALIFIED = "disqualified", "复核不合格", "bad"


class Opinion(Model):
    """One opinion. An office that decides again after a return gives another one; its newest counts.

    经办人 and 负责人 are accounts of the office, each of whom has said so himself; a county's office that passes a case
    on signs by its 经办人 alone. Opinions of former years may name a 负责人 who was typed and has no account here.
    """

    __tablename__ = "opinion"
    __protected__ = (
        "declaration_id",
        "office_name",
        "result",
        "assessment",
        "words",
        "handler_name",
        "head_name",
        "given_at",
    )
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), info={"label": "申报"}, index=True)
    position: Mapped[int] = column(
        "审核层级", Integer
    )  #: 0 the unit, 1… auditing organisations, beyond them the committee
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), info={"label": "审核机构"})
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), info={"label": "评委会"})
    office_name: Mapped[str] = column("审核机构名称", String(200))  #: as called on that day
    result: Mapped[str] = column("审核结果", String(20), info={"enum": OpinionResult})
    assessment: Mapped[str] = column("用人单位测评、公示结果", Text, default="")
    words: Mapped[str] = column("意见", Text)
    cause: Mapped[str] = column("不合格原因", String(20), default="")  #: code of the list CAUSES; of refusals only
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), info={"label": "经办人账号"})
    handler_name: Mapped[str] = column("经办人", String(64))
    head_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), info={"label": "负责人账号"})
    head_name: Mapped[str] = column("负责人", String(64), default="")
    given_at: Mapped[datetime] = column("签署时间", DateTime)
    content_hash: Mapped[str] = column("所审内容摘要", String(64), default="")  #: workflow.declarations.content

    @property
    def office(self) -> tuple[int | None, int | None]:
        """Whose opinion it is: an organisation of the route, or the committee's office."""
        return self.organisation_id, self.committee_id
