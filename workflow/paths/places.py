"""An audit path as places in memory: who stands where, whether a change fits, and the way up from a unit.

Everything here is pure but `stored`, `due` and `in_force`, which read a whole tree in one statement. A route, the
preview, 体检, 推演 and the migration of cases all walk the same `Network`, so they cannot disagree.

A scheduled draft counts from its day on because `in_force` lays its changes over what is stored; that they are
written into the rows later (`workflow.paths.path_draft.settle`) changes nothing that anybody reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models.committees.catalogue import TitleLevel
from models.paths.path import NodeState, PathNode
from models.paths.path_draft import ChangeVerb, PathChange, PathDraft, PathDraftState
from models.register.organisation import Organisation
from workflow.base.errors import Linked

Tree = tuple[int | None, int | None]  #: (committee, office); both None: the tree all share
SHARED: Tree = (None, None)


@dataclass(frozen=True)
class Place:
    """A node as plain values; `key` is its id, or minus the id of the change that will add it."""

    key: int
    kind: str
    tree: Tree
    level: str | None
    parent: int | None
    organisation: int
    node_kind: str
    fast_return: bool
    deadline: date | None
    state: str

    @property
    def living(self) -> bool:
        """Not cancelled."""
        return self.state != NodeState.CANCELLED


Places = dict[int, Place]


@dataclass(frozen=True)
class Break:
    """Why a way does not hold. `reason`: missing (nobody on the chain is listed), waiting (`at` has not confirmed),
    gone (the parent of `at` is cancelled or serves another level), loop."""

    reason: str
    at: Place | None = None
    above: Place | None = None


# -- reading ----------------------------------------------------------------------------------------


def tree(committee_id: int | None, office_id: int | None) -> ColumnElement[bool]:
    """The clause for the nodes of a committee's or office's own tree; of the general tree without either."""
    return (PathNode.committee_id.is_(None) if committee_id is None else PathNode.committee_id == committee_id) & (
        PathNode.office_id.is_(None) if office_id is None else PathNode.office_id == office_id
    )


def stored(session: Session, kind: str, trees: Iterable[Tree] | None = None) -> Places:
    """The rows of a path as they stand, cancelled ones too; of some of its trees only, where these are given."""
    n = PathNode
    query = select(
        n.id,
        n.kind,
        n.committee_id,
        n.office_id,
        n.level,
        n.parent_id,
        n.organisation_id,
        n.node_kind,
        n.fast_return,
        n.inner_deadline,
        n.state,
    ).where(n.kind == kind)
    if trees is not None:
        query = query.where(or_(*(tree(*each) for each in set(trees))))
    return {
        key: Place(key, of, (committee, office), level, parent, organisation, *facts)
        for key, of, committee, office, level, parent, organisation, *facts in session.execute(query)
    }


def due(session: Session, kind: str, today: date) -> Sequence[PathDraft]:
    """Scheduled drafts whose day has come and which are not yet written down, in the order in which they count."""
    query = select(PathDraft).where(
        PathDraft.kind == kind, PathDraft.state == PathDraftState.SCHEDULED, PathDraft.takes_effect_on <= today
    )
    return session.scalars(query.order_by(PathDraft.takes_effect_on, PathDraft.id)).all()


def in_force(session: Session, kind: str, today: date, trees: Iterable[Tree] | None = None) -> Places:
    """The path as it counts today: the rows, and over them every due draft that still fits as a whole."""
    places = stored(session, kind, trees)
    wanted = None if trees is None else set(trees)
    for draft in due(session, kind, today):
        if wanted is None or (draft.committee_id, draft.office_id) in wanted:
            after, misfits = overlaid(session, places, draft)
            if not misfits:
                places = after
    return places


def overlaid(session: Session, places: Places, draft: PathDraft) -> tuple[Places, dict[int, str]]:
    """The places after the draft's changes, and for each change that does not fit the sentence."""
    names = names_of(
        session,
        {c.organisation_id for c in draft.changes}
        | {p.organisation for p in places.values() if p.key in _named(draft)},
    )
    return apply(places, draft, names)


