"""Why a declaration is returned or refused, by a code of the office's list (退回原因): what statistics can count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models.committees.catalogue import CodeItem
from models.declarations.declaration import CAUSES
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork


def offered(uow: UnitOfWork, _declaration: Any) -> Sequence[tuple[str, str]]:
    """The causes of the list, in its order."""
    listed = select(CodeItem.code, CodeItem.name).where(CodeItem.list_name == CAUSES).order_by(CodeItem.code)
    return [(code, name) for code, name in uow.session.execute(listed).tuples()]


def known(uow: UnitOfWork, code: str) -> str:
    """The code, which must be one of the list."""
    if code not in dict(offered(uow, None)):
        raise Refused("退回、复核不合格须选择主要原因，便于分类统计（118号 四(三)）；请从列表中选择。", field="cause")
    return code
