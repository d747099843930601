"""占用职数: who of an institution needs a place follows from unit, post and level (N7, N16, N28), nobody ticks it.

A place is needed where the unit is a 事业单位, the person is in a post of its 岗位设置, and the level is one whose
posts are approved by number. The person states whether he is in such a post, and signs it; the unit confirms it when it
recommends. Where the two differ nothing goes on: the statement is mended by the one who made it.
"""

from __future__ import annotations

from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.paths.path import Way
from workflow.declarations.eligibility import facts_in

#: Levels whose posts are approved by number, and for which places are declared (附件2 1.5.1).
LEVELS = (TitleLevel.FULL_SENIOR, TitleLevel.ASSOCIATE_SENIOR, TitleLevel.INTERMEDIATE)
IN_POST, NOT_IN_POST = "yes", "no"
POSTS = ((IN_POST, "已纳入岗位设置管理，占用职数"), (NOT_IN_POST, "未纳入岗位设置管理，不占用职数"))


def asked_of(declaration: Declaration) -> bool:
    """Whether unit and level are such that a post takes a place."""
    return declaration.way == Way.REVIEW and declaration.unit.is_institution and declaration.level in LEVELS


def stated_in_post(declaration: Declaration) -> bool:
    """What the applicant says of his post; in one, until he says otherwise."""
    said = facts_in(declaration, "basic").get("in_established_post")
    return said is None or said in (True, "yes", "是")


def needs_place(declaration: Declaration) -> bool:
    """Whether the declaration takes a place of its unit."""
    return asked_of(declaration) and stated_in_post(declaration)


def settle(declaration: Declaration) -> None:
    """Write down what follows, for lists and sheets."""
    declaration.needs_quota = needs_place(declaration)
