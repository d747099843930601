"""Nobody and no room is twice at once: the turns of interviews against each other, over all sessions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.committees.expert import Expert
from models.declarations.declaration import Declaration
from models.review.session import UNDER_WAY, InterviewSlot, Member, ReviewSession, SessionState
from workflow.base.errors import Refused
from workflow.review.venues import same_place


@dataclass(frozen=True)
class Turn:
    """An interview as it is meant, before anything is written."""

    declaration: Declaration
    starts_at: datetime
    minutes: int
    place: str
    panel: frozenset[int]  #: ids of experts; none: the whole committee

    @property
    def ends_at(self) -> datetime:
        """When the next may begin in the same room."""
        return self.starts_at + timedelta(minutes=self.minutes)


#: Session id → expert id → (person id, code).
Benches = dict[int, dict[int, tuple[int, str]]]


def refuse(session: Session, review: ReviewSession, planned: Sequence[Turn]) -> None:
    """Refuse turns that overlap with standing ones in room, expert or candidate; names the first."""
    if not planned:
        return
    own = {turn.declaration.id for turn in planned}
    first, last = min(turn.starts_at for turn in planned), max(turn.ends_at for turn in planned)
    standing = select(InterviewSlot).join(ReviewSession, ReviewSession.id == InterviewSlot.session_id)
    standing = standing.where(
        ReviewSession.state.in_((SessionState.PREPARING, *UNDER_WAY)), InterviewSlot.starts_at < last
    ).options(joinedload(InterviewSlot.declaration))
    others = [
        slot
        for slot in session.scalars(standing)
        if slot.ends_at > first and not (slot.session_id == review.id and slot.declaration_id in own)
    ]
    benches = _benches(session, {review.id, *(slot.session_id for slot in others)})
    for turn in planned:
        for other in others:
            if turn.starts_at < other.ends_at and other.starts_at < turn.ends_at:
                for field, sentence in _clash(review, turn, other, benches):
                    raise Refused(sentence, field=field)


def _clash(review: ReviewSession, turn: Turn, other: InterviewSlot, benches: Benches) -> Iterator[tuple[str, str]]:
    when = f"{other.starts_at:%m-%d %H:%M}—{other.ends_at:%H:%M}"
    whose = "本会议" if other.session_id == review.id else "另一评审会议"
    if turn.declaration.person_id == other.declaration.person_id:
        yield (
            "starts_at",
            f"{turn.declaration.number} 的申报人在 {when} 另有面试（{whose}），不能同时参加；请错开时间。",
        )
    if same_place(turn.place, other.place):
        yield "place", f"{other.place} 在 {when} 已安排{whose}的面试（{other.group_name}）；请更换地点或错开时间。"
    busy = _people(benches.get(other.session_id, {}), set(other.panel))
    wanted = _people(benches.get(review.id, {}), turn.panel)
    if both := sorted(code for person, code in wanted.items() if person in busy):
        named = "、".join(both[:5]) + (f" 等 {len(both)} 人" if len(both) > 5 else "")
        yield (
            "panel",
            f"评委 {named} 在 {when} 已参加{whose}的面试（{other.group_name}），不能同时在两处；"
            "请错开时间，或为两组分别选择面试评委。",
        )


def _people(bench: dict[int, tuple[int, str]], panel: Collection[int]) -> dict[int, str]:
    """Person id → code of the experts who sit at that turn."""
    return {person: code for expert, (person, code) in bench.items() if not panel or expert in panel}


def _benches(session: Session, reviews: set[int]) -> Benches:
    rows = select(Member.session_id, Expert.id, Expert.person_id, Member.code).join(
        Expert, Expert.id == Member.expert_id
    )
    found: Benches = {}
    for number, expert, person, code in session.execute(rows.where(Member.session_id.in_(reviews))):
        found.setdefault(number, {})[expert] = (person, code)
    return found
