"""Abilities: everything a role can hold, each with its words and its default, and the one answer to "does he hold it?".

An ability is a page one may open, export from or change (`page:`), a verb (`verb:`), or a set of rows one may see
(`rows:`). By default it belongs to the standing roles that the tables in code name: ACCESS, the Flow tables, the verbs
without a lifecycle, the scopes of `policy`. What the office has decided otherwise stands in the charters of the roles
(models/accounts/charter.py). Guards, lists, badges, menu, records, files and exports all ask `holds`; nothing else
knows that roles can be made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from models.accounts.charter import charter_of
from workflow.base import roles as r

PAGE, VERB, ROWS = "page", "verb", "rows"
#: Everybody who does business; what all of them have, every made role has too: workbench, messages, own long work.
BUSINESS = frozenset(r.ALL) - frozenset(r.THREE_ADMINS)


@dataclass(frozen=True)
class Ability:
    """One thing a role can hold."""

    key: str  #: "verb:organisation.enter"
    label: str  #: "新增机构"
    group: str  #: the heading it stands under
    roles: tuple[str, ...]  #: the standing roles that have it by default
    permissions: frozenset[tuple[str, str]] = frozenset()  #: of a page: Flask-AppBuilder's (permission, screen)
    note: str = ""

    @property
    def kind(self) -> str:
        """PAGE, VERB or ROWS."""
        return self.key.partition(":")[0]

    @property
    def basic(self) -> bool:
        """Whether every role of the business has it, so that it is no matter of choice."""
        return set(self.roles) >= BUSINESS

    @property
    def who(self) -> str:
        """The standing roles by name, for sentences."""
        return "、".join(name for name in self.roles if name != r.SYSTEM)


_known: dict[str, Ability] = {}


def known() -> Mapping[str, Ability]:
    """The catalogue: everything that can be ticked, in the order in which the rooms have named it."""
    return MappingProxyType(_known)


def know(ability: Ability) -> Ability:
    """Enter an ability; the last word about a key counts, so that a second application of one process agrees."""
    _known[ability.key] = ability
    return ability


def verb(key: str, label: str, group: str, *by: str) -> Ability:
    """A verb that has no lifecycle of its own, such as entering a record: `key` is "organisation.enter"."""
    return know(Ability(f"{VERB}:{key}", label, group, by))


def reading(key: str, label: str, group: str, *by: str) -> Ability:
    """Something of a record that not everybody reads who sees the record: its papers, a name, a number in clear."""
    return know(Ability(f"{ROWS}:{key}", label, group, by))


def carried(role: Any) -> tuple[str, ...]:
    """The standing roles whose duties a role carries, also while it is out of use: it may come back."""
    charter = charter_of(role)
    return charter.capacities if charter is not None else (role.name,)


def holds(actor: Any, key: str, by: Iterable[str]) -> bool:
    """Whether one of the account's roles gives it that ability; `by` are the standing roles that have it by default."""
    return any(grants(role, key, by) for role in actor.roles)


def grants(role: Any, key: str, by: Iterable[str]) -> bool:
    """Whether the role has the ability now: as its charter says, else as the table in code says."""
    charter = charter_of(role)
    if charter is None:
        return role.name in by
    if not charter.in_use:
        return False
    decided = charter.decided.get(key)
    if decided is not None:
        return decided
    return set(by) >= BUSINESS if charter.made else role.name in by


def may(actor: Any, ability: Ability) -> bool:
    """Whether the account may do, open or see that."""
    return holds(actor, ability.key, ability.roles)


def as_declared(actor: Any) -> bool:
    """Whether all the account's roles are as the tables in code say."""
    return not any((charter := charter_of(role)) and (charter.made or charter.abilities) for role in actor.roles)


def abilities_of(roles: Iterable[Any]) -> list[Ability]:
    """Everything these roles hold together, in the order of the catalogue."""
    held = list(roles)
    return [a for a in _known.values() if any(grants(role, a.key, a.roles) for role in held)]


def within(capacities: Iterable[str]) -> dict[str, Ability]:
    """What a role that builds on these standing roles may be given: what they have by default, and no more."""
    names = set(capacities)
    return {key: ability for key, ability in _known.items() if names & set(ability.roles)}


#: What opens the page of figures.
COCKPIT = "page:DashboardView.opens"


def opens_cockpit(account: Any) -> bool:
    """Whether the first page of the account is the 领导驾驶舱 itself: a leader who may open it."""
    return account.plays(r.LEADER) and (page := known().get(COCKPIT)) is not None and may(account, page)
