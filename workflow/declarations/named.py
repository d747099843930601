"""Under which names a declaration was filed: series, title, specialty and unit as they were called on that day.

The trees are data, and units are renamed: a specialty may be called otherwise later (附件3 1.1). What a person
handed in, and what is printed for it, keeps the words of its 提交.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.declarations.filed_names import FiledNames
from models.declarations.standing import FILLED_IN
from workflow.base.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Names:
    """What series, title, specialty and unit are called; an empty specialty where none is declared."""

    series: str
    title: str
    specialty: str
    unit: str


def called(declaration: Declaration) -> dict[str, str]:
    """The names as they are today."""
    return {
        "series": declaration.series.name,
        "title": declaration.title.name,
        "specialty": declaration.specialty.name if declaration.specialty else "",
        "unit": declaration.unit.name,
    }


def keep(uow: UnitOfWork, declaration: Declaration) -> FiledNames:
    """Keep today's names as those under which the declaration is handed in now."""
    names = FiledNames(declaration_id=declaration.id, filed_at=uow.now.replace(microsecond=0), **called(declaration))
    uow.session.add(names)
    uow.record("file_names", names, declaration=declaration.number)
    return names


def as_filed(session: Session, declaration: Declaration) -> Names:
    """The names under which the declaration was handed in; those of today while the applicant may still change them."""
    kept = None
    if declaration.state not in FILLED_IN:
        filed = select(FiledNames).where(FiledNames.declaration_id == declaration.id)
        kept = session.scalar(filed.order_by(FiledNames.id.desc()).limit(1))
    if kept is None:
        return Names(**called(declaration))
    return Names(kept.series, kept.title, kept.specialty, kept.unit)
