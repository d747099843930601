"""Who sits in a review session and whom each may judge: what session, scoring, ballot and result all ask."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.committees.expert import Expert
from models.declarations.declaration import Declaration
from models.declarations.standing import CANDIDATES
from models.review.session import InterviewSlot, Member, Recusal, ReviewSession
from workflow.base.unit_of_work import UnitOfWork


def candidates(session: Session, plan_id: int) -> list[Declaration]:
    """The candidates of a plan who stand for review now, in the order of their numbers."""
    rows = select(Declaration).where(Declaration.plan_id == plan_id, Declaration.state.in_(CANDIDATES))
    return list(session.scalars(rows.order_by(Declaration.number)))


def review_of(session: Session, declaration: Declaration) -> ReviewSession | None:
    """The session in which a declaration is reviewed, or None."""
    return session.scalar(select(ReviewSession).where(ReviewSession.plan_id == declaration.plan_id))


def seat(uow: UnitOfWork, review: ReviewSession) -> Member | None:
    """The seat of the signed-in expert in this session, or None when he was not drawn."""
    return uow.session.scalar(
        select(Member).join(Expert).where(Member.session_id == review.id, Expert.account_id == uow.actor.id)
    )


def present(review: ReviewSession) -> list[Member]:
    """The members who signed in."""
    return [member for member in review.members if member.signed_in_at is not None]


def recusals(session: Session, review: ReviewSession) -> set[tuple[int, int]]:
    """(expert id, declaration id) of everybody who must not judge somebody (令40号 第二十四条)."""
    rows = select(Recusal.expert_id, Recusal.declaration_id).where(Recusal.session_id == review.id)
    return {(expert, declaration) for expert, declaration in session.execute(rows)}


def outside_the_panel(session: Session, review: ReviewSession) -> set[tuple[int, int]]:
    """(expert id, declaration id) of members who sit in another interview group than the candidate's."""
    rows = select(InterviewSlot.declaration_id, InterviewSlot.panel).where(InterviewSlot.session_id == review.id)
    panels = {declaration: set(panel) for declaration, panel in session.execute(rows) if panel}
    return {
        (member.expert_id, declaration)
        for declaration, panel in panels.items()
        for member in review.members
        if member.expert_id not in panel
    }


def is_quorate(attending: int, members: int) -> bool:
    """Whether two thirds of the members attend (令40号 第十八条), in integers."""
    return members > 0 and 3 * attending >= 2 * members


def own_committee(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Only if the actor's office forms this session's committee."""
    if uow.actor.committee_id == review.plan.committee_id:
        return None
    return f"这是“{review.plan.committee.name}”的评审会议，只能由该评委会的办事机构办理；请用该评委会账号登录。"
