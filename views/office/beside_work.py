"""What stands on the workbench beside the rows: an expert's session, the next dates of the calendar, places left,
what the province's configuration and the three administrators have to look after. Each part asks a fixed number of
questions, each with a limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import url_for
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from models.accounts.account import Account
from models.base import db
from models.batches.batch import Batch, BatchState
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.declarations.quota import Quota, QuotaState
from models.imports.import_batch import ImportBatch, ImportState
from models.office.setting import CalendarYear
from models.review.plan import ScorePhase
from models.review.session import MaterialReview, ReviewOpinion, ReviewSession, Score
from models.review.session import SessionState as S
from views.office.overseen import overseen
from views.office.part import Part, Told
from workflow.accounts.unused import locked, never_used
from workflow.base import journal, policy
from workflow.base import roles as r
from workflow.base.unit_of_work import UnitOfWork
from workflow.batches import agenda
from workflow.office import working_days
from workflow.register import fit
from workflow.review import review_desk

#: Sessions on an expert's card, batches whose dates are read (the page asks a fixed number of questions), dates
#: shown, rows of a part.
SESSIONS, BATCHES, DATES, ROWS = 3, 1, 4, 5
#: From this month on the calendar of the next year is asked for (it is announced in November).
CALENDAR_MONTH = 11
#: What an expert writes at each stage, and where.
STAGES = {
    S.MATERIAL_REVIEW: (MaterialReview, None, "MaterialReviewScreen.list", "继续复审"),
    S.MATERIAL_SCORING: (Score, ScorePhase.MATERIAL, "MaterialScoreScreen.list", "继续打分"),
    S.INTERVIEW: (Score, ScorePhase.INTERVIEW, "InterviewScoreScreen.list", "继续打分"),
    S.DISCUSSION: (ReviewOpinion, None, "OpinionScreen.list", "继续填写意见"),
}


@dataclass(frozen=True)
class Meeting:
    """An expert's session: where, at which stage, how far he is, and the one thing to do."""

    name: str
    place: str
    stage: str
    done: str
    next: tuple[str, str]  #: label and address
    running: bool


def meetings(uow: UnitOfWork) -> list[Meeting]:
    """今天的评审会议: what is under way for the expert; else the last one, with thanks."""
    if not uow.actor.plays(r.EXPERT):
        return []
    mine = select(ReviewSession).where(review_desk.my_sessions(uow.actor, uow.today))
    mine = mine.options(joinedload(ReviewSession.plan)).order_by(ReviewSession.id.desc())
    running = mine.where(ReviewSession.state.in_(review_desk.RUNNING)).limit(SESSIONS)
    found = uow.session.scalars(running).all()
    return [_meeting(uow, one) for one in found or uow.session.scalars(mine.limit(1)).all()]


def _meeting(uow: UnitOfWork, review: ReviewSession) -> Meeting:
    state = S(review.state)
    plan = review.plan
    place = {S.PREPARING: plan.arrival_place, S.CHECK_IN: plan.arrival_place, S.INTERVIEW: plan.interview_place}
    done, step = "", ("签到", url_for("CheckInView.mine"))
    if state in STAGES:
        model, phase, endpoint, label = STAGES[state]
        whom = select(func.count(Declaration.id)).where(
            review_desk.my_candidates(uow.actor, uow.today), Declaration.plan_id == plan.id
        )
        every = uow.session.scalar(whom) or 0
        written = uow.session.scalar(whom.where(review_desk.written(uow.actor, model, phase))) or 0
        done = f"本环节已办 {written}/{every} 人"
        step = ("查看本人已办" if every == written else label, url_for(endpoint))
    elif state == S.VOTING:
        step = ("投票", url_for("BoothView.booth"))
    elif state == S.CANCELLED:
        done, step = "会议已中止，不再评审。", ("查看会议", url_for("CheckInView.mine"))
    elif state not in review_desk.RUNNING:
        done = "会议已结束，感谢您参加评审。投票后抄下的回执可在“投票”中查验。"
        step = ("查验回执", url_for("BoothView.booth"))
    return Meeting(
        review.name, place.get(state, plan.review_place), state.label, done, step, state in review_desk.RUNNING
    )


@dataclass(frozen=True)
class Coming:
    """A date of the calendar that is still ahead."""

    title: str
    day: date
    batch: str
    text: str


def coming(uow: UnitOfWork) -> list[Coming]:
    """The next dates of the batch that closes soonest, as far as they concern the account."""
    if not uow.actor.plays(*r.RECOMMENDERS, *r.AUDITORS, r.COMMITTEE_OFFICE, *r.HRSS, r.SUPERVISOR):
        return []
    open_ones = policy.visible(uow.actor, Batch).where(Batch.state == BatchState.PUBLISHED)
    if uow.actor.committee_id:
        open_ones = open_ones.where(Batch.committee_id == uow.actor.committee_id)
    found = []
    ahead = open_ones.where(func.coalesce(Batch.vote_on, Batch.audit_on) >= uow.today)
    for batch in uow.session.scalars(ahead.order_by(Batch.closes_on, Batch.id).limit(BATCHES)):
        for one in agenda.agenda(uow, batch):
            last = one.last or one.day
            if last >= uow.today:
                found.append(Coming(one.title, last, batch.name, one.text))
    return sorted(found, key=lambda one: (one.day, one.batch, one.title))[:DATES]


