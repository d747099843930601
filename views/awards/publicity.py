"""所在单位申报公示 (附件2 1.1.1): post, watch, write the outcome down, register what was objected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from flask import g, request, send_file, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from markupsafe import Markup
from sqlalchemy import ColumnElement, func, select

from models.awards.publicity import Objection, ObjectionState, Publicity, PublicityKind, PublicityState
from models.base import db
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from views.awards.posted import page_panel
from views.awards.publicity_material import posted_pdf
from views.awards.publicity_proof import proof_pdf
from views.screens.base import FlowScreen, Link, Panel, badge
from views.screens.columns import Column
from views.screens.forms import DateField, TickListField
from views.screens.further_condition import desk_condition
from views.storage.attachments import attachments
from workflow.awards import publicity
from workflow.base import policy, settings
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, asking
from workflow.declarations import desk, liability
from workflow.declarations.declaration import PUBLICISED
from workflow.office import working_days

OUTCOMES = {"none": "无异议", "untrue": "有异议，查证不属实", "true": "有异议，查证属实"}


def ready() -> list[tuple[str, str]]:
    """The declarations that may be posted now."""
    query = (
        policy.visible(g.user, Declaration)
        .where(desk.posting_ready(g.user, asking(g.user).today))
        .order_by(Declaration.id)
        .limit(300)
    )
    return [(str(d.id), f"{d.applicant_name} · {d.title.name}（{d.number}）") for d in db.session.scalars(query)]


def unready() -> str:
    """How many wait for their responsibility card, so that nobody searches for them."""
    mine = policy.visible(g.user, Declaration).where(
        Declaration.unit_id == g.user.organisation_id, Declaration.state == S.UNIT_REVIEW
    )
    count = db.session.scalar(select(func.count()).select_from(mine.where(~liability.signed()).subquery()))
    return (
        f"另有 {count} 人尚未签署《真实性审核责任卡》，签署后才能公示（118号 四(二)1）。"
        if count
        else "列出已签署《真实性审核责任卡》的人员。"
    )


def term(posted_on: date) -> str:
    """首日 to 末日 of a posting of that day, or why it cannot be counted."""
    try:
        first, last = working_days.publicity_term(db.session, posted_on, settings.value(db.session, "publicity_days"))
    except Refused as refusal:
        return refusal.sentence
    return f"公示 {first} 至 {last}"


class PostedOnField(DateField):
    """张榜日期 with the term that follows from it."""

    def box(self) -> Any:
        """The hint computes the last day for both days that may be registered."""
        today = asking(g.user).today
        days = settings.value(db.session, "publicity_days")
        words = f"自张榜次一工作日起算，不少于 {days} 个工作日：今天张榜的{term(today)}"
        before = working_days.subtract(db.session, today, 1)
        return replace(super().box(), hint=f"{words}；{before} 张榜的{term(before)}。")


class PostingDesk(FlowScreen):
    """A desk of postings, of a unit or of results: how they stand, until when, with what outcome."""

    model, flow = Publicity, publicity.PUBLICITY
    columns = "title people posted_on starts_on ends_on place standing outcome"
    facts: ClassVar[dict[str, str]] = {
        "公示信息": "title organisation standing posted_on starts_on ends_on place contents complaint_department "
        "complaint_telephone handler head outcome"
    }
    conditions = "title:contains posted_on state"
    labels: ClassVar[dict[str, str]] = {"people": "公示人员", "standing": "状态", "outcome": "公示结果"}
    row_verbs = "close"
    can_add = True

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.insert(0, desk_condition(desk.posting_desk, "期满待登记结果"))

    def _column(self, name: str) -> Column:
        column = super()._column(name)
        return replace(column, relations=(Publicity.people,)) if name == "people" else column

    def cell_people(self, posting: Publicity) -> str:
        """How many are posted."""
        return f"{len(posting.people)} 人"

    def cell_outcome(self, posting: Publicity) -> str:
        """The outcome in words."""
        return OUTCOMES.get(posting.outcome, "—")

    def cell_standing(self, posting: Publicity) -> Any:
        """Running or over follows from the dates."""
        if posting.state == PublicityState.POSTED and posting.ends_on < asking(g.user).today:
            return badge("期满待登记", "warn")
        state = PublicityState(posting.state)
        return badge(state.label, state.tone)

    def badge_of(self, record: Publicity) -> Any:
        """The same badge as in the list."""
        return self.cell_standing(record)

    def due_of(self, record: Publicity) -> str:
        """Until when it runs."""
        today = asking(g.user).today
        if record.state != PublicityState.POSTED or record.ends_on < today:
            return ""
        return f"公示至 {record.ends_on}，还有 {working_days.between(db.session, today, record.ends_on)} 个工作日"

    def objections(self, record: Publicity) -> Panel:
        """What was objected while it ran; the way to it for whoever may read who wrote."""
        raised = db.session.scalars(
            select(Objection).where(Objection.publicity_id == record.id).order_by(Objection.id)
        ).all()
        shown = policy.visible(g.user, Objection).where(Objection.publicity_id == record.id)
        mine = {o.id for o in db.session.scalars(shown)} if raised else set()
        rows = [
            (
                f"{o.registered_at:%Y-%m-%d %H:%M}",
                o.declaration.applicant_name,
                badge(ObjectionState(o.state).label, ObjectionState(o.state).tone),
                Markup('<a href="{}">办理</a>').format(url_for("ObjectionScreen.show", pk=o.id))
                if o.id in mine
                else "—",
            )
            for o in raised
        ]
        return Panel(
            "异议",
            "公示期间收到的异议须逐件核查",
            ("登记时间", "涉及人员", "状态", "操作"),
            rows,
            empty="没有登记异议。",
        )


class UnitPublicityScreen(PostingDesk):
    """The unit's postings; 新增 posts, the verbs close or void."""

    title, guide = "所在单位申报公示", "附件2 1.1.1"
    lead = "在单位显著位置或网站公示申报材料和《评审表》，不少于 5 个工作日；未经公示不得推荐。"
    fields = "title people posted_on place contents complaint_department complaint_telephone"
    extra_fields: ClassVar[dict[str, Any]] = {
        "people": TickListField("公示人员", options=ready, hint=unready),
        "posted_on": PostedOnField("张榜日期"),
        "contents": TickListField(
            "公示内容", options=lambda: [(name, name) for name in PUBLICISED], hint="须逐项公示（118号 四(二)2）"
        ),
    }
    empty = "还没有公示。签署《真实性审核责任卡》后，点击“新增”办理公示。"

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """The unit's own."""
        return (Publicity.kind == PublicityKind.UNIT) & (Publicity.organisation_id == actor.organisation_id)

    # -- 新增 ----------------------------------------------------------------------------------------

    def prefill(self) -> dict[str, Any]:
        """What the unit would type every time."""
        unit = g.user.organisation
        chosen = {value for value, _label in ready()}
        asked = [key for key in request.args.getlist("people") if key in chosen]
        return {
            "title": f"{unit.name if unit else ''} {asking(g.user).today.year} 年度职称申报公示",
            "posted_on": asking(g.user).today,
            "contents": list(PUBLICISED),
            "complaint_telephone": unit.complaint_telephone if unit else "",
            "people": asked or sorted(chosen),
        }

    def create(self, uow: UnitOfWork, **values: Any) -> Publicity:
        """新增: every declaration ticked is posted, or none."""
        keys = [int(key) for key in values.pop("people")]
        found = policy.visible(uow.actor, Declaration).where(Declaration.id.in_(keys)).order_by(Declaration.id)
        return publicity.post_unit(uow, uow.session.scalars(found).all(), **values)

    # -- detail --------------------------------------------------------------------------------------

    def panels(self, record: Publicity) -> Sequence[Panel]:
        """Who is posted, what was objected, the proof."""
        people = [
            (
                d.number,
                Markup('<a href="{}">{}</a>').format(url_for("UnitDeskScreen.show", pk=d.id), d.applicant_name),
                d.title.name,
                badge(S(d.state).label, S(d.state).tone),
                Markup('<a href="{}">异议登记</a>').format(url_for("ObjectionScreen.add", declaration=d.id))
                if record.state == PublicityState.POSTED
                else "—",
            )
            for d in (item.declaration for item in record.people)
        ]
        return (
            Panel("公示人员", f"{len(people)} 人", ("申报编号", "姓名", "申报职称", "状态", "操作"), people),
            self.objections(record),
            attachments(record, "公示证明", "登记公示结果时可上传公示证明。"),
            page_panel(record),
        )

    def links(self, record: Publicity) -> Sequence[Link]:
        """What is posted and the proof, as papers; what follows a posting that is over."""
        links = [
            Link("公示材料", self.address("posted", pk=record.id)),
            Link("公示证明", self.address("proof", pk=record.id)),
        ]
        if record.state == PublicityState.CLOSED:
            links.append(Link("单位推荐上报", url_for("RecommendScreen.list", desk="waiting")))
        return links

    @expose("/posted/<int:pk>.pdf")
    @has_access
    @permission_name("show")
    def posted(self, pk: int) -> Any:
        """申报材料公示表, to be put up."""
        posting = self.find(pk)
        return send_file(
            posted_pdf(posting),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"公示材料_{posting.id}.pdf",
        )

    @expose("/proof/<int:pk>.pdf")
    @has_access
    def proof(self, pk: int) -> Any:
        """公示证明."""
        posting = self.find(pk)
        return send_file(
            proof_pdf(posting),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"公示证明_{posting.id}.pdf",
        )
