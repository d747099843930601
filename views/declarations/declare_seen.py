"""What the forms of a declaration show, so that a second window overwrites nothing (views/screens/seen.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models.base import db
from models.declarations.declaration import Declaration
from models.declarations.material import Material
from workflow.declarations import carry, content


def case(mine: Declaration) -> Sequence[Any]:
    """Section 0."""
    return [
        "case", mine.state, mine.title_id, mine.specialty_id, mine.unit_id, mine.committee_id, mine.office_id,
        mine.mode, mine.channel, mine.secret, mine.way,
    ]  # fmt: skip


def part(mine: Declaration, name: str) -> Sequence[Any]:
    """One section as it is kept, or the files."""
    if name == carry.MATERIALS:
        held = select(Material.id, Material.file_id).where(Material.declaration_id == mine.id).order_by(Material.id)
        return [name, mine.state, *map(list, db.session.execute(held).tuples())]
    return [name, mine.state, (mine.content.sections or {}).get(name)]


def whole(mine: Declaration) -> Sequence[Any]:
    """Everything that is declared, and where the declaration stands: what is promised, handed in, taken back."""
    return [mine.state, content.digest(db.session, mine)]
