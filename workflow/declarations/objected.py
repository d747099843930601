"""What an objection does to its declaration (118号 四(二)2, 六(二)): open it waits, proven it goes no further.

Whether one is proven is what was found (`upheld`), never its state: answering the informant changes nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select

from models.awards.publicity import Objection, ObjectionState
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.paths.path import Way
from workflow.base.unit_of_work import UnitOfWork

#: Not yet investigated to the end.
OPEN: ColumnElement[bool] = Objection.state.in_((ObjectionState.REGISTERED, ObjectionState.INVESTIGATING))
PROVEN: ColumnElement[bool] = Objection.upheld.is_(True)
#: Either of both: the declaration does not go on.
BLOCKING: ColumnElement[bool] = or_(OPEN, PROVEN)
_WAITS = "公示期间有异议尚未办结，不能继续办理（118号 四(二)2、六(二)）；请先完成异议核查。"


def proven(state: str) -> str:
    """What a proven objection leads to where the declaration stands: who ends it, and by which verb."""
    match state:
        case S.SUBMITTED | S.UNIT_REVIEW | S.UNIT_PUBLICITY:
            return "异议经查证属实，申报材料不予报送（118号 四(二)2）；请由单位办理“不予报送”。"
        case S.AT_COMMITTEE:
            return (
                "异议经查证属实，不能认定复核合格（118号 四(二)2、四(四)）；"
                "请办理“复核不合格”，或由省厅审核岗办理“终止申报参评”。"
            )
        case S.FILED:
            return "异议经查证属实，不能发证（118号 四(二)3、六(二)）；请由省厅审核岗办理“取消备案”。"
        case S.FILING:
            return "异议经查证属实，不能备案（118号 六(二)）；请由省厅审核岗退回备案，再办理“终止申报参评”。"
    return "异议经查证属实，不能继续办理（118号 四(二)2、六(二)）；请由省厅审核岗办理“终止申报参评”。"


def _any(uow: UnitOfWork, declaration: Declaration, which: ColumnElement[bool]) -> bool:
    found = select(Objection.id).where(Objection.declaration_id == declaration.id, which).limit(1)
    return uow.session.scalar(found) is not None


def no_proven_objection(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """What was proven of it stops a declaration for good, answered or not (118号 四(二)2)."""
    return proven(declaration.state) if _any(uow, declaration, PROVEN) else None


def no_open_objection(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """An objection blocks until it is investigated and found untrue (118号 四(二)2, 六(二))."""
    if sentence := no_proven_objection(uow, declaration):
        return sentence
    return _WAITS if _any(uow, declaration, OPEN) else None


def objected(uow: UnitOfWork, declarations: Sequence[Declaration]) -> Declaration | None:
    """The first of many of whom an objection is open or proven, in one query."""
    ids = [declaration.id for declaration in declarations]
    found = set(
        uow.session.scalars(select(Objection.declaration_id).where(Objection.declaration_id.in_(ids), BLOCKING))
    )
    return next((declaration for declaration in declarations if declaration.id in found), None)


def gives_the_title(declaration: Declaration) -> bool:
    """Whether the next 通过 is the last of an 初定 or 认定: there it takes effect (附件3 1.12.3)."""
    return declaration.way != Way.REVIEW and declaration.position == max(s.position for s in declaration.route)


def none_before_effect(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """A proven objection stops it at any level; where this 通过 takes effect (初定, 认定) an open one waits too."""
    return (no_open_objection if gives_the_title(declaration) else no_proven_objection)(uow, declaration)


def objected_to(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """A posted result waits for an objection that there is."""
    if _any(uow, declaration, BLOCKING):
        return None
    return "没有尚未办结的异议，不能转入异议核查（118号 六(二)）；请先登记异议。"


def objection_upheld(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """Only a proven objection stops a declaration."""
    if _any(uow, declaration, PROVEN):
        return None
    return "没有查证属实的异议，不能终止（118号 四(二)2）；请先登记并核查异议。"
