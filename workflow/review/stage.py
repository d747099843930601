"""What must be in order before a stage of the review session opens: the guards of `workflow.review.session`.

Each answers None, or the sentence that says what is missing, why, and what to do next (118号 五, 令40号
第十八至二十二条).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from models.review.draw import Draw, DrawState
from models.review.plan import Plan, ScorePhase
from models.review.session import InterviewSlot, ReviewSession
from models.review.session import SessionState as S
from workflow.base.roles import SUPERVISOR
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees.competence import covers, valid_on
from workflow.review import scoring, waiver
from workflow.review.ballot import counted_poll
from workflow.review.bench import candidates, is_quorate, present, seat
from workflow.review.venues import same_place


def opening_day(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Not before the day the filed plan names."""
    if uow.today >= review.plan.opens_on:
        return None
    return (
        f"备案的开评日期为 {review.plan.opens_on}，不得提前开评（118号 五(一)）；"
        "确需改期的请“提请中止会议”，另行呈报方案。"
    )


def committee_in_force(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """The committee is approved and valid today, and the candidates lie in its scope."""
    committee = review.plan.committee
    if sentence := valid_on(committee, uow.today):
        return sentence
    people = candidates(uow.session, review.plan_id)
    outside = {d.number: why for d in people if (why := covers(uow, committee, d))}
    if not outside:
        return None
    named = "、".join(list(outside)[:5]) + (f" 等 {len(outside)} 人" if len(outside) > 5 else "")
    return (
        f"参评人员 {named}超出评审范围，不得开评（118号 七(四)），请“提请中止会议”，在新的方案中移出："
        f"{next(iter(outside.values()))}"
    )


def committee_drawn(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """The draw is closed and the committee is an odd number."""
    closed = select(Draw.id).where(Draw.plan_id == review.plan_id, Draw.state == DrawState.CLOSED)
    if uow.session.scalar(closed) is None:
        return "评委抽取尚未办结，不得开评（118号 五(二)）；请先由省人社厅、机关纪委办结抽取。"
    if len(review.members) % 2 == 0:
        return f"评委 {len(review.members)} 人，应为单数（令40号 第九条）；请“提请中止会议”，另行呈报方案后重新抽取。"
    return None


def accounts_linked(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Every drawn expert has the account he signs in with."""
    missing = [member.code for member in review.members if member.expert.account_id is None]
    if not missing:
        return None
    return f"评委 {'、'.join(missing[:8])} 没有评委账号，不能签到和投票（附件2 1.3）；请省厅审核岗为其关联评委账号。"


def venues_differ(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """两分设: arrival and review, review and interview in different places."""
    plan = review.plan
    if same_place(plan.arrival_place, plan.review_place):
        return "报到地点与材料评审地点应当分设（118号 五(五)）；请“提请中止会议”，调整地点后另行呈报方案。"
    if same_place(plan.review_place, plan.interview_place):
        return "材料评审地点与面试答辩地点应当分设（118号 五(五)）；请“提请中止会议”，调整地点后另行呈报方案。"
    return None


def my_seat(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Only a drawn expert, who has not signed in before."""
    member = seat(uow, review)
    if member is None:
        return "您不是本次会议抽中的评委，不能签到；如有疑问请联系评委会办事机构。"
    if member.signed_in_at is not None:
        return f"您已于 {member.signed_in_at:%m-%d %H:%M} 签到，无须重复签到。"
    return None


def quorum_present(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Two thirds of the members signed in."""
    here, all_ = len(present(review)), len(review.members)
    if is_quorate(here, all_):
        return None
    least = -(-2 * all_ // 3)
    return (
        f"已报到 {here} 人，应到 {all_} 人，出席不足三分之二（至少 {least} 人），"
        "不得开会（令40号 第十八条）；请等待评委报到，确实不能开会的“提请中止会议”。"
    )


def devices_kept(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """The communication devices were handed in."""
    return None if review.devices else "尚未登记通讯工具统一保管情况（118号 五(五)）；请先登记。"


def reviewed(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """The material of every candidate was reviewed by three experts."""
    return _gap(scoring.unreviewed(uow.session, review), "的材料复审不足 3 名评委", "118号 五(四)")


def material_scored(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Everybody present has scored the material of everybody he may judge, or it was entered why not."""
    return _unscored(uow, review, ScorePhase.MATERIAL)


def interview_scored(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Everybody present has scored the interviews of everybody he may judge, or it was entered why not."""
    return _unscored(uow, review, ScorePhase.INTERVIEW)


def has_interview(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """The plan scores interviews, and every candidate was notified of his."""
    if not _interviews(review.plan):
        return "评审方案没有面试答辩打分项目，无须面试；请直接进入小组评议。"
    told = select(InterviewSlot.declaration_id).where(
        InterviewSlot.session_id == review.id, InterviewSlot.notified_at.is_not(None)
    )
    known = set(uow.session.scalars(told))
    missing = [d.number for d in candidates(uow.session, review.plan_id) if d.id not in known]
    return _gap(missing, "尚未发送面试通知", "118号 五(四)")


def no_interview(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """The plan scores no interviews."""
    return "评审方案设有面试答辩，须先面试（118号 五(四)）；请开始面试答辩。" if _interviews(review.plan) else None


def discussed(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Three experts wrote on every candidate."""
    return _gap(scoring.without_opinions(uow.session, review), "的评审意见不足 3 名评委", "令40号 第二十条")


def votes_counted(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """The poll is counted."""
    if counted_poll(uow.session, review) is not None:
        return None
    return "投票尚未计票，不能封存（令40号 第十九条）；请先结束投票并计票。"


def not_counted(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """What the committee has decided is not undone."""
    if counted_poll(uow.session, review) is None:
        return None
    return "投票已经计票，会议不能中止（令40号 第十九条）；请继续封存、宣布结果。"


def call_off_not_asked(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Not asked for yet."""
    return None if review.call_off_asked_by is None else f"已提请中止会议，请由{SUPERVISOR}同意，或先撤回提请。"


def call_off_asked(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """The office has asked for it: two sides end a session."""
    if review.call_off_asked_by is not None:
        return None
    return "会议须由评委会办事机构先“提请中止会议”并写明原因，再由纪检监察同意（118号 五(一)）。"


def results_declared(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Nobody is left without a result."""
    left = len(candidates(uow.session, review.plan_id))
    return f"还有 {left} 名参评人员没有评审结果，不能解散归档（118号 五(四)）；请先宣布结果。" if left else None


def something_unfinished(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Points are missing in this stage, and may be entered as such."""
    phase = waiver.PHASES.get(S(review.state))
    if phase is None:
        return "材料复审和评审意见须各有不少于 3 名评委，不能以说明代替（令40号 第二十条）；请评委补齐。"
    if scoring.unscored(uow.session, review, phase):
        return None
    return "本环节没有未完成的打分，无须登记（118号 五(四)）；可直接进入下一环节。"


def _interviews(plan: Plan) -> bool:
    return any(item.phase == ScorePhase.INTERVIEW for item in plan.items)


def _unscored(uow: UnitOfWork, review: ReviewSession, phase: ScorePhase) -> str | None:
    left = scoring.unscored(uow.session, review, phase)
    if left:
        each = "、".join(f"{code} 尚有 {number} 人" for code, number in list(left.items())[:8])
        return (
            f"{phase.label}未完成：{each}，不能进入下一环节（118号 五(四)）；"
            "请评委打完；评委因病、因公离会或参评人员缺席的，由办事机构逐人登记未完成说明。"
        )
    if any(item.phase == phase for item in review.plan.items) and (short := waiver.too_few(uow.session, review, phase)):
        return f"{'、'.join(short[:5])}的打分不足 3 名评委，不能进入下一环节（令40号 第二十条）；请由其他评委打分。"
    return None


def _gap(numbers: Sequence[str], what: str, clause: str) -> str | None:
    if not numbers:
        return None
    named = "、".join(numbers[:5]) + (f" 等 {len(numbers)} 人" if len(numbers) > 5 else "")
    return f"{named}{what}，不能进入下一环节（{clause}）；请补齐。"
