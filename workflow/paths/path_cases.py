"""Declarations that travel an audit path: which of them a path concerns, and who stands at a place of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.declaration import DeclarationState as D
from models.declarations.standing import RUNNING
from models.paths.path import PathKind, PathNode, Way
from workflow.paths.route import REVIEW_KINDS


def levels_of(kind: str) -> list[TitleLevel]:
    """The title levels that travel a path."""
    if kind in (PathKind.INITIAL, PathKind.RECOGNITION):
        return list(TitleLevel)
    return [level for level, served in REVIEW_KINDS.items() if served == kind]


def travels(kind: str) -> ColumnElement[bool]:
    """The clause for declarations whose way and level belong to the path."""
    if kind in (PathKind.INITIAL, PathKind.RECOGNITION):
        return Declaration.way == (Way.INITIAL if kind == PathKind.INITIAL else Way.RECOGNITION)
    return (Declaration.way == Way.REVIEW) & Declaration.level.in_(levels_of(kind))


def standing(node: PathNode) -> Select[Any]:
    """(id, number) of the declarations of this node's tree that stand at, or come back to, the organisation."""
    here = or_(
        RouteStep.position == Declaration.position,
        (Declaration.state == D.RETURNED) & (RouteStep.position == Declaration.returned_from),
    )
    query = (
        select(Declaration.id, Declaration.number)
        .join(RouteStep, RouteStep.declaration_id == Declaration.id)
        .where(
            RouteStep.organisation_id == node.organisation_id, Declaration.state.in_(RUNNING), here, travels(node.kind)
        )
        .order_by(Declaration.number)
    )
    if node.committee_id is not None:
        query = query.where(Declaration.committee_id == node.committee_id)
    if node.office_id is not None:
        query = query.where(Declaration.office_id == node.office_id)
    if node.level is not None:
        query = query.where(Declaration.level == node.level)
    return query
