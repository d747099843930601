"""投票 (附件2 1.3.4, 令40号 第十八、十九条): the desk that opens and counts the poll, and the booth of the expert.

The desk shows turnout and nothing else before the count. In the booth nothing is chosen beforehand; a slip is
checked on a page of its own, cast once, and answered with a receipt.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from models.base import db
from models.declarations.declaration import Declaration
from models.review.ballot import Choice, Poll, PollKey, PollState, Roll, Trustee
from models.review.session import SessionState
from views.review.review_papers import tally_pdf
from views.review.session import BY_EXPERTS
from views.screens.base import FlowScreen, Link, Panel, badge
from views.screens.moment import of_request
from views.screens.refusal import NOT_NOW, NOT_THIS, code_of
from views.screens.stay import context
from views.screens.timeline import Moment
from workflow.base.errors import Refused
from workflow.base.flow import Step
from workflow.base.unit_of_work import attempt
from workflow.review import ballot, review_desk
from workflow.review.ballot import POLL
from workflow.review.count import unanimous


class PollScreen(FlowScreen):
    """投票管理: two keys from two accounts, the turnout, and the count when both have given theirs."""

    route_base = "/poll"
    model = Poll
    flow = POLL
    title = "投票管理"
    to_do = review_desk.polls_open
    lead = (
        "无记名投票：办事机构与纪检监察各自登录设定、交出本方口令，缺一不能计票；"
        "计票前只显示已投人数（令40号 第十八、十九条）。"
    )
    guide = "附件2 1.3.4"
    columns = "session.name session.plan.year members attending turnout state"
    facts: ClassVar[dict[str, str]] = {
        "投票信息": "session.name session.plan.committee.name members attending turnout session.voted_on",
        "核验": "roster_hash tally_hash",
    }
    labels: ClassVar[dict[str, str]] = {
        "turnout": "已投票",
        "session.name": "评审会议",
        "session.plan.year": "年度",
        "session.plan.committee.name": "评委会",
        "session.voted_on": "投票表决日",
    }
    conditions = "session.plan.year state"
    verbs = "key_office key_supervisor open end release close ask_void void destroy"
    steps = (
        ("待开启", (PollState.READY,)),
        ("投票中", (PollState.OPEN,)),
        ("已结束待计票", (PollState.ENDED,)),
        ("已计票", (PollState.CLOSED,)),
        ("选票已销毁", (PollState.DESTROYED, PollState.VOID)),
    )
    show_template = "review/poll.html"
    empty = "还没有投票；会议进入大会投票环节后自动生成。"

    def list_page(self, asked: Any, page: Any) -> dict[str, Any]:
        """Count the voters of the whole page at once."""
        voted = (
            select(Roll.poll_id, func.count())
            .where(Roll.poll_id.in_([poll.id for poll in page.rows]), Roll.voted)
            .group_by(Roll.poll_id)
        )
        g.voted = dict(db.session.execute(voted).all())
        return super().list_page(asked, page)

    def cell_turnout(self, poll: Poll) -> str:
        """How many have voted; never who voted how."""
        if poll.state in (PollState.READY, PollState.VOID):
            return "—"
        voted = g.voted.get(poll.id, 0) if "voted" in g else ballot.turnout(db.session, poll)[0]
        return f"{voted} / {poll.attending}"

    def name_of(self, record: Poll) -> str:
        """The session's name."""
        return f"{record.session.name}投票"

    def trail(self, record: Poll) -> list[Moment]:
        """Opening, counting, destroying; no vote has a line or a time."""
        return [moment for moment in super().trail(record) if moment.verb not in BY_EXPERTS]

    def links(self, record: Poll) -> Sequence[Link]:
        """The papers of a counted poll."""
        if record.state not in (PollState.CLOSED, PollState.DESTROYED):
            return []
        return [
            Link("投票结果统计表", self.address("tally", pk=record.id)),
            Link("评审结果", url_for("ResultScreen.show", pk=record.session_id)),
        ]

    def panels(self, record: Poll) -> Sequence[Panel]:
        """Who has not voted yet, while it is open; the counts afterwards."""
        if record.state in (PollState.OPEN, PollState.ENDED):
            waiting = ballot.not_voted(db.session, record)
            return [
                Panel(
                    "尚未投票的评委",
                    f"{len(waiting)} 人，仅以代码显示",
                    ("评委代码",),
                    [(code,) for code in waiting],
                    empty="出席评委均已投票，可以计票。",
                )
            ]
        if record.state == PollState.VOID:
            return []
        if record.state == PollState.READY:
            return [keys_of(record)]
        return [counts_of(record)]

    def extra_page(self, record: Poll) -> dict[str, Any]:
        """Whether a receipt was counted, when one is asked for."""
        given = request.args.get("receipt", "").strip()[:64]
        over = record.state in (PollState.CLOSED, PollState.DESTROYED)
        return {
            "receipt": given,
            "counted": ballot.counted(db.session, record, given) if given and over else None,
            "over": over,
        }

    def done(self, record_id: int, step: Step, name: str, answer: Any) -> Any:
        """After the count the sealed archive is handed out once; it is kept nowhere."""
        if step.verb != "close":
            return super().done(record_id, step, name, answer)
        poll = self.find(record_id)
        return self.render_template(
            "review/counted.html",
            screen=self,
            title="计票完成",
            name=name,
            panel_=counts_of(poll),
            poll=poll,
            archive=base64.b64encode(answer.archive).decode(),
            base=self.address("list"),
            back=self.address("show", pk=record_id),
        )

    @expose("/of/<int:pk>")
    @has_access
    def of(self, pk: int) -> Any:
        """The poll of a session."""
        found = db.session.scalar(self.query().where(Poll.session_id == pk))
        if found is None:
            flash("会议还没有进入大会投票环节。", "warn")
            return redirect(url_for("SessionScreen.show", pk=pk))
        return redirect(self.address("show", pk=found.id))

    @expose("/tally/<int:pk>.pdf")
    @has_access
    def tally(self, pk: int) -> Any:
        """投票结果统计表."""
        poll = self.find(pk)
        if poll.state not in (PollState.CLOSED, PollState.DESTROYED):
            abort(404)
        return send_file(
            tally_pdf(poll),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"投票结果统计表_{poll.session.plan.number}.pdf",
        )


