"""Which row of the form a file proves (佐证): by section and place of the row, which follow the row when it moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import column
from models.declarations.material import Material

MOST_PLACE = 199
Row = Mapping[str, Any]


class Proof(Model):
    """One file beside one row of one section of its declaration."""

    __tablename__ = "proof"
    __table_args__ = (UniqueConstraint("material_id", "section", "place"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id", ondelete="CASCADE"), info={"label": "材料"})
    section: Mapped[str] = column("申报内容", String(40))
    place: Mapped[int] = column("第几条（从 0 起）", Integer, least=0, most=MOST_PLACE)

    material: Mapped[Material] = relationship(lazy="joined", info={"label": "材料"})


def proofs_of(session: Session, declaration_id: int) -> list[Proof]:
    """Every file of a declaration beside every row that it proves, in the order of the form's rows."""
    mine = select(Proof).join(Material, Material.id == Proof.material_id)
    mine = mine.where(Material.declaration_id == declaration_id)
    return list(session.scalars(mine.order_by(Proof.section, Proof.place, Proof.material_id)).unique())


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
    """The rows of a section are others now: what proves them goes with them; what proved a row that is gone goes."""
    held = [one for one in proofs_of(session, declaration_id) if one.section == section]
    if not held:
        return
    moved = places(old or [], new or [])
    others = [one for one in held if moved.get(one.place) != one.place]
    for one in others:
        session.delete(one)
    session.flush()
    session.add_all(
        Proof(material_id=one.material_id, section=section, place=moved[one.place])
        for one in others
        if one.place in moved
    )
    session.flush()
