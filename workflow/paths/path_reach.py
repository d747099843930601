"""Which units an audit path reaches, for a whole province at once.

Units are never walked one by one. Whoever has no place of his own travels exactly as his superior does, so units are
counted per superior in one statement and a way is looked for once per distinct chain of superiors; only organisations
with a place on the path are looked at themselves. At 100,000 units, 3,000 places and some thousand superiors that is
three statements and memory for the superiors and the places, not for the units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.paths.path import PathNode
from models.register.organisation import NodeKind, Organisation
from workflow.paths.path_cases import levels_of
from workflow.paths.places import SHARED, Break, Network, Place

#: Who employs applicants and is not an office of human resources itself.
UNITS = (NodeKind.UNIT, NodeKind.AGENCY, NodeKind.UNIVERSITY, NodeKind.ENTERPRISE, NodeKind.CENTRAL)


@dataclass(frozen=True)
class Listed:
    """An organisation that has a place on some path."""

    name: str
    kind: str
    active: bool
    superior: int | None


@dataclass(frozen=True)
class Group:
    """Units that travel the same way: those below one superior, or one unit with a place of its own."""

    chain: tuple[int, ...]  #: begins with the unit itself where it has a place, else with the superior
    count: int
    superior: int | None
    unit: int | None = None


@dataclass
class Province:
    """Superiors, counts of units and organisations with places, read once (`read`)."""

    above: Mapping[int, int | None]
    counts: Mapping[int | None, int]
    listed: Mapping[int, Listed]
    _chains: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def chain(self, key: int | None) -> tuple[int, ...]:
        """The organisation and its superiors, nearest first; a circle in the master data ends it."""
        if key is None:
            return ()
        if key not in self._chains:
            found: list[int] = []
            here: int | None = key
            while here is not None and here not in found:
                found.append(here)
                here = self.above.get(here)
            self._chains[key] = tuple(found)
        return self._chains[key]

    def groups(self, network: Network) -> Iterator[Group]:
        """Every unit of the province, in groups that share their way through the network."""
        own = {p.organisation for p in network.places.values() if p.living}
        apart: Counter[int | None] = Counter()
        for key in sorted(own):
            unit = self.listed.get(key)
            if unit and unit.active and unit.kind in UNITS:
                apart[unit.superior] += 1
                yield Group(self.chain(key), 1, unit.superior, key)
        for superior, count in self.counts.items():
            if count > apart[superior]:
                yield Group(self.chain(superior), count - apart[superior], superior)


def read(session: Session, also: Sequence[int] = ()) -> Province:
    """Three statements: who is above whom, how many units each superior has, who stands on a path (or is in `also`)."""
    o = Organisation
    superiors = select(o.superior_id).where(o.superior_id.is_not(None)).distinct()
    above = dict(session.execute(select(o.id, o.superior_id).where(o.id.in_(superiors))).tuples().all())
    counted = select(o.superior_id, func.count()).where(o.active.is_(True), o.kind.in_(UNITS)).group_by(o.superior_id)
    counts = dict(session.execute(counted).tuples().all())
    placed = o.id.in_(select(PathNode.organisation_id).distinct())
    rows = session.execute(
        select(o.id, o.name, o.kind, o.active, o.superior_id).where(or_(placed, o.id.in_(also)) if also else placed)
    )
    listed = {key: Listed(name, kind, active, superior) for key, name, kind, active, superior in rows}
    above.update((key, one.superior) for key, one in listed.items())
    return Province(above, counts, listed)


def ways(network: Network, chain: tuple[int, ...], kind: str) -> list[list[Place] | Break]:
    """The way at every level of the path; one where no place is for a single level. Any tree of the path will do."""
    levels = levels_of(kind)
    if network.same_for_all:
        levels = levels[:1]
    return [_any_tree(network, chain, level) for level in levels]


def _any_tree(network: Network, chain: tuple[int, ...], level: str) -> list[Place] | Break:
    first = network.way(chain, level, SHARED)
    if not isinstance(first, Break):
        return first
    for tree in network.trees:
        if tree != SHARED and network.entry(chain, level, tree) is not None:
            found = network.way(chain, level, tree)
            if not isinstance(found, Break):
                return found
    return first


def passing(province: Province, network: Network, kind: str) -> tuple[Counter[int], int]:
    """How many units pass through each organisation of the path, and how many have no way."""
    through: Counter[int] = Counter()
    without = 0
    for group in province.groups(network):
        found = [way for way in ways(network, group.chain, kind) if not isinstance(way, Break)]
        without += group.count if not found else 0
        for organisation in {place.organisation for way in found for place in way}:
            through[organisation] += group.count
    return through, without
