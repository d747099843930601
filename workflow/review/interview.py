"""Interviews (面试答辩, 附件2 1.2.4): turns, the 面试通知 and the receipt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from models.declarations.declaration import Declaration
from models.review.session import InterviewSlot, ReviewSession
from models.review.session import SessionState as S
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.notices import tell
from workflow.base.roles import APPLICANT, COMMITTEE_OFFICE
from workflow.base.unit_of_work import UnitOfWork
from workflow.review.bench import candidates, own_committee

ARRANGE = verb("interview.arrange", "安排面试", "面试", COMMITTEE_OFFICE)
CONFIRM = verb("interview.confirm", "确认面试通知", "面试", APPLICANT)

#: Stages in which turns may still be given and told.
BEFORE = (S.PREPARING, S.CHECK_IN, S.TRAINING, S.MATERIAL_REVIEW, S.MATERIAL_SCORING)


def schedule(
    uow: UnitOfWork,
    review: ReviewSession,
    *,
    starts_at: datetime,
    minutes: int,
    group: str = "第一组",
    people: Sequence[Declaration] | None = None,
    place: str = "",
    day_ends: int = 18,
) -> list[InterviewSlot]:
    """Give candidates their turns in one group, one after the other (附件2 1.2.4).

    Takes the first moment, the length of an interview and the group; without `people` everybody who has
    no turn yet, by number. What would end after `day_ends` o'clock goes to the next day at the same hour.
    Refuses other offices, a moment in the past or before the opening, and who was already notified.
    """
    _refuse_not_scheduling(uow, review)
    if not 5 <= minutes <= 180:
        raise Refused("每人面试时间应在 5 至 180 分钟之间，请更正。", field="minutes")
    if starts_at <= uow.now or starts_at.date() < review.plan.opens_on:
        raise Refused(
            f"面试开始时间应在当前时间之后，且不早于开评日期 {review.plan.opens_on}，请更正。", field="starts_at"
        )
    if starts_at + timedelta(minutes=minutes) > starts_at.replace(hour=0, minute=0) + timedelta(hours=day_ends):
        raise Refused(f"面试应在当天 {day_ends} 时前结束，请提早开始时间。", field="starts_at")
    slots = {slot.declaration_id: slot for slot in _slots(uow, review)}
    chosen = people if people is not None else [d for d in candidates(uow.session, review.plan_id) if d.id not in slots]
    told = [d.number for d in chosen if d.id in slots and slots[d.id].notified_at]
    if told:
        raise Refused(f"{'、'.join(told[:5])} 已发送面试通知，不能另行安排；如需调整请电话告知并在会议记录中注明。")
    for declaration in chosen:
        if declaration.id in slots:
            uow.session.execute(delete(InterviewSlot).where(InterviewSlot.id == slots[declaration.id].id))
    added = [
        InterviewSlot(
            session_id=review.id,
            declaration_id=declaration.id,
            starts_at=moment,
            group_name=group.strip(),
            place=(place or review.plan.interview_place).strip(),
            sequence=sequence,
        )
        for sequence, (declaration, moment) in enumerate(
            zip(chosen, _moments(starts_at, minutes, day_ends), strict=False), start=1
        )
    ]
    uow.session.add_all(added)
    uow.session.flush()
    uow.record("schedule_interviews", review, label="安排面试", group=group, people=len(added), starts_at=starts_at)
    return added


def _refuse_not_scheduling(uow: UnitOfWork, review: ReviewSession) -> None:
    uow.lead(ARRANGE)
    if sentence := own_committee(uow, review):
        raise NotYou(sentence)
    if review.state not in BEFORE:
        raise NotNow(f"会议当前为“{S(review.state).label}”环节，不能再安排面试。")


def _moments(first: datetime, minutes: int, day_ends: int) -> Iterable[datetime]:
    moment, step = first, timedelta(minutes=minutes)
    while True:
        yield moment
        moment += step
        if moment + step > moment.replace(hour=0, minute=0, second=0) + timedelta(hours=day_ends):
            moment = datetime.combine(moment.date() + timedelta(days=1), first.time())


def _slots(uow: UnitOfWork, review: ReviewSession) -> list[InterviewSlot]:
    rows = select(InterviewSlot).where(InterviewSlot.session_id == review.id)
    return list(uow.session.scalars(rows.order_by(InterviewSlot.group_name, InterviewSlot.sequence)))


def notify(uow: UnitOfWork, review: ReviewSession) -> int:
    """Send the 面试通知 to everybody with a turn who was not told yet; gives how many (附件2 1.2.4)."""
    _refuse_not_scheduling(uow, review)
    waiting = [slot for slot in _slots(uow, review) if slot.notified_at is None]
    if not waiting:
        raise NotNow("没有待发送的面试通知；请先安排面试时间。")
    for slot in waiting:
        slot.notified_at = uow.now.replace(microsecond=0)
        tell(
            uow,
            slot.declaration.person,
            "面试通知",
            f"{slot.declaration.number}：请于 {slot.starts_at:%Y-%m-%d %H:%M} 到{slot.place}参加面试答辩，"
            f"{slot.group_name}第 {slot.sequence} 位；请携带本人有效证件，提前 30 分钟到场，并在系统中确认回执。",
            f"/open/interview/{slot.declaration_id}",
        )
    uow.record("notify_interviews", review, label="发送面试通知", people=len(waiting))
    return len(waiting)


def confirm(uow: UnitOfWork, slot: InterviewSlot) -> None:
    """The applicant confirms that he has read his 面试通知 (回执)."""
    uow.lead(CONFIRM, "只能确认本人的面试通知。")
    if slot.declaration.person_id != uow.actor.person_id:
        raise NotYou("只能确认本人的面试通知。")
    if slot.notified_at is None:
        raise NotNow("面试通知尚未发送，请等待评委会办事机构通知。")
    if slot.confirmed_at is None:
        slot.confirmed_at = uow.now.replace(microsecond=0)
        uow.record("confirm_interview", slot.declaration, label="面试回执")