def _named(draft: PathDraft) -> set[int]:
    return {key for c in draft.changes for key in (c.node_id, c.parent_node_id) if key is not None}


def names_of(session: Session, keys: Iterable[int]) -> dict[int, str]:
    """Names of organisations by id, in statements of a thousand."""
    wanted, names = sorted(set(keys)), dict[int, str]()
    for start in range(0, len(wanted), 1000):
        query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted[start : start + 1000]))
        names.update((key, name) for key, name in session.execute(query))
    return names


# -- changing ---------------------------------------------------------------------------------------


def apply(places: Places, draft: PathDraft, names: Mapping[int, str]) -> tuple[Places, dict[int, str]]:
    """`places` after the changes of the draft, one after the other; a change that does not fit is left out and told."""
    after, misfits = dict(places), {}
    for change in draft.changes:
        made = drafted(after, draft, change)
        sentence = (
            made
            if isinstance(made, str)
            else misplaced(after, made, names)
            if change.verb in (ChangeVerb.ADD, ChangeVerb.MOVE)
            else None
        )
        if isinstance(made, str) or sentence:
            misfits[change.id] = sentence or ""
        else:
            after[made.key] = made
    return after, misfits


def drafted(places: Places, draft: PathDraft, change: PathChange) -> Place | str:
    """The place as the change makes it, or why it cannot."""
    confirmed = NodeState.CONFIRMED if change.confirmed_at else NodeState.PENDING
    parent = (
        change.parent_node_id
        if change.parent_node_id is not None
        else -change.parent_change_id
        if change.parent_change_id
        else None
    )
    if change.verb == ChangeVerb.ADD:
        return Place(
            -change.id,
            draft.kind,
            (draft.committee_id, draft.office_id),
            change.level,
            parent,
            change.organisation_id,
            change.organisation.kind,
            change.fast_return,
            change.inner_deadline,
            confirmed,
        )
    here = places.get(change.node_id or 0)
    if here is None or not here.living:
        return (
            f"“{change.organisation.name}”的节点已被注销，不能再{ChangeVerb(change.verb).label}；请从草稿中去掉这一项。"
        )
    if change.verb == ChangeVerb.MOVE:
        return here if here.parent == parent else replace(here, parent=parent, state=confirmed)
    if change.verb == ChangeVerb.EDIT:
        return replace(here, fast_return=change.fast_return, deadline=change.inner_deadline)
    below = sum(1 for p in places.values() if p.parent == here.key and p.living)
    if below:
        return (
            f"“{change.organisation.name}”之下还有 {below} 个节点，注销后审核路径会中断（附件3 1.4–1.8）；"
            "请先在草稿中调整或注销这些下级。"
        )
    return replace(here, state=NodeState.CANCELLED)


def meet(one: str | None, other: str | None) -> bool:
    """Two places serve a common title level; None serves all."""
    return one is None or other is None or one == other


def misplaced(places: Mapping[int, Place], place: Place, names: Mapping[int, str]) -> str | None:
    """Why a place may not stand where it is put: twice in a tree, below a stranger, a cancelled one, or itself."""
    name = names.get(place.organisation, "该机构")
    for other in places.values():
        if (
            other.organisation == place.organisation
            and other.key != place.key
            and other.living
            and other.tree == place.tree
            and meet(other.level, place.level)
        ):
            return Linked(
                f"“{name}”已在该审核路径中，同一机构在一条路径上只能有一个位置（附件3 1.12 逐级审核）；"
                "请先注销或调整原节点。",
                _link(other, name),
            )
    if place.parent is None:
        return None
    above: Place | None = places.get(place.parent)
    if above is None or not above.living:
        return f"“{name}”的上级节点已不存在或已注销；请重新选择上级（附件3 1.4–1.8）。"
    if above.tree != place.tree or above.kind != place.kind:
        return f"“{name}”的上级节点属于另一条审核路径；请在同一路径中选择上级。"
    if above.level is not None and above.level != place.level:
        return f"“{name}”的上级节点只受理{TitleLevel(above.level).label}，与下级的职称等级不一致；请重新选择上级。"
    seen: set[int] = set()
    while above is not None and above.key not in seen:
        if above.key == place.key or above.organisation == place.organisation:
            return Linked(
                f"“{name}”不能放在自己之下：从所选上级往上会回到该机构，审核路径成环（附件3 1.12 逐级审核）；"
                "请选择其他上级。",
                _link(above, name),
            )
        seen.add(above.key)
        above = places.get(above.parent) if above.parent is not None else None
    return None


