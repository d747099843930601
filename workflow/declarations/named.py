"""Under which names a declaration was filed: series, title and specialty as the trees called them on that day.

The trees are data: a specialty may be renamed later (附件3 1.1). What a person handed in and what is printed for it
keeps the words of its 提交; they stand in the trail of that step, which nobody changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.declarations.standing import FILLED_IN
from models.office.trail import TrailEntry

#: Steps by which a declaration is handed in; the last one counts.
FILED_BY = ("submit", "resubmit")


@dataclass(frozen=True)
class Names:
    """What series, title and specialty are called; an empty specialty where none is declared."""

    series: str
    title: str
    specialty: str


def called(declaration: Declaration) -> dict[str, str]:
    """The names as they are today, for the trail of the step."""
    specialty = declaration.specialty.name if declaration.specialty else ""
    return {"series": declaration.series.name, "title": declaration.title.name, "specialty": specialty}


def as_filed(session: Session, declaration: Declaration) -> Names:
    """The names under which the declaration was handed in; those of today while the applicant may still change them."""
    if declaration.state in FILLED_IN:
        return Names(**called(declaration))
    entries = select(TrailEntry.facts).where(
        TrailEntry.subject_kind == "declaration", TrailEntry.subject_id == declaration.id, TrailEntry.verb.in_(FILED_BY)
    )
    for facts in session.scalars(entries.order_by(TrailEntry.id.desc())):
        if kept := (facts or {}).get("named"):
            return Names(**kept)
    return Names(**called(declaration))
