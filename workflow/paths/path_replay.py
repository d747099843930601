"""推演: a draft replayed over this year's units and declarations, before it takes effect (附件3 1.4–1.8).

Units go in groups (`path_reach`); declarations are read as plain rows in one statement, and a way is looked for once
for each superior, committee or office, and level. Nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import zip_longest

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from models.declarations.declaration import Declaration, RouteStep
from models.declarations.declaration import DeclarationState as D
from models.paths.path import AcceptanceOffice, NodeState
from models.paths.path_draft import ChangeVerb, PathDraft
from models.register.organisation import Organisation
from workflow.paths.path_cases import RUNNING, travels
from workflow.paths.path_reach import Province, passing, read
from workflow.paths.places import Break, Network, Place, Tree, in_force, names_of, overlaid

MOST = 100  #: cases named on the page; the counts are of all


@dataclass(frozen=True)
class Case:
    """A declaration whose way would be another. `note`: what of it."""

    id: int
    number: str
    running: bool
    note: str


@dataclass
class Replay:
    """What the draft would change."""

    misfits: dict[int, str]
    #: (id, name, units before, units after)
    organisations: list[tuple[int, str, int, int]] = field(default_factory=list)
    without: tuple[int, int] = (0, 0)  #: units without a way, before and after
    looked_at: int = 0
    running: int = 0
    other: list[Case] = field(default_factory=list)  #: somebody on the way still before it would be another
    others: int = 0
    #: (id, name, declarations it would lose, declarations it would gain), of every office on a way that changes
    offices: list[tuple[int, str, int, int]] = field(default_factory=list)
    lost: list[Case] = field(default_factory=list)  #: no way any more
    losts: int = 0
    unconfirmed: list[tuple[int, str]] = field(default_factory=list)


class Router:
    """Ways of declarations through a network, each distinct one looked for once."""

    def __init__(self, network: Network, province: Province, accepting: dict[int, int]) -> None:
        self.network, self.province, self.accepting = network, province, accepting
        self.placed = {p.organisation for p in network.places.values() if p.living}
        self._ways: dict[tuple[int | None, Tree, str], list[Place] | Break] = {}

    def way(self, unit: int, superior: int | None, tree: Tree, level: str) -> list[int] | Break:
        """Organisations from the unit to the top, as `workflow.paths.route` would give them."""
        start = unit if unit in self.placed else superior
        key = (start, tree, level)
        chain = self.province.chain(superior)
        if key not in self._ways:
            self._ways[key] = self.network.way((unit, *chain), level, tree)
        found = self._ways[key]
        last = self.accepting.get(tree[1]) if tree[1] is not None else None
        if isinstance(found, Break):
            return [unit, last] if last is not None and found.reason == "missing" and last in (unit, *chain) else found
        route = [unit, *(p.organisation for p in found if p.organisation != unit)]
        if last is None:
            return route
        return route[: route.index(last) + 1] if last in route else [*route, last]


def accepting(session: Session) -> dict[int, int]:
    """Accepting office to its organisation."""
    return dict(session.execute(select(AcceptanceOffice.id, AcceptanceOffice.organisation_id)).tuples().all())


def replay(session: Session, draft: PathDraft, today: date) -> Replay:
    """What would be otherwise if the draft counted today."""
    places = in_force(session, draft.kind, today)
    after, misfits = overlaid(session, places, draft)
    answer = Replay(misfits)
    answer.unconfirmed = [
        (c.organisation_id, c.organisation.name)
        for c in draft.changes
        if c.verb in (ChangeVerb.ADD, ChangeVerb.MOVE) and c.confirmed_at is None
    ]
    # who has still to confirm is told apart; the figures are those once all have
    agreed = _agreed(after, {c.node_id for c in draft.changes if c.verb == ChangeVerb.MOVE})
    networks = Network(places), Network(agreed)
    province = read(session, also=sorted({c.organisation_id for c in draft.changes}))
    (now, lost_now), (then, lost_then) = (passing(province, network, draft.kind) for network in networks)
    changed = [key for key in {*now, *then} if now[key] != then[key]]
    names = names_of(session, changed)
    answer.organisations = sorted(
        ((k, names.get(k, ""), now[k], then[k]) for k in changed), key=lambda row: -abs(row[3] - row[2])
    )
    answer.without = (lost_now, lost_then)
    _cases(session, draft.kind, today, answer, *(Router(network, province, accepting(session)) for network in networks))
    return answer


def _agreed(places: dict[int, Place], moved: set[int | None]) -> dict[int, Place]:
    """The same with every drafted place confirmed."""
    return {
        k: replace(p, state=NodeState.CONFIRMED) if p.living and (k < 0 or k in moved) else p for k, p in places.items()
    }


def _cases(session: Session, kind: str, today: date, answer: Replay, before: Router, after: Router) -> None:
    """This year's declarations, drafts and those on their way, one after the other as plain rows."""
    d, onward = Declaration, aliased(RouteStep)
    here = aliased(RouteStep)
    # with the applicant: where it comes back to
    standing = case((d.position >= 0, d.position), else_=func.coalesce(d.returned_from, 0))
    query = (
        select(
            d.id,
            d.number,
            d.state,
            d.unit_id,
            Organisation.superior_id,
            d.committee_id,
            d.office_id,
            d.level,
            here.organisation_id,
            onward.organisation_id,
        )
        .join(Organisation, Organisation.id == d.unit_id)
        .outerjoin(here, (here.declaration_id == d.id) & (here.position == standing))
        .outerjoin(onward, (onward.declaration_id == d.id) & (onward.position == standing + 1))
        .where(d.year == today.year, d.state.in_((D.DRAFT, *RUNNING)), travels(kind))
        .order_by(d.id)
        .execution_options(yield_per=2000)
    )
    notes: list[tuple[Case, int | None, int | None, int]] = []
    lose: Counter[int] = Counter()
    gain: Counter[int] = Counter()
    for key, number, state, unit, superior, committee, office, level, holder, next_now in session.execute(query):
        running = state != D.DRAFT
        if running and holder is None:
            continue  # it comes back to the committee: the path is behind it
        answer.looked_at += 1
        answer.running += running
        old, new = (router.way(unit, superior, (committee, office), level) for router in (before, after))
        if isinstance(new, Break):
            if not isinstance(old, Break):
                answer.losts += 1
                if len(answer.lost) < MOST:
                    answer.lost.append(Case(key, number, running, "按新路径没有可走的审核路径"))
            continue
        at = holder if running and holder is not None else unit
        ahead = _ahead(new, at)
        behind = [] if isinstance(old, Break) else _ahead(old, at)
        if running and next_now is not None and next_now not in behind[:1]:
            behind = [next_now, *behind[1:]]  # it goes on as its own route says, whatever the tree says today
        if (ahead != behind and old != new) or (isinstance(old, Break) and not running):
            answer.others += 1
            lose.update(set(behind) - set(ahead))
            gain.update(set(ahead) - set(behind))
            if len(notes) < MOST:
                step = next((n for n, pair in enumerate(zip_longest(behind, ahead)) if pair[0] != pair[1]), 0)
                notes.append((Case(key, number, running, ""), _at(behind, step), _at(ahead, step), step))
    changed = {*lose, *gain}
    names = names_of(session, {k for _case, *ends, _n in notes for k in ends if k is not None} | changed)
    top = "评委会或最终机构"
    answer.other = [
        Case(
            c.id,
            c.number,
            c.running,
            f"{names.get(was or 0, top)} → {names.get(then or 0, top)}" + (f"（此后第 {step + 1} 站）" if step else ""),
        )
        for c, was, then, step in notes
    ]
    answer.offices = sorted(
        ((k, names.get(k, ""), lose[k], gain[k]) for k in changed), key=lambda row: (-row[2] - row[3], row[0])
    )


def _ahead(route: Iterable[int], here: int) -> list[int]:
    """Who comes after `here`, the nearest first; all after the unit where `here` is not on the route."""
    stops = list(route)
    return stops[(stops.index(here) if here in stops else 0) + 1 :]


def _at(stops: list[int], step: int) -> int | None:
    """The stop of that number; None at the end of the way."""
    return stops[step] if step < len(stops) else None
