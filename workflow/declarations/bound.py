"""What is bound to the content of a declaration: the promise, the card, the posting, the recommendation (118号 四).

Each keeps the digest of what it spoke of (`content`). Whether it still counts is asked, never stored: a fact whose
digest is another than that of the content has lost its force and must be done again.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.declarations.liability import LiabilityCard
from models.declarations.opinion import Opinion, OpinionResult
from workflow.base.remembered import once
from workflow.declarations.content import digest
from workflow.declarations.liability import cards_of


def promised(session: Session, declaration: Declaration) -> bool:
    """Whether the applicant has vouched for what is declared now."""
    content = declaration.content
    return content.promised_at is not None and content.promised_hash == digest(session, declaration)


def card_in_force(session: Session, declaration: Declaration) -> LiabilityCard | None:
    """The newest responsibility card that speaks of what is declared now."""
    now = digest(session, declaration)
    return next((card for card in cards_of(session, declaration) if card.content_hash == now), None)


def posted(session: Session, declaration: Declaration) -> bool:
    """Whether what the unit posted last is what is declared now."""
    return declaration.publicised_hash == digest(session, declaration)


def recommendation(session: Session, declaration: Declaration) -> Opinion | None:
    """The newest recommendation of the unit, whatever it spoke of."""
    given = select(Opinion).where(Opinion.declaration_id == declaration.id, Opinion.result == OpinionResult.RECOMMENDED)
    newest = given.order_by(Opinion.id.desc()).limit(1)
    return once(session, (recommendation, declaration), lambda: session.scalar(newest))


def handed_in(session: Session, declaration: Declaration) -> bool:
    """Whether what is declared now is what the applicant handed in last."""
    return declaration.content_hash is None or declaration.content_hash == digest(session, declaration)


def lost(session: Session, declaration: Declaration) -> list[str]:
    """What was signed, posted or said of another content than that of today: it must be done again."""
    now, content = digest(session, declaration), declaration.content
    cards = [card.content_hash for card in cards_of(session, declaration)]
    said = recommendation(session, declaration)
    bound = (
        ("个人承诺", content.promised_hash if content.promised_at else None),
        ("《真实性审核责任卡》", now if now in cards else next(iter(cards), None)),
        ("单位公示", declaration.publicised_hash),
        ("单位推荐意见", said.content_hash if said else None),
    )
    return [name for name, spoke_of in bound if spoke_of is not None and spoke_of != now]