def _link(place: Place, name: str) -> list[tuple[str, str, int]]:
    return [(name, "path_node", place.key)] if place.key > 0 else []


# -- the way up -------------------------------------------------------------------------------------


class Network:
    """The places of one path, arranged so that any number of ways can be found without another statement."""

    def __init__(self, places: Mapping[int, Place]) -> None:
        self.places = places
        self.same_for_all = all(place.level is None for place in places.values())  #: no place is for a single level
        self.trees: dict[Tree, list[Place]] = defaultdict(list)
        for place in sorted((p for p in places.values() if p.living), key=lambda p: (p.level is None, abs(p.key))):
            self.trees[place.tree].append(place)
        self._standing: dict[tuple[Tree, str, bool], dict[int, Place]] = {}

    def standing(self, of: Tree, level: str, *, confirmed: bool = True) -> dict[int, Place]:
        """Organisation to its place in a tree for a level; confirmed ones, or those that wait."""
        key = (of, level, confirmed)
        if key not in self._standing:
            found: dict[int, Place] = {}
            for place in self.trees.get(of, ()):
                if place.level in (None, level) and (place.state == NodeState.CONFIRMED) == confirmed:
                    found.setdefault(place.organisation, place)
            self._standing[key] = found
        return self._standing[key]

    def entry(self, chain: Sequence[int], level: str, of: Tree) -> Place | None:
        """The confirmed place nearest to the unit; the own tree is asked before the shared one."""
        for each in (of, SHARED) if of != SHARED else (SHARED,):
            standing = self.standing(each, level)
            for organisation in chain:
                if organisation in standing:
                    return standing[organisation]
        return None

    def waiting(self, chain: Sequence[int], level: str, of: Tree) -> Place | None:
        """A place of the chain that its organisation has not confirmed yet."""
        for each in (of, SHARED) if of != SHARED else (SHARED,):
            standing = self.standing(each, level, confirmed=False)
            for organisation in chain:
                if organisation in standing:
                    return standing[organisation]
        return None

    def climb(self, entry: Place, level: str) -> list[Place] | Break:
        """The entry and its parents to the top; or where it breaks."""
        climbed, keys, here = [entry], {entry.key}, entry
        while here.parent is not None:
            above = self.places.get(here.parent)
            if above is None or not above.living or above.level not in (None, level):
                return Break("gone", here, above)
            if above.state != NodeState.CONFIRMED:
                return Break("waiting", above)
            if above.key in keys:
                return Break("loop", above)
            keys.add(above.key)
            climbed.append(above)
            here = above
        return climbed

    def way(self, chain: Sequence[int], level: str, of: Tree = SHARED) -> list[Place] | Break:
        """From the unit (first of the chain of superiors) to the top of the path."""
        entry = self.entry(chain, level, of)
        if entry is None:
            waits = self.waiting(chain, level, of)
            return Break("waiting", waits, waits) if waits else Break("missing")
        return self.climb(entry, level)

    def loops(self) -> list[Place]:
        """Living places from which the way up never ends, found in one walk over all."""
        good: set[int] = set()
        bad: set[int] = set()
        for start in self.places:
            trail: list[int] = []
            on_trail: set[int] = set()
            here: int | None = start
            while here is not None and here not in good and here not in bad and here not in on_trail:
                trail.append(here)
                on_trail.add(here)
                found = self.places.get(here)
                here = found.parent if found else None
            (bad if here is not None and (here in bad or here in on_trail) else good).update(trail)
        return [p for key in sorted(bad) if (p := self.places.get(key)) and p.living]