def keys_of(poll: Poll) -> Panel:
    """Which of the two passphrases is set, and what is missing before the opening."""
    made = {held.trustee for held in db.session.scalars(select(PollKey).where(PollKey.poll_id == poll.id))}
    rows = [(t.label, badge("已设定", "ok") if t in made else badge("未设定", "warn")) for t in Trustee]
    return Panel("双方口令", "各自登录设定，互不知晓，系统不保存", ("持有方", "状态"), rows, aside=True)


def counts_of(poll: Poll) -> Panel:
    """The counts, candidate by candidate."""
    found = {tally.declaration_id: tally for tally in ballot.tallies(db.session, poll)}
    people = db.session.scalars(
        select(Declaration)
        .where(Declaration.id.in_(found))
        .options(joinedload(Declaration.unit), joinedload(Declaration.title))
        .order_by(Declaration.number)
    )
    rows = []
    for d in people:
        t = found[d.id]
        rows.append(
            (
                d.applicant_name,
                d.unit.name,
                d.title.name,
                t.yes,
                t.no,
                t.abstain,
                t.attending,
                badge("达到", "ok") if t.passed else badge("未达到", "bad"),
                badge("全票一致", "warn") if unanimous(t) else "—",
            )
        )
    head = ("姓名", "所在单位", "申报职称", "同意", "不同意", "弃权", "出席", "三分之二", "提示")
    note = "同意票不少于出席评委总数三分之二为通过（令40号 第十九条）"
    if any(unanimous(t) for t in found.values()):
        note += "；全票一致的结果等于公开了每位评委的表决，请提醒全体评委保密"
    return Panel("投票结果统计", note, head, rows)


# -- The booth ------------------------------------------------------------------------------------


