"""评审会议: the committee's office leads the session from stage to stage and sees what is still missing.

Experts stand here by code. Who said what of whom is not shown; only how much is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, ClassVar

from flask import url_for
from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from models.base import db
from models.declarations.declaration import Declaration, DeclarationState
from models.review.plan import ScorePhase
from models.review.session import MaterialReview, Member, ReviewOpinion, ReviewSession, SessionState
from models.review.waiver import WaiverReason
from views.screens.base import FlowScreen, Link, Panel, Screen, badge
from views.screens.columns import Column
from views.screens.timeline import Moment
from workflow.base.roles import EXPERT
from workflow.review import review_desk, scoring
from workflow.review.ballot import POLL
from workflow.review.bench import present, recusals
from workflow.review.session import SESSION, turnout
from workflow.review.waiver import waivers

#: Steps of the session that an expert takes: told without his name (令40号 第二十三条).
BY_EXPERTS = {step.verb for flow in (SESSION, POLL) for step in flow.steps if EXPERT in step.roles} | {"recuse"}


class SessionDesk(Screen):
    """What every desk of a session shares: its list, its stages, a trail without experts' names."""

    model = ReviewSession
    columns = "name plan.year plan.opens_on attendance voted_on state"
    conditions = "name:contains plan.year plan.committee opened_on voted_on state"
    labels: ClassVar[dict[str, str]] = {
        "plan.year": "年度",
        "plan.opens_on": "备案开评日期",
        "plan.committee.name": "评委会",
        "plan.committee": "评委会",
        "attendance": "报到",
        "plan.name": "评审方案",
        "opened_on": "实际开评日期",
    }
    steps = (
        ("准备", (SessionState.PREPARING,)),
        ("报到", (SessionState.CHECK_IN,)),
        ("评委培训", (SessionState.TRAINING,)),
        ("材料复审", (SessionState.MATERIAL_REVIEW,)),
        ("材料打分", (SessionState.MATERIAL_SCORING,)),
        ("面试答辩", (SessionState.INTERVIEW,)),
        ("小组评议", (SessionState.DISCUSSION,)),
        ("大会投票", (SessionState.VOTING,)),
        ("计票封存", (SessionState.SEALED,)),
        ("解散归档", (SessionState.ARCHIVED, SessionState.CANCELLED)),
    )
    empty = "还没有评审会议；抽取评委办结后自动生成。"

    def _column(self, name: str) -> Column:
        """Who signed in is loaded with the page, not row by row."""
        column = super()._column(name)
        return replace(column, also=(ReviewSession.members,)) if name == "attendance" else column

    def cell_attendance(self, review: ReviewSession) -> str:
        """实到 of 应到."""
        return f"{len(present(review))} / {len(review.members)}"

    def trail(self, record: ReviewSession) -> list[Moment]:
        """过程跟踪 without the names of experts: their steps of one kind are told once, with their number."""
        told: list[Moment] = []
        for verb, run in groupby(super().trail(record), key=lambda moment: moment.verb):
            same = list(run)
            if verb in BY_EXPERTS:
                label = f"{same[0].label}（{len(same)} 人次）"
                same = [replace(same[0], label=label, who="", organisation="评委")]
            told += same
        return told

    def links(self, record: ReviewSession) -> Sequence[Link]:
        """The neighbouring desks of the same session."""
        return [
            Link("面试通知", url_for("InterviewScreen.show", pk=record.id)),
            Link("投票管理", url_for("PollScreen.of", pk=record.id)),
            Link("评审结果", url_for("ResultScreen.show", pk=record.id)),
        ]


class SessionScreen(SessionDesk, FlowScreen):
    """评审会议 (118号 五(四), REQUIREMENTS §5.4): stages as steps, what is missing now, the verbs of the office."""

    route_base = "/session"
    flow = SESSION
    title = "评审会议"
    to_do = review_desk.sessions_running
    lead = (
        "报到、培训、材料复审、打分、面试、评议、投票、封存逐环节推进；不能进入下一环节时写明还缺什么（118号 五(四)）。"
    )
    guide = "118号 五(四)"
    facts: ClassVar[dict[str, str]] = {
        "会议信息": "name plan.name plan.committee.name plan.opens_on opened_on attendance voted_on",
        "会务记录": "devices training_note late_vote_reason chair scrutineers minutes call_off_reason",
    }
    verbs = (
        "open_check_in keep_devices start_training start_review start_scoring start_interview "
        "skip_interview start_discussion start_voting waive seal archive ask_call_off drop_call_off call_off"
    )

    def actions_of(self, record: ReviewSession) -> list[Any]:
        """After the scoring of material only one of two ways is open: by the plan's items, not by choice."""
        interviews = any(item.phase == ScorePhase.INTERVIEW for item in record.plan.items)
        hidden = {"skip_interview" if interviews else "start_interview"}
        if record.call_off_asked_by is None:  # nothing to take back
            hidden.add("drop_call_off")
        return [action for action in super().actions_of(record) if action.step.verb not in hidden]

    def panels(self, record: ReviewSession) -> Sequence[Panel]:
        """Where the stage stands, member by member and candidate by candidate."""
        return [attendance(record), members_of(record), progress_of(record), *unfinished_of(record)]


