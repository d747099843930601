"""常用语: a wording for what is to be mended, with its reason, clause and what would do, kept to be chosen again."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import column


class Phrase(Model):
    """Of one office, or of the whole province where neither is named."""

    __tablename__ = "phrase"
    __table_args__ = (
        Index("ix_phrase_organisation", "organisation_id", "number"),
        Index("ix_phrase_committee", "committee_id", "number"),
    )
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), info={"label": "机构"})
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), info={"label": "评委会"})
    reason: Mapped[str] = column("退回原因", String(20))  #: code of the list CAUSES
    text: Mapped[str] = column("存在的问题", String(300))
    fits: Mapped[str] = column("怎样算补齐", String(300))
    clause: Mapped[str] = column("依据", String(80))
    number: Mapped[int] = column("顺序", Integer, least=1, most=999)
    in_use: Mapped[bool] = column("启用", Boolean, default=True)
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}

    @property
    def of_province(self) -> bool:
        """Whether every office is offered it."""
        return self.organisation_id is None and self.committee_id is None

    def __repr__(self) -> str:
        return self.text
