"""The materials of a declaration, read once for whoever asks: the form, the comparison, 条件核对."""

from __future__ import annotations

from sqlalchemy import select

from models.declarations.declaration import Declaration
from models.declarations.material import Material
from workflow.base.remembered import once
from workflow.base.unit_of_work import UnitOfWork


def materials_of(uow: UnitOfWork, declaration: Declaration) -> list[Material]:
    """The materials of a declaration, in the order of upload."""
    mine = select(Material).where(Material.declaration_id == declaration.id).order_by(Material.id)
    return list(once(uow.session, (materials_of, declaration), lambda: uow.session.scalars(mine).all()))
