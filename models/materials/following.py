"""What hangs on a row of the form by its place goes with the row when it moves: proofs, and the entry it was chosen
from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.materials.library import LibraryUse
from models.materials.proof import Proof, proofs_of

Row = Mapping[str, Any]


def places(old: Sequence[Row], new: Sequence[Row]) -> dict[int, int]:
    """Where each old row stands among the new ones: the same row first, then the one most like it, then, where nothing
    was added or taken away, the one in its order. Rows that are gone are not named."""
    left, free = list(range(len(old))), list(range(len(new)))
    found: dict[int, int] = {}

    def settle(one: int, place: int) -> None:
        found[one] = place
        left.remove(one)
        free.remove(place)

    for one in list(left):
        same = [place for place in free if new[place] == old[one]]
        if same:
            settle(one, min(same, key=lambda place: abs(place - one)))
    for one in list(left):
        like = max(free, key=lambda place: (_alike(old[one], new[place]), -abs(place - one)), default=None)
        if like is not None and _alike(old[one], new[like]):
            settle(one, like)
    if len(left) == len(free):
        found |= dict(zip(left, free, strict=True))
    return found


def _alike(old: Row, new: Row) -> int:
    return sum(1 for key, value in old.items() if value not in (None, "", False) and new.get(key) == value)


def follow(
    session: Session, declaration_id: int, section: str, old: Sequence[Row] | None, new: Sequence[Row] | None
) -> None:
    """The rows of a section are others now: what hangs on them goes with them, and what hung on a row that is gone
    goes."""
    uses = select(LibraryUse).where(LibraryUse.declaration_id == declaration_id, LibraryUse.section == section)
    held: list[Proof | LibraryUse] = [one for one in proofs_of(session, declaration_id) if one.section == section]
    held += session.scalars(uses)
    if not held:
        return
    moved = places(old or [], new or [])
    others = [one for one in held if moved.get(one.place) != one.place]
    again = [_again(one, moved[one.place]) for one in others if one.place in moved]
    for one in others:
        session.delete(one)
    session.flush()
    session.add_all(again)
    session.flush()


def _again(one: Proof | LibraryUse, place: int) -> Proof | LibraryUse:
    if isinstance(one, Proof):
        return Proof(material_id=one.material_id, section=one.section, place=place)
    return LibraryUse(entry_id=one.entry_id, declaration_id=one.declaration_id, section=one.section, place=place)
