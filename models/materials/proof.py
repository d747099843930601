"""Which row of the form a file proves (佐证): by section and place of the row (models/materials/following.py)."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import column
from models.declarations.material import Material

MOST_PLACE = 199


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
