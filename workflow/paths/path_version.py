"""路径版本: each change of a path that takes effect begins the next version; a declaration keeps the one it started
on."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.paths.path import PathNode
from models.paths.path_draft import PathDraft
from models.paths.path_version import PathVersion
from workflow.base.unit_of_work import UnitOfWork
from workflow.paths.places import due, overlaid, stored


def newest(session: Session, kind: str) -> int:
    """The number of the last version that is written down; 0 before the first."""
    return session.scalar(select(func.max(PathVersion.number)).where(PathVersion.kind == kind)) or 0


def current(session: Session, kind: str, today: date) -> int:
    """The version that counts today: those written down, and one more for each due draft that fits."""
    number, waiting = newest(session, kind), due(session, kind, today)
    if waiting:
        places = stored(session, kind)
        for draft in waiting:
            after, misfits = overlaid(session, places, draft)
            if not misfits:
                places, number = after, number + 1
    return number


def begin(
    uow: UnitOfWork, kind: str, what: str, *, node: PathNode | None = None, draft: PathDraft | None = None
) -> int:
    """The next version of the path begins now; answers its number."""
    number = newest(uow.session, kind) + 1
    uow.session.add(
        PathVersion(
            kind=kind,
            number=number,
            began_at=uow.now.replace(microsecond=0),
            what=what[:200],
            node_id=node.id if node else None,
            draft_id=draft.id if draft else None,
        )
    )
    uow.session.flush()
    return number
