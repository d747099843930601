"""面试通知 (附件2 1.2.4): turns and letters by the committee's office; the letter and its receipt for the applicant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from flask import abort, flash, g, redirect, request, send_file
from flask_appbuilder import BaseView, expose, has_access
from markupsafe import Markup
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from models.base import db
from models.declarations.declaration import Declaration
from models.review.session import InterviewSlot, ReviewSession
from views.review.session import SessionDesk
from views.screens import seen
from views.screens.base import Link, Panel, badge
from views.screens.boxes import errors_of
from views.screens.posted import form, submit
from views.screens.refusal import code_of
from views.screens.stay import context
from views.storage.letters import interview_notice_pdf
from workflow.base.errors import Refused
from workflow.base.flow import Ask
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.review import interview, review_desk
from workflow.review.bench import candidates


def _people(uow: UnitOfWork, review: ReviewSession) -> Sequence[tuple[str, str]]:
    """Everybody who stands; who was told already says so, for he will be told anew."""
    told = {slot.declaration_id: slot for slot in slots_of(review) if slot.notified_at}
    return [
        (
            str(d.id),
            f"{d.number} {d.applicant_name}（{d.unit.name}）"
            + (f"，已通知 {told[d.id].starts_at:%m-%d %H:%M}" if d.id in told else ""),
        )
        for d in candidates(uow.session, review.plan_id)
    ]


def _panel(uow: UnitOfWork, review: ReviewSession) -> Sequence[tuple[str, str]]:
    """The members by code."""
    return [(str(m.expert_id), f"{m.code}（{m.stratum}）") for m in review.members]


# fmt: off
TURNS = form("schedule", "安排面试", [
    Ask("starts_at", "第一位开始时间", "datetime", default=lambda uow, review: datetime.combine(max(review.plan.opens_on, uow.today), time(9, 0))),
    Ask("minutes",   "每人时长（分钟）", "number", default=15, least=5, most=180, hint="5 至 180 分钟；午休不排，当天排不下的顺延到次日同一时间"),
    Ask("group",     "面试分组", max_length=40, default="第一组"),
    Ask("place",     "面试地点", max_length=120, default=lambda uow, review: review.plan.interview_place),
    Ask("people",    "参评人员", "choices", required=False, choices=_people, hint="不勾选则为尚未安排的全部人员；勾选已通知的，将重新发送通知并重新取得回执"),
    Ask("panel",     "面试评委", "choices", required=False, choices=_panel, hint="不勾选则为全体评委；两组同时面试的，须分别选择评委，同一评委不能同时在两组"),
    Ask("reason",    "调整说明", required=False, max_length=200, hint="调整已通知人员的时间、地点时必填，随新通知告知本人"),
], "附件2 1.2.4")
# fmt: on


def slots_of(review: ReviewSession) -> list[InterviewSlot]:
    """The turns of a session, group by group."""
    rows = (
        select(InterviewSlot)
        .where(InterviewSlot.session_id == review.id)
        .options(joinedload(InterviewSlot.declaration).joinedload(Declaration.unit))
    )
    return list(
        db.session.scalars(rows.order_by(InterviewSlot.group_name, InterviewSlot.starts_at, InterviewSlot.sequence))
    )


class InterviewScreen(SessionDesk):
    """面试通知: turns, letters, receipts."""

    route_base = "/interview"
    title = "面试通知"
    lead = "安排面试时间、地点、分组和顺序，发送通知后由本人在系统中确认回执。"
    guide = "附件2 1.2.4"
    facts = "name plan.name plan.opens_on plan.interview_place plan.interview_scheme"
    show_template = "review/interview.html"

    def trail(self, record: ReviewSession) -> list[Any]:
        """Told on 评审会议."""
        return []

    def links(self, record: ReviewSession) -> Sequence[Link]:
        """Nothing but the page itself."""
        return [Link("安排面试", self.address("schedule", pk=record.id))] if record.state in interview.BEFORE else []

    def panels(self, record: ReviewSession) -> Sequence[Panel]:
        """Every turn with its letter and receipt."""
        rows = [
            (
                s.group_name,
                s.sequence,
                f"{s.starts_at:%Y-%m-%d %H:%M}—{s.ends_at:%H:%M}",
                s.place,
                s.declaration.applicant_name,
                s.declaration.unit.name,
                _told(s),
                Markup('<a href="{}">{}</a>').format(self.address("paper", pk=record.id, slot=s.id), "通知书"),
            )
            for s in slots_of(record)
        ]
        head = ("分组", "顺序", "面试时间", "面试地点", "姓名", "所在单位", "通知与回执", "操作")
        return [
            Panel(
                "面试安排",
                f"{len(rows)} 人",
                head,
                rows,
                empty="还没有安排面试；方案设有面试答辩打分的，须先安排并发送通知。",
            )
        ]

    def extra_page(self, record: ReviewSession) -> dict[str, Any]:
        """How many letters wait to be sent."""
        waiting = sum(slot.notified_at is None for slot in slots_of(record))
        return {
            "waiting": waiting,
            "send": self.address("notify", pk=record.id) if waiting and record.state in interview.BEFORE else "",
        }

    @expose("/schedule/<int:pk>", methods=["GET", "POST"])
    @has_access
    def schedule(self, pk: int) -> Any:
        """安排面试: one group after another."""
        review = self.find(pk)
        posted = submit(TURNS, review, lambda uow, given: self._schedule(uow, pk, given), of=lambda: self._turns(pk))
        if posted.done:
            flash(f"已安排 {posted.answer} 人的面试，核对后请发送通知。", "ok")
            return redirect(self.address("show", pk=pk))
        boxes = posted.boxes(TURNS, review)
        page = self.render_template(
            "screens/ask.html",
            screen=self,
            title="安排面试",
            name=review.name,
            boxes=boxes,
            errors=errors_of(boxes),
            sentence=posted.sentence,
            label="保存安排",
            base=self.address("list"),
            back=self.address("show", pk=pk),
        )
        return page, posted.code

    def _turns(self, pk: int) -> Sequence[Any]:
        """The session and who comes when; a receipt that arrives meanwhile overtakes nobody."""
        review = self.find(pk)
        return review, *((s.id, s.starts_at, s.ends_at, s.place, s.group_name, s.edition) for s in slots_of(review))

    def _schedule(self, uow: UnitOfWork, pk: int, given: dict[str, Any]) -> int:
        review = self.find(pk)
        chosen, given["panel"] = {int(key) for key in given.pop("people")}, [int(key) for key in given["panel"]]
        people = [d for d in candidates(uow.session, review.plan_id) if d.id in chosen] if chosen else None
        return len(interview.schedule(uow, review, people=people, **given))

    @expose("/notify/<int:pk>", methods=["POST"])
    @has_access
    def notify(self, pk: int) -> Any:
        """发送通知 to everybody who was not told yet."""
        self.find(pk)

        def send(uow: UnitOfWork) -> int:
            review = uow.session.get_one(ReviewSession, pk)
            self.must_be(review, version)
            return interview.notify(uow, review)

        try:
            version = seen.told()
            sent = attempt(g.user, send, context=context())
        except Refused as refusal:
            return self.show_page(self.find(pk), alert=refusal.sentence), code_of(refusal)
        flash(f"已发送 {sent} 份面试通知。", "ok")
        return redirect(self.address("show", pk=pk))

    @expose("/paper/<int:pk>/<int:slot>.pdf")
    @has_access
    def paper(self, pk: int, slot: int) -> Any:
        """面试答辩通知书 of one candidate."""
        found = next((s for s in slots_of(self.find(pk)) if s.id == slot), None) or abort(404)
        return send_letter(found)


def _told(slot: InterviewSlot) -> Any:
    if slot.confirmed_at:
        return badge(f"已回执 {slot.confirmed_at:%m-%d %H:%M}", "ok")
    return badge(f"已通知 {slot.notified_at:%m-%d %H:%M}", "run") if slot.notified_at else badge("未通知", "warn")


def send_letter(slot: InterviewSlot) -> Any:
    """The letter as a download."""
    return send_file(
        interview_notice_pdf(slot),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"面试通知书_{slot.declaration.number}.pdf",
    )


# -- The applicant's side -------------------------------------------------------------------------


def my_slots() -> Select[tuple[InterviewSlot]]:
    """The turns the signed-in applicant was told of."""
    return select(InterviewSlot).where(review_desk.my_letters(g.user, asking(g.user).today))


class InterviewNoticeView(BaseView):
    """面试通知 as the applicant reads it."""

    route_base = "/interview-notice"
    default_view = "mine"
    class_permission_name = "InterviewNoticeView"
    title = "面试通知"

    @expose("/")
    @has_access
    def mine(self) -> Any:
        """Every letter of mine, the newest first."""
        return self.render_template(
            "review/my_interviews.html",
            title=self.title,
            slots=db.session.scalars(my_slots().order_by(InterviewSlot.starts_at.desc())).all(),
        )

    @expose("/<int:pk>")
    @has_access
    def notice(self, pk: int) -> Any:
        """The letter of one declaration: the list, at its place."""
        self._slot(pk)
        return redirect(f"{self.route_base}/#{pk}")

    @expose("/<int:pk>/confirm", methods=["POST"])
    @has_access
    def confirm(self, pk: int) -> Any:
        """回执: I have read it."""
        key, edition = self._slot(pk).id, request.form.get("edition", 0, type=int)
        attempt(
            g.user,
            lambda uow: interview.confirm(uow, uow.session.get_one(InterviewSlot, key), edition),
            context=context(),
        )
        flash("已确认回执，请按时参加面试。", "ok")
        return redirect(f"{self.route_base}/")

    @expose("/<int:pk>/letter.pdf")
    @has_access
    def letter(self, pk: int) -> Any:
        """面试答辩通知书."""
        return send_letter(self._slot(pk))

    @staticmethod
    def _slot(pk: int) -> InterviewSlot:
        return db.session.scalar(my_slots().where(InterviewSlot.declaration_id == pk)) or abort(404)
