"""The signed-in account: Flask-AppBuilder's user, plus whom and what it works for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User, assoc_user_role
from sqlalchemy import Boolean, DateTime, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts.charter import capacities_of
from models.base import Labelled, column
from models.committees.committee import Committee
from models.register.organisation import Organisation
from models.register.person import Person
from models.sealed import Sealed

#: The account commands and registrations act as; nobody signs in with it.
SYSTEM_NAME = "system"
#: Labels of the columns Flask-AppBuilder gave the account.
for _name, _label in {
    "username": "用户名",
    "last_name": "姓名",
    "active": "在用",
    "last_login": "最近登录",
    "created_on": "建立时间",
}.items():
    User.__table__.c[_name].info["label"] = _label


#: The post (岗位) of who is responsible for an office, beside those who handle its cases.
HEAD = "负责人"


class AccountState(Labelled):
    """What the administrators see; kept as `active`."""

    ACTIVE = "active", "在用", "ok"
    DISABLED = "disabled", "已停用", "off"


class Account(User):
    """One person at one desk: an applicant, an officer of an organisation, a committee's office, an expert."""

    __tablename__ = "ab_user"
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)
    must_change_password: Mapped[bool] = column("首次登录须改密码", Boolean, default=False, server_default="0")
    password_set_at: Mapped[datetime | None] = column("密码设置时间", DateTime)
    session_epoch: Mapped[int] = column("会话批次", Integer, default=0, server_default="0")
    failed_logins: Mapped[int] = column("连续失败次数", Integer, default=0, server_default="0")
    locked_until: Mapped[datetime | None] = column("锁定至", DateTime)
    totp_secret: Mapped[str | None] = column("动态口令密钥", Sealed("account.totp"))
    totp_last_step: Mapped[int | None] = column("最近动态口令步", Integer)
    position: Mapped[str] = column("岗位", String(20), default="", server_default="")  #: 经办人 or 负责人

    organisation: Mapped[Organisation | None] = relationship(lazy="joined", info={"label": "所在机构"})
    committee: Mapped[Committee | None] = relationship(lazy="joined", info={"label": "评委会"})
    person: Mapped[Person | None] = relationship(info={"label": "人员"})

    @property
    def state(self) -> AccountState:
        """Where the account stands in its lifecycle (workflow.accounts.accounts.ACCOUNT)."""
        return AccountState.ACTIVE if self.active else AccountState.DISABLED

    @state.setter
    def state(self, value: str) -> None:
        self.active = value == AccountState.ACTIVE

    @property
    def role_names(self) -> tuple[str, ...]:
        """Names of the roles this account holds, as they were given."""
        return tuple(sorted(role.name for role in self.roles))

    def plays(self, *names: str) -> bool:
        """Whether the account acts in the capacity of one of these standing roles, by itself or through a made role.

        What it may do, open and see is asked of `workflow.base.abilities`; this only says as whom.
        """
        return any(name in names for role in self.roles for name in capacities_of(role))

    @property
    def full_name(self) -> str:
        """姓名, family name first."""
        return f"{self.last_name or ''}{self.first_name or ''}"

    def get_full_name(self) -> str:
        """Flask-AppBuilder's name for `full_name`."""
        return self.full_name

    @property
    def desk(self) -> str:
        """The organisation or committee the account acts for; 本人 for an applicant."""
        if self.committee is not None:
            return self.committee.name
        return self.organisation.name if self.organisation is not None else "本人"

    def __repr__(self) -> str:
        return self.full_name or str(self.username)


def _some(where: str) -> dict[str, Any]:
    """An index of the accounts of which that holds."""
    return {"sqlite_where": text(where), "postgresql_where": text(where)}


_accounts = Account.__table__.c
#: What the administrators look after is found among all applicants of the province without looking at them.
Index("ix_ab_user_never_used", _accounts.id, **_some("last_login IS NULL"))
Index("ix_ab_user_locked_until", _accounts.locked_until, **_some("locked_until IS NOT NULL"))
Index("ix_ab_user_nowhere", _accounts.id, **_some("organisation_id IS NULL AND person_id IS NULL"))
Index("ix_ab_user_role_role_id", assoc_user_role.c.role_id)
