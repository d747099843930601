"""What many subjects share: the dimensions of the declaration they hang on, and the level of an office."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.committees.catalogue import CodeItem
from models.declarations.declaration import CAUSES, Declaration
from models.declarations.standing import Holder
from models.register.organisation import NodeKind
from reports.figures.dimension import Dimension, of_words
from reports.figures.subjects.declaration import DECLARATIONS

#: Of the declaration; the shared filters of a page among them.
OF_DECLARATION = ("year", "region", "series", "level", "way", "mode", "channel", "committee", "unit")
#: Who has a case: the applicant, an office of this level, the committee, the province.
RANKS: Mapping[Any, str] = (
    {Holder.APPLICANT.value: Holder.APPLICANT.label}
    | {kind.value: kind.label for kind in NodeKind if kind not in (NodeKind.PROVINCE, NodeKind.SUPERVISION)}
    | {Holder.COMMITTEE.value: Holder.COMMITTEE.label, NodeKind.PROVINCE.value: NodeKind.PROVINCE.label}
)
ranks = of_words(RANKS)


def of_declaration(*names: str) -> list[Dimension]:
    """The dimensions of the declaration, those that are shared without names."""
    return [DECLARATIONS.dimensions[name] for name in names or OF_DECLARATION]


def with_declaration(query: Select[Any], declaration_id: Any) -> Select[Any]:
    """Joined to the declaration that a row hangs on, and to what its dimensions need."""
    return DECLARATIONS.joined(query.join(Declaration, Declaration.id == declaration_id))


def causes(session: Session, found: Collection[Any]) -> Mapping[Any, str]:
    """The list of causes, in its order."""
    listed = select(CodeItem.code, CodeItem.name).where(CodeItem.list_name == CAUSES).order_by(CodeItem.code)
    return dict(session.execute(listed).tuples().all())


def by_name(*dimensions: Dimension) -> dict[str, Dimension]:
    """Dimensions under their names."""
    return {one.name: one for one in dimensions}
