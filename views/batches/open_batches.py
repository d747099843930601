"""正在开放的批次, as an applicant looks for one: his own city's first, then the province's, searchable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g
from sqlalchemy import case, or_, select

from models.base import db
from models.batches.batch import Batch, BatchState
from models.committees.committee import Committee
from models.declarations.declaration import Declaration
from models.paths.path import AcceptanceOffice
from models.register.organisation import Region
from views.screens.lookup import office_called
from workflow.base import policy

MOST = 60


@dataclass(frozen=True)
class Found:
    """The batches that are open, the city they were sorted by, and whether there are more; those of other regions."""

    batches: list[Batch]
    city: str
    more: bool
    elsewhere: list[Batch]


def open_batches(today: date, q: str) -> Found:
    """Open on that day and fitting what was typed: own city, whole province, elsewhere; within these by the nearest
    end."""
    code = _city()
    region = case((Batch.committee_id.is_not(None), Committee.region_code), else_=AcceptanceOffice.region_code)
    query = (
        policy.visible(g.user, Batch)
        .outerjoin(Committee, Batch.committee_id == Committee.id)
        .outerjoin(AcceptanceOffice, Batch.office_id == AcceptanceOffice.id)
        .where(Batch.state == BatchState.PUBLISHED, Batch.opens_on <= today, Batch.closes_on >= today)
    )
    if q:
        fits = (Batch.name, Batch.scope, Committee.name)
        query = query.where(or_(*(name.contains(q, autoescape=True) for name in fits), office_called(q)))
    near: list[Any] = [(region.startswith(code[:4]), 0)] if code else []
    rank = case(*near, (region == "430000", 1), else_=2)
    found = list(
        db.session.scalars(query.order_by(rank, Batch.closes_on, Batch.name, Batch.id).limit(MOST + 1)).unique()
    )
    city = db.session.scalar(select(Region.name).where(Region.code == code[:4] + "00")) if code else None
    shown, more = found[:MOST], len(found) > MOST
    if not code or q:
        return Found(shown, city or "", more, [])
    own = [batch for batch in shown if _region(batch) == "430000" or _region(batch)[:4] == code[:4]]
    return Found(own, city or "", more, [batch for batch in shown if batch not in own])


def _region(batch: Batch) -> str:
    receiver = batch.committee or batch.office
    return receiver.region_code if receiver else ""


def _city() -> str:
    """The region of the applicant's last declaration; nothing before the first, and for units of the province
    itself."""
    last = (
        select(Declaration.region_code)
        .where(Declaration.person_id == g.user.person_id)
        .order_by(Declaration.id.desc())
        .limit(1)
    )
    code = db.session.scalar(last) or ""
    return "" if code.endswith("0000") else code
