"""Which points are returned most, by series and office; and which an office had passed before and returned again.

Counted over the points that the reader sees by the row policy, whatever row of a section they name: what is asked again
and again belongs into the guidance of the form, or into the 常用语.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, select

from models.committees.catalogue import Series
from models.declarations.correction_item import CorrectionItem, ItemKind
from models.declarations.declaration import Correction, Declaration
from workflow.base import policy
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations.corrections.places import Place

#: Rows of each table.
MOST = 50


@dataclass(frozen=True)
class Counted:
    """How often something was asked, and how often of it though it had been passed before."""

    name: str
    series: str
    times: int
    again: int


def _asked(uow: UnitOfWork, year: int, series_id: int | None, *columns: Any) -> Select[Any]:
    again = func.sum(case((CorrectionItem.again.is_(True), 1), else_=0))
    found = (
        select(*columns, func.count().label("times"), again)
        .select_from(CorrectionItem)
        .join(Declaration, Declaration.id == CorrectionItem.declaration_id)
        .where(policy.rows(uow.actor, CorrectionItem), Declaration.year == year)
        .group_by(*columns)
        .order_by(func.count().desc(), *columns)
        .limit(MOST)
    )
    return found if series_id is None else found.where(Declaration.series_id == series_id)


def by_point(uow: UnitOfWork, year: int, series_id: int | None = None) -> Sequence[Counted]:
    """The places of the form that were named most, each series by itself."""
    columns = (CorrectionItem.kind, CorrectionItem.part, CorrectionItem.place, Series.name)
    found = _asked(uow, year, series_id, *columns).join(Series, Series.id == Declaration.series_id)
    return [
        Counted(Place(ItemKind(kind), part, place).label, series, times, again)
        for kind, part, place, series, times, again in uow.session.execute(found)
    ]


def by_office(uow: UnitOfWork, year: int, series_id: int | None = None) -> Sequence[Counted]:
    """How many points each office has named, under the name that it had then."""
    found = _asked(uow, year, series_id, Correction.organisation_name)
    found = found.join(Correction, Correction.id == CorrectionItem.correction_id)
    return [Counted(name, "", times, again) for name, times, again in uow.session.execute(found)]
