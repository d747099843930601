"""单位注册: what a unit or bureau has said of itself, until its superior has seen its authority."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts.account import Account
from models.base import Labelled, column
from models.register.organisation import NodeKind, Organisation, UnitNature


class RegistrationState(Labelled):
    WAITING = "waiting", "待核验", "warn"
    VERIFIED = "verified", "核验通过", "ok"
    REJECTED = "rejected", "不予通过", "bad"


class Registration(Model):
    """One registration: the data as they were typed, the account that waits, and the organisation that verifies."""

    __tablename__ = "registration"
    __table_args__ = (
        Index(
            "ix_registration_once",
            "code",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )
    __protected__ = ("account_id", "organisation_id", "superior_id", "code", "name", "kind", "state", "basis")
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "账号"}, index=True)
    superior_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info={"label": "上级单位"}, index=True)
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id"), info={"label": "机构"}, index=True
    )  #: that the province knew before, or that came of it
    code: Mapped[str] = column("统一信用代码", String(18))
    name: Mapped[str] = column("机构名称", String(120))
    kind: Mapped[str] = column("节点类型", String(20), info={"enum": NodeKind})
    nature: Mapped[str] = column("单位性质", String(20), info={"enum": UnitNature})
    region_code: Mapped[str] = column("行政区划", String(6), info={"list": "region"})
    contact: Mapped[str] = column("联系人", String(40))
    telephone: Mapped[str] = column("联系电话", String(40))
    submitted_at: Mapped[datetime] = column("注册时间", DateTime)
    decided_at: Mapped[datetime | None] = column("核验时间", DateTime)
    basis: Mapped[str] = column("核验依据", String(300), default="")
    reason: Mapped[str] = column("不予通过原因", String(500), default="")
    state: Mapped[str] = column("状态", String(20), default=RegistrationState.WAITING, info={"enum": RegistrationState})
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    account: Mapped[Account] = relationship(info={"label": "账号"})
    superior: Mapped[Organisation] = relationship(foreign_keys=[superior_id], info={"label": "上级单位"})
    organisation: Mapped[Organisation | None] = relationship(foreign_keys=[organisation_id], info={"label": "机构"})

    def __repr__(self) -> str:
        return self.name
