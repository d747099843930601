"""破格推荐 (人社厅发〔2022〕60号): who holds 正高 is asked by the applicant, and answers himself."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.declarations.declaration import Declaration
from models.register.person import Person


class EndorsementState(Labelled):
    ASKED = "asked", "待答复", "run"
    GIVEN = "given", "已推荐", "ok"
    DECLINED = "declined", "不予推荐", "off"
    WITHDRAWN = "withdrawn", "已撤回", "off"


class Endorsement(Model):
    """One person's recommendation of an exceptional declaration, and the certificate by which he was found."""

    __tablename__ = "endorsement"
    __table_args__ = (
        Index(
            "ix_endorsement_once",
            "declaration_id",
            "person_id",
            unique=True,
            sqlite_where=text("state IN ('asked', 'given')"),
            postgresql_where=text("state IN ('asked', 'given')"),
        ),
    )
    __protected__ = ("declaration_id", "person_id", "certificate_number", "state", "words")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), info={"label": "申报"}, index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info={"label": "推荐人"}, index=True)
    certificate_number: Mapped[str] = column("推荐人证书编号", String(18))
    asked_at: Mapped[datetime] = column("邀请时间", DateTime)
    answered_at: Mapped[datetime | None] = column("答复时间", DateTime)
    words: Mapped[str] = column("推荐意见", String(1000), default="")
    state: Mapped[str] = column("状态", String(20), default=EndorsementState.ASKED, info={"enum": EndorsementState})
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    declaration: Mapped[Declaration] = relationship(info={"label": "申报"})
    person: Mapped[Person] = relationship(info={"label": "推荐人"})

    def __repr__(self) -> str:
        return f"{self.person.name} {EndorsementState(self.state).label}"