class BoothView(BaseView):
    """投票: all candidates on one page, nothing chosen beforehand, checked once, cast once, a receipt."""

    route_base = "/expert/booth"
    default_view = "booth"
    class_permission_name = "BoothView"
    title = "投票"
    guide = "附件2 1.3.4"

    @expose("/", methods=["GET", "POST"])
    @has_access
    def booth(self) -> Any:
        """The slip; POST shows it once more for confirmation, and casts it when confirmed."""
        mine = select(Poll).where(review_desk.my_polls(g.user, of_request().today)).order_by(Poll.id.desc())
        polls = list(db.session.scalars(mine.options(joinedload(Poll.session))))
        poll = next((p for p in polls if p.state == PollState.OPEN and p.session.state == SessionState.VOTING), None)
        if poll is None:
            return self._closed(polls)
        uow = of_request()
        given = marks()
        if request.form.get("step") == "cast":
            return self._cast(poll.id, given)  # asks the guards itself, where nothing can change any more
        if refusal := POLL.refusal(uow, poll, "cast"):
            return self._done(
                poll, refusal.sentence if request.method == "POST" else ""
            ), NOT_NOW if request.method == "POST" else 200
        if request.method != "POST" or request.form.get("step") == "back":
            return self._slip(poll, given)
        missing = {d.id: "请选择同意、不同意或弃权。" for d in ballot.slip(uow, poll) if d.id not in given}
        if missing:
            return self._slip(
                poll, given, missing, f"还有 {len(missing)} 名参评人员没有表决，请逐人选择后再投票。"
            ), NOT_THIS
        return self.render_template(
            "review/booth_check.html",
            screen=self,
            title="确认投票",
            poll=poll,
            slip=self._people(poll),
            given=given,
            choices=Choice,
        )

    def _cast(self, key: int, given: dict[int, str]) -> Any:
        """投票: the slip goes into the box, or its page comes back with what is missing."""
        try:
            attempt(
                g.user,
                lambda uow: POLL.perform(uow, uow.session.get_one(Poll, key), "cast", choices=given),
                context=context(),
            )
        except Refused as refusal:
            poll = db.session.get_one(Poll, key)
            if POLL.refusal(of_request(), poll, "cast"):
                return self._done(poll, refusal.sentence), NOT_NOW
            missing = {
                int(name.removeprefix("choice-")): words for name, words in refusal.fields.items() if name != "choices"
            }
            return self._slip(poll, given, missing, refusal.sentence), code_of(refusal)
        return redirect(url_for(".booth"))

    def _people(self, poll: Poll) -> list[Declaration]:
        ids = [d.id for d in ballot.slip(of_request(), poll)]
        shown = (joinedload(Declaration.unit), joinedload(Declaration.title))
        return list(
            db.session.scalars(
                select(Declaration).where(Declaration.id.in_(ids)).options(*shown).order_by(Declaration.number)
            )
        )

    def _slip(
        self, poll: Poll, given: Mapping[int, str], missing: Mapping[int, str] | None = None, sentence: str = ""
    ) -> str:
        return self.render_template(
            "review/booth.html",
            screen=self,
            title=self.title,
            poll=poll,
            slip=self._people(poll),
            given=given,
            missing=missing or {},
            sentence=sentence,
            choices=Choice,
        )

    def _done(self, poll: Poll, sentence: str = "") -> str:
        return self.render_template(
            "review/booth_done.html",
            screen=self,
            title=self.title,
            poll=poll,
            receipt=ballot.receipt(of_request(), poll),
            sentence=sentence,
            refusal=POLL.refusal(of_request(), poll, "cast"),
        )

    def _closed(self, polls: Sequence[Poll]) -> Any:
        """No poll is open: where things stand, and whether a receipt was counted."""
        given = request.args.get("receipt", "").strip()[:64]
        over = next((p for p in polls if p.state in (PollState.CLOSED, PollState.DESTROYED)), None)
        counted = ballot.counted(db.session, over, given) if over is not None and given else None
        code = NOT_NOW if request.method == "POST" else 200
        return self.render_template(
            "review/booth_closed.html",
            screen=self,
            title=self.title,
            poll=over,
            receipt=given,
            counted=counted,
            late=code == NOT_NOW,
        ), code


def marks() -> dict[int, str]:
    """The marks of the request: declaration id → choice; what is no choice is left out."""
    found = {}
    for name, choice in request.form.items():
        key = name.removeprefix("choice-")
        if name.startswith("choice-") and key.isdecimal() and len(key) < 10 and choice in tuple(Choice):
            found[int(key)] = choice
    return found
