"""What an expert, or a candidate, leaves unfinished in a session (未完成登记), with a reason of a list."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.committees.expert import Expert
from models.declarations.declaration import Declaration


class WaiverReason(Labelled):
    """Why points are missing; shortage of time is no reason."""

    ILL = "ill", "评委因病离会"
    CALLED = "called", "评委因公务离会（有通知）"
    ABSENT = "absent", "参评人员缺席面试答辩"


class Waiver(Model):
    """The points that one expert does not give one candidate in one stage."""

    __tablename__ = "waiver"
    __table_args__ = (UniqueConstraint("session_id", "phase", "expert_id", "declaration_id"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("review_session.id"), info={"label": "评审会议"})
    phase: Mapped[str] = column("环节", String(20))
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"), info={"label": "评委"})
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), info={"label": "参评人员"})
    reason: Mapped[str] = column("原因", String(20), info={"enum": WaiverReason})
    note: Mapped[str] = column("说明", String(300), default="")
    given_by: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "登记账号"})
    given_at: Mapped[datetime] = column("登记时间", DateTime)

    expert: Mapped[Expert] = relationship(info={"label": "评委"})
    declaration: Mapped[Declaration] = relationship(info={"label": "参评人员"})
