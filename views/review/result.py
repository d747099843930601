"""评审结果 and 评审结果公示 (附件2 1.2.5, 1.2.6): the ranking with every cut explained, ties decided on record, the
posting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from flask import flash, g, redirect, send_file, url_for
from flask_appbuilder import expose, has_access
from markupsafe import Markup
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from models.accounts.account import Account
from models.awards.publicity import Publicity, PublicityKind, PublicityState
from models.base import db
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.review.plan import Plan
from models.review.session import UNDER_WAY, ReviewSession, SessionState
from views.awards.posted import page_panel
from views.awards.publicity import PostingDesk
from views.review.review_papers import publicity_pdf
from views.review.session import SessionDesk
from views.screens.base import FlowScreen, Link, Panel, badge
from views.screens.boxes import errors_of
from views.screens.panel import may_open
from views.screens.posted import form, submit
from views.storage.attachments import attachments
from workflow.awards import publicity
from workflow.base import policy, settings
from workflow.base.flow import Ask
from workflow.base.roles import COMMITTEE_OFFICE
from workflow.base.unit_of_work import UnitOfWork, asking
from workflow.office import working_days
from workflow.review import ranking, review_desk, scoring
from workflow.review.ballot import counted_poll, results_of, tallies
from workflow.review.bench import candidates
from workflow.review.session import SESSION

if TYPE_CHECKING:
    from models.review.ballot import Poll


class ResultScreen(SessionDesk, FlowScreen):
    """评审结果: scores and votes, the cuts in their order, ties, the declaration."""

    route_base = "/result"
    flow = SESSION
    title = "评审结果"
    to_do = review_desk.results_to_declare
    lead = (
        "依次按三分之二同意票、单位职数、评委会比例确定；并列由会议议定并登记，宣布后不得复评（118号 五(三)、五(四)）。"
    )
    guide = "附件2 1.2.5"
    columns = "name plan.year voted_on counted state"
    facts: ClassVar[dict[str, str]] = {
        "评审会议": "name plan.name plan.committee.name voted_on chair scrutineers late_vote_reason",
        "比例控制": "plan.full_ratio plan.associate_ratio plan.ratio_reason",
    }
    labels: ClassVar[dict[str, str]] = SessionDesk.labels | {"counted": "参评 / 通过"}
    verbs = "decide_tie declare"
    steps = (
        ("大会投票", (SessionState.PREPARING, *UNDER_WAY)),
        ("计票封存", (SessionState.SEALED,)),
        ("解散归档", (SessionState.ARCHIVED, SessionState.CANCELLED)),
    )
    empty = "还没有评审结果；会议计票封存后在这里宣布。"

    def list_page(self, asked: Any, page: Any) -> dict[str, Any]:
        """Read the results of the whole page at once."""
        g.results = results_of(db.session, [review.id for review in page.rows])
        return super().list_page(asked, page)

    def cell_counted(self, review: ReviewSession) -> str:
        """How many stood, and how many passed."""
        found = g.results if "results" in g else results_of(db.session, [review.id])
        return "{} / {}".format(*found[review.id]) if review.id in found else "—"

    def trail(self, record: ReviewSession) -> list[Any]:
        """Told on 评审会议; here the table needs the width."""
        return []

    def actions_of(self, record: ReviewSession) -> list[Any]:
        """Nothing once the result is declared; a tie decision only where there is a tie."""
        if not candidates(db.session, record.plan_id):
            return []
        ties = record.state == SessionState.SEALED and ranking.preview(db.session, record).ties
        return [action for action in super().actions_of(record) if ties or action.step.verb != "decide_tie"]

    def links(self, record: ReviewSession) -> Sequence[Link]:
        """投票结果统计表 once there is a count; the session."""
        links = [Link("评审会议", url_for("SessionScreen.show", pk=record.id))]
        if poll := counted_poll(db.session, record):
            links.insert(0, Link("投票结果统计表", url_for("PollScreen.tally", pk=poll.id)))
        return links

    def panels(self, record: ReviewSession) -> Sequence[Panel]:
        """The candidates in their order, the caps, the decisions."""
        poll = counted_poll(db.session, record)
        if poll is None:
            return [Panel("评审结果", empty="会议尚未计票；计票前不显示任何得票。")]
        return [self._ranking(record, poll), *self._caps(record), *self._decisions(record)]

    def _ranking(self, review: ReviewSession, poll: Poll) -> Panel:
        counts = {t.declaration_id: t for t in tallies(db.session, poll)}
        points = scoring.standings(db.session, review)
        people = db.session.scalars(
            select(Declaration)
            .where(Declaration.id.in_(counts))
            .options(joinedload(Declaration.unit), joinedload(Declaration.title))
            .order_by(Declaration.id)
        )
        order = sorted(
            people, key=lambda d: (-counts[d.id].yes, -(points[d.id].points if d.id in points else 0), d.number)
        )
        open_ = ranking.preview(db.session, review) if candidates(db.session, review.plan_id) else None
        rows = []
        for n, d in enumerate(order, 1):
            t, mean = counts[d.id], scoring.shown(points[d.id].points) if d.id in points else "—"
            rows.append(
                (
                    n,
                    d.applicant_name,
                    d.unit.name,
                    f"{d.title.name}（{TitleLevel(d.level).label}）",
                    mean,
                    t.yes,
                    t.no,
                    t.abstain,
                    t.attending,
                    *outcome_of(d, open_),
                )
            )
        head = ("序号", "姓名", "所在单位", "申报职称", "综合得分", "同意", "不同意", "弃权", "出席", "结果", "原因")
        note = "预计结果，宣布后生效" if open_ else "已宣布"
        return Panel("评审结果", f"应到 {poll.members} 人、实到 {poll.attending} 人；{note}", head, rows)

    @staticmethod
    def _caps(review: ReviewSession) -> list[Panel]:
        rows = [
            (TitleLevel(level).label, f"{ranking.ratio_of(review.plan, level)}%", most)
            for level, most in sorted(ranking.caps(db.session, review).items())
        ]
        return [Panel("比例控制数", "参评人数 × 比例，去尾数", ("级别", "比例", "最多通过"), rows)]

    @staticmethod
    def _decisions(review: ReviewSession) -> list[Panel]:
        made = ranking.decisions(review)
        if not made:
            return []
        people = select(Declaration).where(Declaration.id.in_([number for one in made for number in one["order"]]))
        names = {d.id: d.applicant_name for d in db.session.scalars(people)}
        return [
            Panel(
                "并列处理决定",
                "",
                ("议定次序", "理由"),
                [(" › ".join(names.get(n, "") for n in one["order"]), one["reason"]) for one in made],
            )
        ]


def outcome_of(declaration: Declaration, preview: ranking.Outcome | None) -> tuple[Any, str]:
    """The result as declared, or as it would be declared now, with its reason."""
    if preview is None or declaration.state != D.IN_REVIEW:
        failed = declaration.state == D.FAILED
        return badge("未通过", "bad") if failed else badge("通过", "ok"), declaration.result_reason if failed else "—"
    if any(declaration.id in tie.ids for tie in preview.ties):
        return badge("并列待议定", "warn"), "票数、得分相同，须由会议议定先后"
    if declaration.id in preview.failed:
        return badge("预计未通过", "bad"), preview.failed[declaration.id]
    return badge("预计通过", "ok"), "—"


# -- 公示 -----------------------------------------------------------------------------------------


def to_post(uow: UnitOfWork, subject: Any) -> Sequence[tuple[str, str]]:
    """Plans of the actor's committee with people who passed and are not posted yet."""
    mine = select(Plan).where(review_desk.results_to_post(uow.actor, uow.today))
    return [
        (str(p.id), f"{p.name}（{len([d for d in p.candidates if d.state == D.PASSED])} 人）")
        for p in uow.session.scalars(mine.order_by(Plan.id.desc()))
    ]


