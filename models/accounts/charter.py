"""What the office has decided about a role: all of a made one, and what differs from the default of a standing one.

Flask-AppBuilder's tables keep the role, who holds it and which pages it opens. A charter adds what they have no word
for: on which standing roles a made role builds (`plays:`), which verbs (`verb:`) and which rows (`rows:`) it has, and
which pages were ticked (`page:`), so that an upgrade can write the permissions of new pages again. A made role has what
its charter gives and nothing else; a standing role has its default, plus what is given, minus what is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import Boolean, DateTime, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from models.base import Labelled, column

#: Begins the ability to act in the capacity of a standing role.
PLAYS = "plays:"


class CharterState(Labelled):
    """Whether the role counts at all."""

    IN_USE = "in_use", "在用", "ok"
    RETIRED = "retired", "停用", "off"


class RoleCharter(Model):
    """角色定义: one for each role, made or standing."""

    __tablename__ = "role_charter"
    __trailed__ = True
    id: Mapped[int] = mapped_column(primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("ab_role.id", ondelete="CASCADE"), unique=True)
    made: Mapped[bool] = column("自建", Boolean, default=False, server_default="0")
    note: Mapped[str] = column("说明", String(300), default="", server_default="", hint="设立依据、使用范围")
    state: Mapped[str] = column(
        "状态", String(20), default=CharterState.IN_USE, server_default="in_use", info={"enum": CharterState}
    )
    edition: Mapped[int] = column("修订次数", Integer, default=0, server_default="0")
    changed_at: Mapped[datetime | None] = column("最近调整时间", DateTime)
    version: Mapped[int] = column("版本", Integer)

    role: Mapped[Role] = relationship(
        lazy="joined", info={"label": "角色"}, backref=backref("charter", uselist=False, lazy="joined")
    )
    abilities: Mapped[list[RoleAbility]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", passive_deletes=True, back_populates="charter"
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def decided(self) -> Mapping[str, bool]:
        """Ability to whether it is given or taken."""
        return {ability.name: ability.given for ability in self.abilities}

    @property
    def capacities(self) -> tuple[str, ...]:
        """The standing roles in whose capacity a holder acts."""
        given = [a.name.removeprefix(PLAYS) for a in self.abilities if a.given and a.name.startswith(PLAYS)]
        return tuple(given) if self.made else (self.role.name, *given)

    @property
    def in_use(self) -> bool:
        """A role that is out of use gives nothing to who holds it."""
        return self.state == CharterState.IN_USE

    @property
    def adjusted(self) -> bool:
        """A standing role that differs from its default."""
        return not self.made and bool(self.abilities)


class RoleAbility(Model):
    """One line of a charter: what the role was given, or what was taken from a standing one."""

    __tablename__ = "role_ability"
    __table_args__ = (UniqueConstraint("charter_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    charter_id: Mapped[int] = mapped_column(ForeignKey("role_charter.id", ondelete="CASCADE"))
    name: Mapped[str] = column("权限项", String(100))
    given: Mapped[bool] = column("授予", Boolean, default=True, server_default="1")

    charter: Mapped[RoleCharter] = relationship(back_populates="abilities")


def charter_of(role: Role) -> RoleCharter | None:
    """The charter of a role; None for one that has none yet, which is then as the table in code says."""
    return role.charter


def capacities_of(role: Role) -> tuple[str, ...]:
    """The standing roles in whose capacity a holder of this role acts now; none while it is out of use."""
    charter = charter_of(role)
    if charter is None:
        return (role.name,)
    return charter.capacities if charter.in_use else ()
