"""未完成登记: points that an expert does not give, person by person, for a reason of a list.

What the regulation demands is not waived: three reviews of the material, three opinions, notices and quorum
(118号 五(四), 令40号 第十八、二十条) know no waiver, and a candidate keeps the points of at least as many experts as a
评议组 has.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.review.plan import ScorePhase
from models.review.session import ReviewSession
from models.review.session import SessionState as S
from models.review.waiver import Waiver, WaiverReason
from workflow.base.errors import Refused
from workflow.base.flow import Ask
from workflow.base.unit_of_work import UnitOfWork
from workflow.review import scoring
from workflow.review.bench import candidates, present

#: Stages whose points may be missing.
PHASES = {S.MATERIAL_SCORING: ScorePhase.MATERIAL, S.INTERVIEW: ScorePhase.INTERVIEW}


def _behind(uow: UnitOfWork, review: ReviewSession) -> Sequence[tuple[str, str]]:
    """Members who have not scored everybody, by code."""
    left = scoring.left_by(uow.session, review, PHASES[S(review.state)])
    codes = {m.expert_id: m.code for m in present(review)}
    return [(str(key), f"{codes[key]}（尚有 {len(people)} 人未打分）") for key, people in left.items()]


def _people(uow: UnitOfWork, review: ReviewSession) -> Sequence[tuple[str, str]]:
    """Candidates whom somebody has still to score."""
    left = scoring.left_by(uow.session, review, PHASES[S(review.state)])
    wanted = {number for people in left.values() for number in people}
    return [
        (str(d.id), f"{d.number} {d.applicant_name}") for d in candidates(uow.session, review.plan_id) if d.id in wanted
    ]


ASKS = [
    Ask("expert", "评委", "choice", choices=_behind),
    Ask("people", "未打分的参评人员", "choices", choices=_people, hint="逐人登记；每人仍须有不少于 3 名评委的打分"),
    Ask("reason", "原因", "choice", choices=WaiverReason.choices(), hint="时间不足不是原因，请延长打分时间"),
    Ask("waiver", "说明", "area", max_length=300, hint="离会时间、通知文号、联系记录等"),
]


def enter(
    uow: UnitOfWork, review: ReviewSession, *, expert: str | int, people: Sequence[str | int], reason: str, waiver: str
) -> list[Waiver]:
    """Enter what this expert leaves unfinished. Refused: points that are there or not his to give, an unknown reason,
    an absent candidate outside the interviews, and whoever would be left with too few."""
    phase = PHASES[S(review.state)]
    left = scoring.left_by(uow.session, review, phase)
    chosen, numbers = int(expert), {int(number) for number in people}
    if chosen not in left or numbers - left[chosen]:
        raise Refused("所选评委对所选参评人员没有未完成的打分（118号 五(四)）；请刷新后重新选择。", field="people")
    if reason not in set(WaiverReason):
        raise Refused("请从列表中选择原因；时间不足的应延长打分时间（118号 五(四)）。", field="reason")
    if reason == WaiverReason.ABSENT and phase != ScorePhase.INTERVIEW:
        raise Refused("只有面试答辩环节可以登记参评人员缺席（118号 五(四)）；请选择其他原因。", field="reason")
    if len(waiver.strip()) < 5:
        raise Refused("请写明离会时间、通知文号或联系记录（118号 五(四)），不少于 5 个字。", field="waiver")
    made = [
        Waiver(
            session_id=review.id,
            phase=phase,
            expert_id=chosen,
            declaration_id=number,
            reason=WaiverReason(reason),
            note=waiver.strip(),
            given_by=uow.actor.id,
            given_at=uow.now.replace(microsecond=0),
        )
        for number in sorted(numbers)
    ]
    uow.session.add_all(made)
    uow.session.flush()
    if short := too_few(uow.session, review, phase):
        raise Refused(
            f"登记后 {'、'.join(short[:5])} 的打分不足 3 名评委（118号 五(四)，令40号 第二十条），不能免除；"
            "请由其他评委打分，或延长打分时间。",
            field="people",
        )
    return made


def too_few(session: Session, review: ReviewSession, phase: str) -> list[str]:
    """Numbers of candidates whom, with the waivers, fewer experts will have scored than a 评议组 has; who did not come
    to his interview has no points to be counted."""
    floor = scoring.floor(session)
    given = list(waivers(session, review, phase))
    absent = {w.declaration_id for w in given if w.reason == WaiverReason.ABSENT}
    waived = {(w.expert_id, w.declaration_id) for w in given}
    short = []
    for declaration in candidates(session, review.plan_id):
        pairs = scoring.judges_of(session, review, declaration.id, phase)
        if declaration.id not in absent and len(pairs - waived) < min(floor, len(pairs)):
            short.append(declaration.number)
    return short


def waivers(session: Session, review: ReviewSession, phase: str = "") -> Sequence[Waiver]:
    """What was entered, of one stage or of all."""
    query = select(Waiver).where(Waiver.session_id == review.id)
    if phase:
        query = query.where(Waiver.phase == phase)
    return session.scalars(query.order_by(Waiver.id)).all()
