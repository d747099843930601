"""Interviews (面试答辩, 附件2 1.2.4): turns, the 面试通知 and the receipt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from models.declarations.declaration import Declaration
from models.review.session import InterviewSlot, ReviewSession
from models.review.session import SessionState as S
from workflow.base import settings
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.notices import tell
from workflow.base.roles import APPLICANT, COMMITTEE_OFFICE
from workflow.base.unit_of_work import UnitOfWork
from workflow.review import clashes
from workflow.review.bench import candidates, own_committee
from workflow.review.venues import same_place

ARRANGE = verb("interview.arrange", "安排面试", "面试", COMMITTEE_OFFICE)
CONFIRM = verb("interview.confirm", "确认面试通知", "面试", APPLICANT)

#: Stages in which turns may still be given and told.
BEFORE = (S.PREPARING, S.CHECK_IN, S.TRAINING, S.MATERIAL_REVIEW, S.MATERIAL_SCORING, S.INTERVIEW)


def schedule(
    uow: UnitOfWork,
    review: ReviewSession,
    *,
    starts_at: datetime,
    minutes: int,
    group: str = "第一组",
    people: Sequence[Declaration] | None = None,
    place: str = "",
    panel: Sequence[int] = (),
    reason: str = "",
) -> list[InterviewSlot]:
    """Give candidates their turns in one group, one after the other (附件2 1.2.4).

    Takes the first moment, the length of an interview, the group and its experts (none: the whole committee);
    without `people` everybody who has no turn yet, by number. Nothing is laid into the midday break; what would end
    after the last hour goes to the next day at the same hour. Who was told before is told anew, with the reason, and
    confirms anew. Refuses other offices, a moment in the past, before the opening or in the break, the place where
    the material is reviewed, and whatever would have an expert, a room or a candidate twice at once.
    """
    _refuse_not_scheduling(uow, review)
    venue = (place or review.plan.interview_place).strip()
    _refuse_wrong_frame(uow, review, starts_at, minutes, venue)
    _refuse_wrong_panel(uow, review, panel)
    slots = {slot.declaration_id: slot for slot in _slots(uow, review)}
    standing = candidates(uow.session, review.plan_id)
    chosen = list(people) if people is not None else [d for d in standing if d.id not in slots]
    told = [slots[d.id] for d in chosen if d.id in slots and slots[d.id].notified_at]
    if told and len(reason.strip()) < 2:
        raise Refused(
            f"{'、'.join(s.declaration.number for s in told[:5])} 已发送面试通知；调整时间地点的请填写调整说明，"
            "系统将重新通知并重新取得回执（附件2 1.2.4）。",
            field="reason",
        )
    if begun := [slot.declaration.number for slot in told if slot.starts_at <= uow.now]:
        raise Refused(f"{'、'.join(begun[:5])} 的面试时间已到，不能再调整；请在会议记录中注明。", field="people")
    turns = list(zip(chosen, _moments(uow, starts_at, minutes), strict=False))
    before = {slot.declaration_id: f"{slot.starts_at:%Y-%m-%d %H:%M}，{slot.place}" for slot in told}
    clashes.refuse(
        uow.session, review, [clashes.Turn(d, moment, minutes, venue, frozenset(panel)) for d, moment in turns]
    )
    added = []
    for sequence, (declaration, moment) in enumerate(turns, start=1):
        slot = slots.get(declaration.id) or InterviewSlot(session_id=review.id, declaration=declaration, edition=1)
        slot.starts_at, slot.minutes, slot.place, slot.sequence = moment, minutes, venue, sequence
        slot.group_name, slot.panel = group.strip(), sorted(set(panel))
        added.append(slot)
    uow.session.add_all(added)
    uow.session.flush()
    uow.record("schedule_interviews", review, label="安排面试", group=group, people=len(added), starts_at=starts_at)
    for slot in told:
        _tell_again(uow, review, slot, before[slot.declaration_id], reason.strip())
    return added


def _refuse_not_scheduling(uow: UnitOfWork, review: ReviewSession) -> None:
    uow.lead(ARRANGE)
    if sentence := own_committee(uow, review):
        raise NotYou(sentence)
    if review.state not in BEFORE:
        raise NotNow(f"会议当前为“{S(review.state).label}”环节，不能再安排面试。")


def _refuse_wrong_frame(uow: UnitOfWork, review: ReviewSession, starts_at: datetime, minutes: int, venue: str) -> None:
    """When and where interviews may be at all."""
    if not 5 <= minutes <= 180:
        raise Refused("每人面试时间应在 5 至 180 分钟之间，请更正。", field="minutes")
    if starts_at <= uow.now or starts_at.date() < review.plan.opens_on:
        raise Refused(
            f"面试开始时间应在当前时间之后，且不早于开评日期 {review.plan.opens_on}，请更正。", field="starts_at"
        )
    rest, work, ends = _hours(uow)
    first = starts_at + timedelta(minutes=minutes)
    if first > _at(starts_at, ends):
        raise Refused(f"面试应在当天 {ends} 时前结束，请提早开始时间。", field="starts_at")
    if starts_at < _at(starts_at, work) and first > _at(starts_at, rest):
        raise Refused(f"{rest} 时至 {work} 时为午休，不安排面试（118号 五(四)）；请改在午休前后。", field="starts_at")
    if same_place(venue, review.plan.review_place):
        raise Refused("面试答辩地点须与材料评审地点分设（118号 五(五) 两分设）；请改用其他地点。", field="place")


def _refuse_wrong_panel(uow: UnitOfWork, review: ReviewSession, panel: Sequence[int]) -> None:
    """A group is of the committee, and of three at least (令40号 第二十条)."""
    if not panel:
        return
    if set(panel) - {member.expert_id for member in review.members}:
        raise Refused("所选面试评委不是本次会议的评委，请刷新后重新选择。", field="panel")
    least = settings.value(uow.session, "group_size")
    if len(set(panel)) < least:
        raise Refused(f"面试组评委不少于 {least} 人（令40号 第二十条）；不选则为全体评委。", field="panel")


def _hours(uow: UnitOfWork) -> tuple[int, int, int]:
    """The break begins, ends, and the day ends, in full hours."""
    names = ("interview_break_from", "interview_break_until", "interview_day_ends")
    rest, work, ends = (settings.value(uow.session, name) for name in names)
    return rest, max(rest, work), ends


def _at(moment: datetime, hour: int) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=hour)


def _moments(uow: UnitOfWork, first: datetime, minutes: int) -> Iterable[datetime]:
    moment, step = first, timedelta(minutes=minutes)
    rest, work, ends = _hours(uow)
    while True:
        yield moment
        moment += step
        if moment < _at(moment, work) and moment + step > _at(moment, rest):
            moment = _at(moment, work)
        if moment + step > _at(moment, ends):
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


def _tell_again(uow: UnitOfWork, review: ReviewSession, slot: InterviewSlot, before: str, reason: str) -> None:
    """A changed letter is a new letter: the old receipt is none any more."""
    slot.edition, slot.notified_at, slot.confirmed_at = slot.edition + 1, uow.now.replace(microsecond=0), None
    tell(
        uow,
        slot.declaration.person,
        "面试通知变更",
        f"{slot.declaration.number}：原定 {before} 的面试答辩改为 {slot.starts_at:%Y-%m-%d %H:%M}，{slot.place}，"
        f"{slot.group_name}第 {slot.sequence} 位（{reason}）；请以本次通知为准，并重新确认回执。",
        f"/open/interview/{slot.declaration_id}",
    )
    uow.record("reissue_interview", slot.declaration, label="面试通知变更", edition=slot.edition, opinion=reason)


def called_in(uow: UnitOfWork, review: ReviewSession) -> None:
    """The session is called off: whoever was called to an interview is told that he is not to come."""
    for slot in _slots(uow, review):
        if slot.notified_at is not None:
            text = f"{slot.declaration.number}：原定 {slot.starts_at:%Y-%m-%d %H:%M} 的面试答辩因评审会议中止而取消，"
            tell(uow, slot.declaration.person, "面试取消", f"{text}另行安排时会再次通知。", "")
            slot.notified_at = None  # the letter no longer counts


def confirm(uow: UnitOfWork, slot: InterviewSlot, edition: int) -> None:
    """The applicant confirms that he has read his 面试通知 in this edition (回执)."""
    uow.lead(CONFIRM, "只能确认本人的面试通知。")
    if slot.declaration.person_id != uow.actor.person_id:
        raise NotYou("只能确认本人的面试通知。")
    if slot.notified_at is None:
        raise NotNow("面试通知尚未发送，请等待评委会办事机构通知。")
    if edition != slot.edition:
        raise NotNow("面试安排已经变更，请查看新的时间、地点后再确认回执。")
    if slot.confirmed_at is None:
        slot.confirmed_at = uow.now.replace(microsecond=0)
        uow.record("confirm_interview", slot.declaration, label="面试回执", edition=slot.edition)
