"""What a change of one place of a path would affect: places below, units, declarations."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration, RouteStep
from models.declarations.declaration import DeclarationState as D
from models.paths.path import PathNode
from workflow.paths.path_cases import RUNNING, travels
from workflow.paths.path_reach import passing, read
from workflow.paths.places import Network, in_force

NAMED = 5


@dataclass(frozen=True)
class Affected:
    """`below`: places under the node. `units`: units that pass it. `running`: cases whose route leads through it."""

    below: int
    units: int
    running: int
    cases: tuple[tuple[int, str], ...]  #: the first of them: (id, number)
    drafts: int  #: declarations of this year on this path that are not yet handed in


def affected(session: Session, node: PathNode, today: date) -> Affected:
    """Counted in a handful of statements, whatever the size of the province."""
    places = in_force(session, node.kind, today)
    children: dict[int | None, list[int]] = defaultdict(list)
    for place in places.values():
        if place.living:
            children[place.parent].append(place.key)
    found, waiting = {node.id}, [node.id]
    while waiting:
        for key in children[waiting.pop()]:
            if key not in found:
                found.add(key)
                waiting.append(key)
    through, _without = passing(read(session), Network(places), node.kind)
    steps = select(RouteStep.declaration_id).where(RouteStep.organisation_id == node.organisation_id)
    mine = [Declaration.state.in_(RUNNING), travels(node.kind), Declaration.id.in_(steps)]
    if node.committee_id is not None:
        mine.append(Declaration.committee_id == node.committee_id)
    if node.office_id is not None:
        mine.append(Declaration.office_id == node.office_id)
    running = session.scalar(select(func.count()).select_from(Declaration).where(*mine)) or 0
    first = (
        session.execute(select(Declaration.id, Declaration.number).where(*mine).order_by(Declaration.id).limit(NAMED))
        .tuples()
        .all()
        if running
        else []
    )
    drafts = session.scalar(
        select(func.count())
        .select_from(Declaration)
        .where(Declaration.state == D.DRAFT, Declaration.year == today.year, travels(node.kind))
    )
    return Affected(len(found) - 1, through[node.organisation_id], running, tuple(first), drafts or 0)
