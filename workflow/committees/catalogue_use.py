"""Who names a node of the 专业树 or of the 职称树, and what a move of it would change (附件3 1.1, 1.2).

A node that is named is not deleted; before it is moved or put out of use the keeper reads here who would notice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, Select, distinct, func, select
from sqlalchemy.orm import Session

from models.committees.catalogue import Specialty, Title
from models.committees.committee import Committee, CommitteeSpecialty
from models.committees.expert import Expert
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.declarations.quota import Quota
from models.declarations.standing import SETTLED
from models.review.plan import Plan

#: Names that are shown of each kind; the count tells of the rest.
MOST = 5


@dataclass(frozen=True)
class Named:
    """One record that names the node: what people call it, and where it is shown (`kind`, `key`)."""

    text: str
    kind: str
    key: int


@dataclass(frozen=True)
class Use:
    """One kind of record that names the node: how many, how many of them in hand, and the first ones by name."""

    label: str
    count: int
    open: int
    named: Sequence[Named]


@dataclass(frozen=True)
class _Kind:
    """How a table that names a node is spoken of."""

    label: str
    kind: str
    shown: Callable[[ColumnElement[bool]], Select[Any]]
    text: Callable[[Any], str]


# fmt: off
_KINDS: dict[str, _Kind] = {
    "specialty":           _Kind("下级专业",       "specialty",   lambda c: select(Specialty).where(c).order_by(Specialty.code), lambda s: f"{s.name}（{s.code}）"),
    "declaration":         _Kind("申报",           "declaration", lambda c: select(Declaration).where(c).order_by(Declaration.id.desc()), lambda d: f"{d.applicant_name}（{d.number}）"),
    "committee_specialty": _Kind("评委会评审专业", "committee",   lambda c: select(Committee).where(Committee.specialties.any(c)).order_by(Committee.id), lambda k: k.name),
    "expert":              _Kind("评审专家",       "expert",      lambda c: select(Expert).where(c).order_by(Expert.id), lambda e: e.code),
    "plan_need":           _Kind("专家需求",       "plan",        lambda c: select(Plan).where(Plan.needs.any(c)).order_by(Plan.id.desc()), lambda p: p.name),
    "quota":               _Kind("职数",           "quota",       lambda c: select(Quota).where(c).order_by(Quota.id.desc()), lambda q: f"{q.unit.name} {q.year} 年度"),
}
# fmt: on


def uses(session: Session, model: type[Specialty] | type[Title], keys: Sequence[int]) -> list[Use]:
    """Every kind of record that names one of the nodes; a fixed number of questions, however many there are."""
    found: list[Use] = []
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            if not any(key.column.table is model.__table__ for key in column.foreign_keys):
                continue
            clause = column.in_(keys)
            count = session.scalar(select(func.count()).select_from(table).where(clause)) or 0
            if count:
                found.append(_use(session, table.name, clause, count))
    return found


def _use(session: Session, table: str, clause: ColumnElement[bool], count: int) -> Use:
    kind = _KINDS.get(table)
    if kind is None:
        return Use("其他记录", count, 0, ())
    in_hand = 0
    if table == "declaration":
        in_hand = (
            session.scalar(select(func.count(Declaration.id)).where(clause, Declaration.state.not_in(SETTLED))) or 0
        )
    rows = session.scalars(kind.shown(clause).limit(MOST)).unique()
    return Use(kind.label, count, in_hand, [Named(kind.text(row), kind.kind, row.id) for row in rows])


def told(found: Sequence[Use]) -> str:
    """`3 个申报、1 个职数`, with those in hand."""
    return "、".join(f"{use.count} 个{use.label}" + (f"（在办 {use.open} 个）" if use.open else "") for use in found)


def below(session: Session, specialty: Specialty) -> list[int]:
    """The node and everything below it, by key."""
    tree = select(Specialty.id).where(Specialty.id == specialty.id).cte("below", recursive=True)
    tree = tree.union(select(Specialty.id).join(tree, Specialty.parent_id == tree.c.id))
    return list(session.scalars(select(tree.c.id)))


def above(session: Session, specialty: Specialty | None) -> list[int]:
    """The node and everything above it, by key, the nearest first."""
    keys: list[int] = []
    while specialty is not None and specialty.id not in keys:
        keys.append(specialty.id)
        specialty = session.get(Specialty, specialty.parent_id) if specialty.parent_id else None
    return keys


def years(session: Session, model: type[Specialty] | type[Title], keys: Sequence[int]) -> tuple[int, int] | None:
    """The first and the last year in which a declaration names one of the nodes; None when none does."""
    column = Declaration.specialty_id if model is Specialty else Declaration.title_id
    found = select(func.min(Declaration.year), func.max(Declaration.year)).where(
        column.in_(keys), Declaration.state != D.WITHDRAWN
    )
    first, last = session.execute(found).one()
    return None if first is None else (first, last)


def leaving(session: Session, specialty: Specialty, parent: Specialty) -> list[Named]:
    """Declarations in hand that their committee, which reviews by specialty, would no longer cover after the move.

    Only committees that name a node left behind by the move can lose anything; they alone are looked at.
    """
    kept = above(session, parent)
    left = set(above(session, session.get(Specialty, specialty.parent_id))) - set(kept)
    keys = below(session, specialty)
    losing = select(distinct(CommitteeSpecialty.committee_id)).where(CommitteeSpecialty.specialty_id.in_(left))
    rows = session.scalars(
        select(Declaration)
        .where(
            Declaration.specialty_id.in_(keys), Declaration.committee_id.in_(losing), Declaration.state.not_in(SETTLED)
        )
        .order_by(Declaration.id)
    ).all()
    scope: dict[int, set[int]] = {}
    named = select(CommitteeSpecialty.committee_id, CommitteeSpecialty.specialty_id)
    for committee, key in session.execute(
        named.where(CommitteeSpecialty.committee_id.in_({row.committee_id for row in rows}))
    ):
        scope.setdefault(committee, set()).add(key)
    inside = {row.specialty_id: set(above(session, row.specialty)) & set(keys) for row in rows}
    return [
        Named(f"{row.applicant_name}（{row.number}）", "declaration", row.id)
        for row in rows
        if row.committee_id is not None
        and not scope.get(row.committee_id, set()) & (inside[row.specialty_id] | set(kept))
    ]
