"""Who must stand aside for whom (令40号 第二十四条): as the records know it, and judged anew whenever they change.

A merger, a move, another person or a new relation during a session makes colleagues of a judge and a candidate. The
unit of work notes such changes whatever verb made them, and asks here before its commit: the recusal is entered, and
what the expert has written of the candidate is set aside with it. Once he has cast his ballot the change is refused
until the count. Where a relation has ended the recusal goes as well, until the experts read what they judge: nobody
comes back to a candidate half way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.committees.expert import Relation
from models.declarations.declaration import Declaration
from models.review.session import UNDER_WAY, Recusal, ReviewSession, SessionState
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, before_sealing
from workflow.base.watched import Changed, changed_in
from workflow.review import ballot
from workflow.review.bench import candidates, recusals

#: States of a session in which no expert has read anything yet.
BEFORE_READING = (SessionState.PREPARING, SessionState.CHECK_IN, SessionState.TRAINING)
DURING = "会议期间变动："


def due(session: Session, review: ReviewSession, people: Sequence[Declaration]) -> list[Recusal]:
    """Who of the members must stand aside for whom, as far as the records know."""
    ids = [member.expert_id for member in review.members]
    rows = session.scalars(select(Relation).where(Relation.expert_id.in_(ids), Relation.ended_at.is_(None)))
    kinds = {(relation.expert_id, relation.person_id): relation.kind for relation in rows}
    found = []
    for expert in (member.expert for member in review.members):
        for declaration in people:
            reason = kinds.get((expert.id, declaration.person_id))
            if expert.person_id == declaration.person_id:
                reason = "本人"
            elif reason is None and expert.unit_id == declaration.unit_id:
                reason = "同一工作单位"
            if reason:
                found.append(
                    Recusal(session_id=review.id, expert_id=expert.id, declaration_id=declaration.id, reason=reason)
                )
    return found


@before_sealing
def judge_anew(uow: UnitOfWork) -> None:
    """Enter every recusal that this unit of work has made due in a session under way; refuse what comes too late."""
    changed = changed_in(uow.session)
    if not changed:
        return
    for review in _touched(uow.session, changed):
        known = recusals(uow.session, review)
        people = candidates(uow.session, review.plan_id)
        standing = due(uow.session, review, people)
        if review.state in BEFORE_READING:
            _lift(uow, review, people, {(recusal.expert_id, recusal.declaration_id) for recusal in standing})
        added = [recusal for recusal in standing if (recusal.expert_id, recusal.declaration_id) not in known]
        _refuse_after_the_vote(uow, review, {recusal.expert_id for recusal in added})
        for recusal in added:
            recusal.reason = f"{DURING}{recusal.reason}"[:120]
        uow.session.add_all(added)
        uow.session.flush()
        if added:
            uow.record("recuse_anew", review, label="回避关系变动", recusals=len(added))


def _lift(
    uow: UnitOfWork, review: ReviewSession, people: Sequence[Declaration], standing: set[tuple[int, int]]
) -> None:
    """Take away recusals that stood on nothing but a relation that has ended; what the expert declared stays."""
    ids = [member.expert_id for member in review.members]
    ended = select(Relation).where(Relation.expert_id.in_(ids), Relation.ended_at.is_not(None))
    kinds: dict[tuple[int, int], set[str]] = {}
    for relation in uow.session.scalars(ended):
        kinds.setdefault((relation.expert_id, relation.person_id), set()).update(
            (relation.kind, f"{DURING}{relation.kind}"[:120])
        )
    persons = {declaration.id: declaration.person_id for declaration in people}
    lifted = 0
    for recusal in uow.session.scalars(select(Recusal).where(Recusal.session_id == review.id)).all():
        told = kinds.get((recusal.expert_id, persons.get(recusal.declaration_id, 0)), set())
        if recusal.reason in told and (recusal.expert_id, recusal.declaration_id) not in standing:
            uow.session.delete(recusal)
            lifted += 1
    uow.session.flush()
    if lifted:
        uow.record("lift_recusal", review, label="回避关系结束", recusals=lifted)


def _touched(session: Session, changed: Changed) -> Iterable[ReviewSession]:
    """The sessions under way that have one of these experts for a member or one of these people for a candidate."""
    running = session.scalars(
        select(ReviewSession).where(ReviewSession.state.in_((SessionState.PREPARING, *UNDER_WAY)))
    ).all()
    for review in running:
        members = {member.expert_id for member in review.members}
        people = {declaration.id for declaration in candidates(session, review.plan_id)}
        if members & changed.experts or people & changed.declarations:
            yield review


def _refuse_after_the_vote(uow: UnitOfWork, review: ReviewSession, experts: set[int]) -> None:
    if any(ballot.has_cast(uow.session, review, expert) for expert in experts):
        raise Refused(
            f"“{review.name}”正在投票，这次变更会使已投票的评委与参评人员之间应当回避，"
            "暂不能办理（令40号 第二十四条）；请在该会议计票后再办理。"
        )
