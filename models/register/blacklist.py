"""The blacklist (黑名单) of 失信 persons: three years, lifted early only with a reason."""

from __future__ import annotations

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.register.person import Person


class BlacklistState(Labelled):
    """B2 (到期自动解除) follows from `ends_on`."""

    PROPOSED = "proposed", "拟列入", "warn"
    ACTIVE = "active", "生效", "bad"
    LIFTED = "lifted", "已解除", "off"


class BlacklistKind(Labelled):
    FORGERY = "forgery", "提供虚假材料"
    PLAGIARISM = "plagiarism", "剽窃他人作品或学术成果"
    IMPROPER = "improper", "其他不正当手段"
    EXPERT = "expert", "评委违反评审纪律"


class BlacklistEntry(Model):
    __tablename__ = "blacklist_entry"
    __table_args__ = (Index("ix_blacklist_entry_person", "person_id", "state"),)
    __trailed__ = True
    __protected__ = ("person_id", "starts_on", "ends_on", "state")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info={"label": "人员"})
    kind: Mapped[str] = column("类别", String(20), info={"enum": BlacklistKind})
    reason: Mapped[str] = column("加入黑名单原因", String(500))
    basis: Mapped[str] = column("依据文号", String(120), default="")
    starts_on: Mapped[date] = column("起始日期", Date)
    ends_on: Mapped[date] = column("截止日期", Date)
    lift_reason: Mapped[str] = column("解除原因", String(500), default="")
    state: Mapped[str] = column("状态", String(20), default=BlacklistState.PROPOSED, info={"enum": BlacklistState})
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    person: Mapped[Person] = relationship(info={"label": "人员"})

    def __repr__(self) -> str:
        return f"{self.person.name} {BlacklistKind(self.kind).label}"
