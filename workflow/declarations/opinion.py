"""Opinions of offices on a declaration: given with the verb that decides, printed on the 评审表."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.committees.catalogue import CodeItem
from models.declarations.declaration import CAUSES, Declaration
from models.declarations.opinion import Opinion, OpinionResult
from workflow.accounts.delegation import OFFICES
from workflow.base.abilities import reading
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import content
from workflow.declarations.signing import Hands

#: What each office says of a case, on one sheet: for the offices on its way.
SHEET = reading("declaration.opinion_sheet", "资格审查意见表", "申报", *OFFICES)


def compose(
    uow: UnitOfWork,
    declaration: Declaration,
    result: OpinionResult,
    hands: Hands,
    *,
    words: str,
    assessment: str = "",
) -> Opinion:
    """What the actor's office says of the declaration at the level where it lies now, and who answers for it."""
    committee = uow.actor.committee_id
    return Opinion(
        declaration_id=declaration.id,
        position=declaration.position,
        organisation_id=None if committee else uow.actor.organisation_id,
        committee_id=committee,
        office_name=uow.actor.desk,
        result=result,
        assessment=assessment,
        words=words,
        handler_id=hands.handler_id,
        handler_name=hands.handler_name,
        head_id=hands.head_id,
        head_name=hands.head_name,
        given_at=uow.now.replace(microsecond=0),
        content_hash=content.digest(uow.session, declaration),
    )


def told(opinion: Opinion, hands: Hands) -> dict[str, Any]:
    """The opinion for the trail: the words people read, and whose it is; for whom the 负责人 signed, as a person."""
    facts = {
        "opinion": opinion.words,
        "handler": opinion.handler_name,
        "head": opinion.head_name,
        "signed": [opinion.handler_id, opinion.head_id],
        "office": [opinion.position, opinion.organisation_id, opinion.committee_id],
    }
    if hands.principal:
        facts["principal"] = list(hands.principal)
    return facts | ({"assessment": opinion.assessment} if opinion.assessment else {})


def keep(uow: UnitOfWork, opinion: Opinion) -> None:
    """The opinion is given: from now on forms print it, and a seal covers it."""
    uow.session.add(opinion)
    uow.record("give_opinion", opinion)


def newest(session: Session, declaration: Declaration) -> list[Opinion]:
    """The newest opinion of each office on what is declared now, in the order of the levels: what forms print."""
    here = (Opinion.declaration_id == declaration.id) & (Opinion.content_hash == content.digest(session, declaration))
    given = session.scalars(select(Opinion).where(here).order_by(Opinion.id))
    last = {opinion.office: opinion for opinion in given}
    return sorted(last.values(), key=lambda opinion: (opinion.position, opinion.id))


def causes(uow: UnitOfWork, _declaration: Any) -> Sequence[tuple[str, str]]:
    """Why a declaration is returned or refused, by the list of the office (退回原因): what statistics can count."""
    listed = select(CodeItem.code, CodeItem.name).where(CodeItem.list_name == CAUSES).order_by(CodeItem.code)
    return [(code, name) for code, name in uow.session.execute(listed).tuples()]


def known_cause(uow: UnitOfWork, code: str) -> str:
    """The code, which must be one of the list."""
    if code not in dict(causes(uow, None)):
        raise Refused("退回、复核不合格须选择主要原因，便于分类统计（118号 四(三)）；请从列表中选择。", field="cause")
    return code
