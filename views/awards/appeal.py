"""申请复查 (令40号 第二十六条): the applicant's page, and the desk of the office that looks into it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from flask import flash, redirect, request, send_file
from flask_appbuilder import expose, has_access

from models.awards.appeal import Appeal, AppealState
from models.base import db
from models.declarations.declaration import DeclarationState
from views.screens.base import FlowScreen
from views.screens.boxes import errors_of
from views.screens.columns import badge
from views.screens.further_condition import desk_condition
from views.screens.moment import of_request
from views.screens.panel import Link, Panel
from views.screens.posted import form, submit
from views.screens.timeline import Moment
from views.storage.attachments import attachments
from views.storage.letters import appeal_pdf
from workflow.awards import appeal
from workflow.base import settings
from workflow.base.flow import Ask
from workflow.declarations import desk


class AppealDesk(FlowScreen):
    """What both sides read of an application: what is contested, why, how far it is, the answer and its letter."""

    model, flow = Appeal, appeal.APPEAL
    labels: ClassVar[dict[str, str]] = {
        "declaration.number": "申报编号",
        "declaration.applicant_name": "申请人",
        "declaration.title.name": "申报职称",
        "standing": "申报状态",
        "answer_by": "答复期限",
    }
    conditions = "declaration.number state applied_at"
    can_export = False

    def cell_standing(self, record: Appeal) -> Any:
        """Where the declaration stands now."""
        state = DeclarationState(record.declaration.state)
        return badge(state.label, state.tone)

    def cell_answer_by(self, record: Appeal) -> str:
        """The last day for the answer."""
        day = appeal.answer_by(db.session, record)
        return f"{day:%Y-%m-%d}" if day else "—"

    def due_day(self, record: Appeal) -> date | None:
        """The same, until it is given."""
        over = record.state in (AppealState.ANSWERED, AppealState.WITHDRAWN)
        return None if over else appeal.answer_by(db.session, record)

    def name_of(self, record: Appeal) -> str:
        """Whose, and against which declaration."""
        return f"{record.declaration.applicant_name}的复查申请（{record.declaration.number}）"

    def panels(self, record: Appeal) -> Sequence[Panel]:
        """What was handed in with it."""
        return [attachments(record, "证明材料", "没有证明材料。")]

    def links(self, record: Appeal) -> Sequence[Link]:
        """The letter, once it is answered."""
        if record.state != AppealState.ANSWERED:
            return ()
        return [Link("复查结果告知书", self.address("letter", pk=record.id))]

    @expose("/letter/<int:pk>.pdf")
    @has_access
    def letter(self, pk: int) -> Any:
        """复查结果告知书."""
        record = self.find(pk)
        return send_file(
            appeal_pdf(record),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"复查结果告知书_{record.declaration.number}.pdf",
        )


# fmt: off
APPLYING = form("apply", "申请复查", [
    Ask("declaration", "申请复查的结果", "choice", choices=appeal.offered, default=lambda uow, _subject: request.args.get("declaration", "")),
    Ask("text",        "申请理由", "area", max_length=4000, hint="写明认为哪一环节、哪项程序不符合规定，有什么事实和依据；不要填写证件号码"),
    Ask("telephone",   "联系电话", max_length=60),
    Ask("proof",       "证明材料", "file", required=False, hint="PDF 或图片；提交后还可以补充"),
], appeal.CLAUSE)
# fmt: on


class MyAppealScreen(AppealDesk):
    """申请复查, 补充材料, 撤回, and the answer: of one's own results."""

    route_base = "/my-appeals"
    title, guide = "申请复查", appeal.CLAUSE
    lead = "对本人未通过或终止的结果不服的，在期限内申请复查；核查程序是否合规，投票结果不因复查改变。"
    columns = "applied_at declaration.number declaration.title.name office_name answer_by how_far"
    facts: ClassVar[dict[str, str]] = {
        "复查申请": "declaration.number declaration.title.name standing contested text telephone applied_at",
        "办理": "office_name answer_by",
        "答复": "flawed_told remedy_told answer answered_on",
    }
    labels: ClassVar[dict[str, str]] = {
        **AppealDesk.labels,
        "how_far": "状态",
        "flawed_told": "复查结论",
        "remedy_told": "后续处理",
    }
    verbs = "supplement take_back"
    can_add = True
    add_label = "申请复查"
    empty = "没有复查申请。结果告知后在期限内可以点击“申请复查”。"

    def cell_how_far(self, record: Appeal) -> Any:
        """The state; what was found is told with the answer."""
        state = AppealState(record.state)
        if state in (AppealState.MAINTAINED, AppealState.FLAWED):
            return badge("已核查，待答复", AppealState.INVESTIGATING.tone)
        return badge(state.label, state.tone)

    badge_of = cell_how_far

    def trail(self, record: Appeal) -> list[Moment]:
        """Nothing: who looked into it wrote for the office."""
        return []

    def cell_flawed_told(self, record: Appeal) -> str:
        """The finding, once he has been answered."""
        if record.answered_on is None:
            return "—"
        return "程序有误" if record.flawed else "维持原结果"

    def cell_remedy_told(self, record: Appeal) -> str:
        """What follows, once he has been answered."""
        options = dict(appeal.Remedy.choices())
        return options.get(record.remedy, "—") if record.answered_on else "—"

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """申请复查: which result, why, where he is reached, and a file."""
        posted = submit(APPLYING, None, lambda uow, given: appeal.apply(uow, **given))
        if posted.done:
            flash("已提交复查申请，受理和答复会以消息告知。", "ok")
            return redirect(self.address("show", pk=posted.answer.id))
        if not appeal.offered(of_request()) and not posted.sentence:
            flash("没有可以申请复查的结果：未通过或终止的，须在告知结果后的期限内提出，每个结果申请一次。", "warn")
            return redirect(self.address("list"))
        boxes = posted.boxes(APPLYING, None)
        days = settings.value(db.session, "appeal_days")
        page = self.render_template(
            "screens/ask.html",
            screen=self,
            title="申请复查",
            name="",
            lead=f"告知结果后 {days} 个工作日内提出；由未参与原决定的人员核查，核查后书面答复。",
            boxes=boxes,
            errors=errors_of(boxes),
            sentence=posted.sentence,
            label="提交申请",
            base=self.address("list"),
            back=self.address("list"),
        )
        return page, posted.code


class AppealScreen(AppealDesk):
    """复查办理: take up, name who looks into it, conclude, answer."""

    title, guide = "复查办理", appeal.CLAUSE
    lead = "申请人对结果不服的申请复查：指定未参与原决定的人员核查，作出结论后答复；投票结果不因复查改变。"
    columns = (
        "applied_at declaration.number declaration.applicant_name declaration.title.name office_name answer_by state"
    )
    facts: ClassVar[dict[str, str]] = {
        "复查申请": "declaration.number declaration.applicant_name declaration.unit.name declaration.title.name "
        "standing contested text telephone applied_at",
        "核查": "office_name investigator finding flawed remedy measures decided_by concluded_on",
        "答复": "answer_by answer answered_on",
    }
    labels: ClassVar[dict[str, str]] = {**AppealDesk.labels, "declaration.unit.name": "所在单位"}
    conditions = "declaration.applicant_name declaration.number state applied_at"
    verbs = "accept reassign maintain find_fault reply"
    row_verbs = "accept reply"
    empty = "没有复查申请；申请人在其申报页面提出后列在这里。"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.insert(0, desk_condition(desk.appeal_desk))
