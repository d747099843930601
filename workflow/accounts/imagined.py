"""An account as it would be: for showing what roles open before they are saved or given.

It answers what the row policy, the catalogue of abilities and the menu ask of an account, and is never written.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.accounts.charter import PLAYS, capacities_of


@dataclass(frozen=True)
class ImaginedCharter:
    """The charter of a role as its form says it."""

    made: bool
    decided: dict[str, bool]
    capacities: tuple[str, ...]
    in_use: bool = True
    abilities: tuple[str, ...] = ("imagined",)  #: differs from what the tables in code say


@dataclass(frozen=True)
class ImaginedRole:
    """A role that is not kept anywhere."""

    name: str
    charter: ImaginedCharter


@dataclass
class Imagined:
    """Somebody with these roles, at the desk of an account, or at none."""

    roles: Sequence[Any]
    id: int = 0
    organisation_id: int | None = None
    committee_id: int | None = None
    person_id: int | None = None
    is_authenticated: bool = field(default=True, init=False)

    def plays(self, *names: str) -> bool:
        """As an account answers it."""
        return any(name in names for role in self.roles for name in capacities_of(role))


def imagined_role(name: str, capacities: Collection[str], ticked: Collection[str]) -> ImaginedRole:
    """The role that a form describes."""
    decided = {f"{PLAYS}{c}": True for c in capacities} | dict.fromkeys(ticked, True)
    return ImaginedRole(name, ImaginedCharter(True, decided, tuple(capacities)))


def like(account: Any, roles: Sequence[Any]) -> Imagined:
    """The account with other roles; without an account somebody who belongs nowhere."""
    if account is None:
        return Imagined(roles)
    return Imagined(roles, account.id, account.organisation_id, account.committee_id, account.person_id)