def parts(uow: UnitOfWork) -> list[Part]:
    """What the account looks after by its roles, besides what lies on its desks."""
    actor, found = uow.actor, []
    if actor.plays(r.APPLICANT) and actor.person_id:
        found.append(_open(uow))
    if actor.plays(*r.RECOMMENDERS) and actor.organisation_id:
        found.append(_places(uow))
    if actor.plays(r.HRSS_CONFIG):
        found += [_calendar(uow), _imports(uow)]
    if actor.plays(r.SYSTEM_ADMIN):
        found.append(_accounts(uow, never_used(), "从未登录的账号", "unused", "没有从未登录的账号。"))
    if actor.plays(r.SECURITY_ADMIN):
        found += [_accounts(uow, locked(uow.now), "已锁定的账号", "locked", "没有被锁定的账号。"), _odd(uow)]
    if actor.plays(r.AUDIT_ADMIN, r.SUPERVISOR):
        found.append(_verified(uow))
    return [*found, *overseen(uow)]


def _open(uow: UnitOfWork) -> Part:
    """Batches one may declare in now, the nearest end first; 职称申报 sorts them by one's own city."""
    open_ones = policy.visible(uow.actor, Batch).where(
        Batch.state == BatchState.PUBLISHED, Batch.opens_on <= uow.today, Batch.closes_on >= uow.today
    )
    found = uow.session.scalars(open_ones.order_by(Batch.closes_on, Batch.id).limit(ROWS)).unique()
    rows = [
        Told(
            batch.name,
            f"申报截止 {batch.closes_on}，" + (f"剩 {days} 个工作日" if days else "今天截止"),
            False,
            ("去申报", url_for("DeclareView.mine")),
        )
        for batch in found
        for days in (working_days.between(uow.session, uow.today, batch.closes_on),)
    ]
    return Part("正在开放的批次", rows, "目前没有正在开放的批次；批次开放后在“职称申报”中填写。")


def _places(uow: UnitOfWork) -> Part:
    own = policy.visible(uow.actor, Quota).where(
        Quota.unit_id == uow.actor.organisation_id, Quota.year == uow.today.year, Quota.state == QuotaState.APPROVED
    )
    rows = [
        Told(
            f"{quota.specialty.name if quota.specialty else '不分专业'}　{TitleLevel(quota.level).label}",
            f"可推荐 {quota.reserve_limit} 人，已推荐 {quota.reserved} 人，还可推荐 "
            f"{max(quota.reserve_limit - quota.reserved, 0)} 人",
            False,
            ("查看", url_for("QuotaScreen.show", pk=quota.id)),
        )
        for quota in uow.session.scalars(own.options(joinedload(Quota.specialty)).order_by(Quota.id).limit(ROWS))
    ]
    return Part("本年度职数", rows, "本年度没有核准的职数；需要时在“职数申报”中申报（118号 三(二)）。")


def _calendar(uow: UnitOfWork) -> Part:
    wanted = [uow.today.year, *([uow.today.year + 1] if uow.today.month >= CALENDAR_MONTH else [])]
    entered = set(uow.session.scalars(select(CalendarYear.year).where(CalendarYear.year.in_(wanted))))
    rows = [
        Told(f"{year} 年工作日历", "尚未登记，期限不能计算", True, ("登记", url_for("CalendarYearScreen.list")))
        for year in wanted
        if year not in entered
    ]
    return Part("工作日历", rows, f"{'、'.join(map(str, wanted))} 年的工作日历已登记。")


def _imports(uow: UnitOfWork) -> Part:
    mine = policy.visible(uow.actor, ImportBatch).where(
        ImportBatch.account_id == uow.actor.id, ImportBatch.state == ImportState.PREVIEWED
    )
    rows = [
        Told(
            one.file_name,
            f"新增 {one.fresh}，变更 {one.changed}，失败 {one.wrong}，待提交",
            one.wrong > 0,
            ("核对并提交", url_for("ImportScreen.show", pk=one.id)),
        )
        for one in uow.session.scalars(mine.order_by(ImportBatch.id).limit(ROWS))
    ]
    return Part("待提交的导入", rows, "没有等待提交的导入批次。")


def _accounts(uow: UnitOfWork, wanted: Select[tuple[int]], title: str, word: str, empty: str) -> Part:
    count = uow.session.scalar(select(func.count()).select_from(wanted.limit(1000).subquery())) or 0
    keys = uow.session.scalars(wanted.order_by(Account.id).limit(ROWS)).all()
    found = uow.session.scalars(select(Account).where(Account.id.in_(keys)).order_by(Account.id)).unique()
    rows = [
        Told(
            f"{one.full_name}（{one.username}）",
            one.desk or "没有所在机构和评委会",
            False,
            ("查看", url_for("AccountScreen.show", pk=one.id)),
        )
        for one in found
    ]
    return Part(title, rows, empty, count, url_for("AccountScreen.list", use=word))


def _odd(uow: UnitOfWork) -> Part:
    found = fit.misfits(uow.session)
    rows = [
        Told(f"{one.full_name}（{one.username}）", said, True, ("查看", url_for("AccountScreen.show", pk=one.id)))
        for one, said in found[:ROWS]
    ]
    address = url_for("AccountScreen.list", arranged="misfit")
    return Part("角色与机构不符", rows, "没有角色与机构不符的账号。", len(found), address)


def _verified(uow: UnitOfWork) -> Part:
    last = journal.last_verified(db.session)  # type: ignore[arg-type]
    said = f"最近一次核验：{last:%Y-%m-%d %H:%M}" if last else "还没有核验过"
    if uow.actor.plays(r.AUDIT_ADMIN):
        return Part("审计日志", [Told("日志核验", said, not last, ("核验", url_for("JournalScreen.verify")))])
    return Part("审计日志", [], f"{said}；由审计管理员核验。")