def unfinished_of(review: ReviewSession) -> Sequence[Panel]:
    """Points that are missing, person by person, with the reason."""
    codes = {member.expert_id: member.code for member in review.members}
    rows = [
        (
            ScorePhase(w.phase).label,
            codes.get(w.expert_id, "—"),
            w.declaration.number,
            WaiverReason(w.reason).label,
            w.note,
            f"{w.given_at:%m-%d %H:%M}",
        )
        for w in waivers(db.session, review)
    ]
    head = ("环节", "评委代码", "申报编号", "原因", "说明", "登记时间")
    return [Panel("未完成登记", "逐人登记，每人仍有不少于 3 名评委打分（令40号 第二十条）", head, rows)] if rows else []


def attendance(review: ReviewSession) -> Panel:
    """应到, 实到, and whether that is a quorum."""
    count = turnout(review)
    here = badge("达到三分之二", "ok") if count["quorate"] else badge("不足三分之二", "warn")
    rows = [(f"{count['members']} 人", f"{count['present']} 人", here)]
    return Panel(
        "出席情况", "出席不少于三分之二方可开会（令40号 第十八条）", ("应到", "实到", "结论"), rows, aside=True
    )


def members_of(review: ReviewSession) -> Panel:
    """The members by code: who has signed in, and what this stage still expects of each."""
    loaded = select(Member).where(Member.session_id == review.id).order_by(Member.stratum, Member.id)
    groups = {need.code: need.name for need in review.plan.needs}
    left = open_tasks(review)
    rows = [
        (
            m.code,
            groups.get(m.stratum, m.stratum),
            "主任委员" if m.chair else "—",
            badge(f"{m.signed_in_at:%m-%d %H:%M}", "ok") if m.signed_in_at else badge("未报到", "warn"),
            f"还有 {left[m.code]} 人未打分" if m.code in left else "—",
        )
        for m in db.session.scalars(loaded)
    ]
    head = ("评委代码", "专业组", "职务", "报到", "本环节")
    return Panel("评委", "以代码显示，名单不对外公布（令40号 第二十三条）", head, rows)


def open_tasks(review: ReviewSession) -> dict[str, int]:
    """Code → how many candidates the expert has still to score in this stage."""
    phase = {SessionState.MATERIAL_SCORING: ScorePhase.MATERIAL, SessionState.INTERVIEW: ScorePhase.INTERVIEW}.get(
        SessionState(review.state)
    )
    return scoring.unscored(db.session, review, phase) if phase else {}


def progress_of(review: ReviewSession) -> Panel:
    """The candidates: how many experts have reviewed, the mean score, how many have written."""
    people = db.session.scalars(
        select(Declaration)
        .where(Declaration.plan_id == review.plan_id)
        .options(joinedload(Declaration.unit), joinedload(Declaration.title))
        .order_by(Declaration.number)
    ).all()
    passed = counts(MaterialReview, review, MaterialReview.passed)
    reviewed, written = counts(MaterialReview, review), counts(ReviewOpinion, review)
    standing, aside = (
        scoring.standings(db.session, review),
        [number for _expert, number in recusals(db.session, review)],
    )
    rows = [
        (
            d.applicant_name,
            d.unit.name,
            d.title.name,
            f"{passed.get(d.id, 0)} / {reviewed.get(d.id, 0)}",
            score_of(standing.get(d.id)),
            written.get(d.id, 0),
            aside.count(d.id) or "—",
            badge(DeclarationState(d.state).label, DeclarationState(d.state).tone),
        )
        for d in people
    ]
    head = ("姓名", "所在单位", "申报职称", "复审通过 / 已复审", "平均得分", "评审意见", "回避评委", "状态")
    return Panel("参评人员", f"{len(rows)} 人", head, rows)


def score_of(standing: scoring.Standing | None) -> Any:
    """The mean score; a used veto item stands beside it."""
    if standing is None:
        return "—"
    shown = scoring.shown(standing.points)
    return Markup("{} {}").format(shown, badge(f"一票否决 {standing.vetoes}", "bad")) if standing.vetoed else shown


def counts(model: Any, review: ReviewSession, *where: Any) -> dict[int, int]:
    """Declaration id → rows of that kind in the session."""
    rows = (
        select(model.declaration_id, func.count())
        .where(model.session_id == review.id, *where)
        .group_by(model.declaration_id)
    )
    return dict(db.session.execute(rows).all())  # type: ignore[arg-type]