def _first(uow: UnitOfWork, subject: Any) -> str:
    return next((key for key, _label in to_post(uow, subject)), "")


def _title(uow: UnitOfWork, subject: Any) -> str:
    first = _first(uow, subject)
    return f"{uow.session.get_one(Plan, int(first)).name}结果公示" if first else ""


# fmt: off
POSTING = form("post_results", "评审结果公示", [
    Ask("plan",                 "评审方案",       "choice", choices=to_post, default=_first),
    Ask("title",                "公示标题",       max_length=120, default=_title),
    Ask("place",                "公示网址或地点", max_length=200),
    Ask("complaint_department", "投诉受理部门",   max_length=80),
    Ask("complaint_telephone",  "投诉电话",       max_length=40),
    Ask("late_reason",          "逾期公示说明",   "area", required=False, max_length=500, hint="投票后 3 个工作日内公示，逾期的必填（118号 六(一)）"),
], "118号 六(一)")
# fmt: on


class ResultPublicityScreen(PostingDesk):
    """评审结果公示: post those who passed, watch, write the outcome down."""

    route_base = "/result-publicity"
    title, guide = "评审结果公示", "附件2 1.2.6"
    lead = "投票后 3 个工作日内公示，不少于 5 个工作日；期满无异议的申请备案（118号 六(一)）。"
    columns = "title people posted_on starts_on ends_on place standing outcome"
    facts: ClassVar[dict[str, str]] = {
        "公示信息": "title standing posted_on starts_on ends_on place contents complaint_department "
        "complaint_telephone handler head outcome"
    }
    add_label = "新增公示"
    empty = "还没有评审结果公示。宣布结果后，点击【新增公示】。"

    def scope(self, actor: Account) -> ColumnElement[bool]:
        """Results of plans of the actor's committee; the province and the supervisor see all."""
        clause = Publicity.kind == PublicityKind.RESULT
        if not actor.plays(COMMITTEE_OFFICE):
            return clause
        return clause & Publicity.plan_id.in_(select(Plan.id).where(Plan.committee_id == actor.committee_id))

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """新增公示: everybody of a plan who passed; first and last day follow from today."""
        posted = submit(POSTING, None, self._post)
        if posted.done:
            flash(
                f"已公示 {len(posted.answer.people)} 人，公示期 {posted.answer.starts_on} 至 {posted.answer.ends_on}。",
                "ok",
            )
            return redirect(self.address("show", pk=posted.answer.id))
        uow = asking(g.user)
        if not to_post(uow, None) and not posted.sentence:
            flash("没有“评审通过待公示”的人员；请先在“评审结果”中宣布结果。", "warn")
            return redirect(self.address("list"))
        first, last = working_days.publicity_term(db.session, uow.today, settings.value(db.session, "publicity_days"))
        boxes = posted.boxes(POSTING, None)
        page = self.render_template(
            "screens/ask.html",
            screen=self,
            title="新增评审结果公示",
            name="",
            lead=f"今天公示的，公示期为 {first} 至 {last}。",
            boxes=boxes,
            errors=errors_of(boxes),
            sentence=posted.sentence,
            label="公示",
            base=self.address("list"),
            back=self.address("list"),
        )
        return page, posted.code

    @staticmethod
    def _post(uow: UnitOfWork, given: dict[str, Any]) -> Publicity:
        plan = policy.find(uow.session, uow.actor, Plan, int(given.pop("plan")))
        return publicity.post_results(uow, plan, **given)  # type: ignore[arg-type]

    def panels(self, record: Publicity) -> Sequence[Panel]:
        """Who is posted, what was objected, the proof."""
        rows = [
            (
                d.number,
                d.applicant_name,
                d.unit.name,
                d.title.name,
                badge(D(d.state).label, D(d.state).tone),
                self._object(record, d),
            )
            for d in (item.declaration for item in record.people)
        ]
        head = ("申报编号", "姓名", "所在单位", "申报职称", "状态", "操作")
        return [
            Panel("公示人员", f"{len(rows)} 人", head, rows),
            self.objections(record),
            attachments(record, "公示证明", "登记公示结果时可上传公示证明。"),
            page_panel(record),
        ]

    @staticmethod
    def _object(posting: Publicity, declaration: Declaration) -> Any:
        office = g.user.plays(COMMITTEE_OFFICE) and may_open("ObjectionScreen.add")
        if posting.state != PublicityState.POSTED or not office:
            return "—"
        return Markup('<a href="{}">{}</a>').format(
            url_for("ObjectionScreen.add", declaration=declaration.id), "异议登记"
        )

    def links(self, record: Publicity) -> Sequence[Link]:
        """The list as it is posted."""
        return [Link("公示名单", self.address("paper", pk=record.id))]

    @expose("/paper/<int:pk>.pdf")
    @has_access
    def paper(self, pk: int) -> Any:
        """评审结果公示名单."""
        posting = self.find(pk)
        return send_file(
            publicity_pdf(posting),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"评审结果公示_{posting.id}.pdf",
        )
