"""Records of reference data (基础数据) that an office took in hand: the next load leaves them as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from models.office.reference import ReferenceKept

if TYPE_CHECKING:
    from workflow.base.unit_of_work import UnitOfWork

#: How many ids one question names at most.
CHUNK = 500


def keep_for_offices(uow: UnitOfWork) -> None:
    """Whatever was recorded of a `__reference__` record makes it the office's own; loads record files, not records."""
    touched: dict[str, set[int]] = {}
    for _verb, subject, _facts in uow.entries:
        if getattr(subject, "__reference__", False):
            touched.setdefault(subject.__tablename__, set()).add(subject.id)
    for table, ids in touched.items():
        for key in sorted(ids - _known(uow, table, sorted(ids))):
            uow.session.add(ReferenceKept(table_name=table, record_id=key))


def _known(uow: UnitOfWork, table: str, ids: list[int]) -> set[int]:
    held: set[int] = set()
    for first in range(0, len(ids), CHUNK):
        some = ReferenceKept.record_id.in_(ids[first : first + CHUNK])
        held |= set(uow.session.scalars(select(ReferenceKept.record_id).where(ReferenceKept.table_name == table, some)))
    return held
