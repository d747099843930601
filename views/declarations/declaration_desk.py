"""The record page of a declaration and its list, shared by every desk between the unit and the committee.

What a person sees here is what he needs to decide: where the case stands and until when, what was filled in,
what the rules say of it line by line, the files, the trail, and where his answer will send it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from flask import abort, g, render_template, request, url_for
from flask_appbuilder import expose, has_access
from markupsafe import Markup
from sqlalchemy import select

from models.base import db
from models.batches.batch import BatchState
from models.declarations import standing
from models.declarations.declaration import Correction, Declaration
from views.conditions.judged import card as judged_card
from views.declarations.case_page import progress_card, word_of
from views.declarations.comparison import found
from views.declarations.filled import sections_of
from views.declarations.paper_condition import paper_condition
from views.screens.further_condition import desk_condition, late_condition
from views.screens.moment import of_request
from views.screens.panel import may_open
from views.screens.refusal import NOT_YOU
from views.screens.screen import Link, Panel, Screen
from views.screens.stay import context
from views.storage.attachments import file_link, size_of
from workflow.base import policy
from workflow.base.abilities import may
from workflow.base.flow import Step
from workflow.base.unit_of_work import attempt
from workflow.conditions import judged
from workflow.declarations import checklist, comparison, desk, eligibility, opinion
from workflow.declarations.corrections.differences import mended
from workflow.declarations.corrections.told import counted
from workflow.declarations.declaration import DECLARATION
from workflow.declarations.destination import deadline, destination, due_by, held_by, holder, onward_to
from workflow.declarations.named import as_filed
from workflow.forms import form as forms
from workflow.recognition import compared


class DeclarationDesk(Screen):
    """A desk through which declarations pass. Declare `rows` (what waits here), `verbs` and `words`."""

    model = Declaration
    waiting: ClassVar[desk.Desk | None] = None
    waiting_word = "待我办理"
    watches: ClassVar[bool] = False  #: whether offices below it hand returned cases down
    words: ClassVar[dict[str, str]] = {}  #: verb → what this desk calls it
    columns = "number applicant_name unit.name title.name level specialty.name state due"
    facts: ClassVar[dict[str, str]] = {
        "申报信息": "number year applicant_name identity unit.name unit.nature series.name title.name level "
        "filed_specialty way mode channel "
        "needs_quota secret batch.name committee.name office path_version present held_title degree "
        "submitted_at next_office paper stands"
    }
    conditions = "applicant_name number unit year series level state mode submitted_at"
    order = "-submitted_at -id"
    labels: ClassVar[dict[str, str]] = {
        "due": "办理期限",
        "next_office": "上级审核单位或评委会",
        "present": "当前办理",
        "identity": "证件号码",
        "held_title": "现任职称",
        "degree": "学历学位",
        "paper": "纸质材料",
        "stands": "办理情况",
        "office": "受理机构",
        "unit.name": "所在单位",
        "unit.nature": "单位性质",
        "series.name": "申报系列",
        "title.name": "申报职称",
        "specialty.name": "申报专业",
        "filed_specialty": "申报专业",
        "batch.name": "年度批次",
        "committee.name": "评委会",
    }
    #: 办理期限, 当前办理, 上级审核单位或评委会 (附件3 1.12.3-1.2): they follow from where the declaration lies.
    made: ClassVar[dict[str, tuple[str, Any]]] = {
        "due": ("state due_on batch.audit_on here.deadline", due_by),
        "present": ("state position here.organisation.name committee.name", held_by),
        "next_office": (
            "state way onward.organisation.name committee.name",
            lambda state, *way: onward_to(*way) if state in standing.ON_THE_WAY else "—",
        ),
    }
    show_template = "declarations/record.html"
    empty = "没有符合条件的申报。"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.append(paper_condition())
        if self.watches:
            self.asks_for.append(late_condition())
        if self.waiting is not None:
            self.asks_for.insert(0, desk_condition(type(self).waiting, self.waiting_word))
        if offered := getattr(self, "offered", None):
            self.offered: list[Step] = [replace(step, label=self.words.get(step.verb, step.label)) for step in offered]

    # -- cells ---------------------------------------------------------------------------------------

    def cell_identity(self, declaration: Declaration) -> Any:
        """Masked; in clear only after asking for it, which is journalled."""
        url = self.address("identity", pk=declaration.id) if self._may_unmask() else ""
        return Markup(render_template("declarations/identity.html", number=declaration.person.masked_id, url=url))  # noqa: S704

    def cell_paper(self, declaration: Declaration) -> str:
        """When the paper came, who took it, where it lies (118号 一)."""
        d = declaration
        return f"{d.paper_received_on} 收到，{d.paper_by}，存放于{d.paper_place}" if d.paper_received_on else "未登记"

    def cell_stands(self, declaration: Declaration) -> Any:
        """The word its applicant reads too."""
        return word_of(declaration)

    def cell_held_title(self, declaration: Declaration) -> str:
        """The newest title of the form."""
        rows = [row for row in checklist.rows(declaration, "titles") if row.get("name")]
        newest = max(rows, key=lambda row: str(row.get("obtained_on") or ""), default=None)
        return f"{newest['name']}（{str(newest.get('obtained_on') or '未填时间')[:7]} 取得）" if newest else "—"

    def cell_degree(self, declaration: Declaration) -> str:
        """The newest education and degree of the form."""
        rows = checklist.rows(declaration, "education")
        newest = max(rows, key=lambda row: str(row.get("graduated_on") or ""), default=None)
        if newest is None:
            return "—"
        words = " / ".join(str(newest[key]) for key in ("education", "degree") if newest.get(key))
        return f"{words}（{newest['major']}）" if newest.get("major") else words

    def operations(self, record: Declaration) -> list[Link]:
        """The row's verbs in the words of this desk."""
        mine = {
            step.label: self.words[step.verb]
            for step in getattr(self, "flow", DECLARATION).steps
            if step.verb in self.words
        }
        return [replace(link, label=mine.get(link.label, link.label)) for link in super().operations(record)]

    # -- the page -------------------------------------------------------------------------------------

    def cell_filed_specialty(self, record: Declaration) -> str:
        """The specialty under the name of the 提交; what the tree calls it now stands beside it where that is
        another."""
        filed, today = as_filed(db.session, record).specialty, record.specialty.name if record.specialty else ""
        return f"{filed}（现名：{today}）" if filed != today else today or "—"

    def name_of(self, record: Declaration) -> str:
        """Who asks for what."""
        specialty = f"（{record.specialty.name}）" if record.specialty else ""
        return f"{record.applicant_name} · {record.title.name}{specialty}"

    def due_of(self, record: Declaration) -> str:
        """剩余 n 个工作日, with the day."""
        day = deadline(record)
        if day is None:
            return ""
        left = checklist.days_left(of_request(), day)
        if left is None:
            return f"{day:%Y-%m-%d} 截止"
        if day < of_request().today:
            return f"已逾期 {-left} 个工作日（{day:%Y-%m-%d} 截止）"
        return f"剩余 {left} 个工作日（{day:%Y-%m-%d} 截止）"

    def stages_of(self, record: Declaration) -> list[tuple[str, str]]:
        """The stages of its way; a returned or ended one stands where it was sent back from or ended."""
        return [(stage.label, mark) for stage, mark in standing.stages(record)]

    def links(self, record: Declaration) -> Sequence[Link]:
        """Papers, and the way to the electronic file."""
        links = [Link("打印评审表", url_for("RecordView.form", key=record.id))]
        if may(g.user, opinion.SHEET):
            links.append(Link("资格审查意见表", url_for("RecordView.opinions", key=record.id)))
        if record.batch.state == BatchState.PUBLISHED:
            links.append(Link("批次日程（日历文件）", url_for("RecordView.agenda", key=record.batch_id)))
        if record.state in standing.REFUSED:
            links.append(Link("终止告知书", url_for("RecordView.termination", key=record.id)))
        if DECLARATION.refusal(of_request(), record, "send_back") is None:
            links.append(Link("逐项告知退回", url_for("CorrectionListView.list", pk=record.id)))
        if DECLARATION.refusal(of_request(), record, "compare") is None:
            links.append(Link("核验与比对", url_for("ComparisonView.compare", pk=record.id)))
        return links

    def panels(self, record: Declaration) -> Sequence[Panel]:
        """去向预览, beside the trail."""
        return [
            Panel(
                "去向预览",
                html=Markup(  # noqa: S704  (our own template)
                    render_template("declarations/ways.html", destination=destination(record), holder=holder(record))
                ),
                aside=True,
            ),
            Panel("全部环节与日期", html=progress_card(record), id="progress"),
        ]

    def extra_page(self, record: Declaration) -> dict[str, Any]:
        """Checks, sections, files, corrections and destinations, for the template."""
        uow = of_request()
        kinds = {kind.key: kind.label for kind in forms.form_of(record).materials}
        read = compared.of_declaration(uow, record)
        files = [
            {
                "kind": kinds.get(f.material.kind, f.material.kind),
                "link": file_link(f.material.file),
                "size": size_of(f.material.file),
                "found": [found(c, f.counts(c)) for c in f.found],
                "read": read.get(f.material.id),
            }
            for f in comparison.files_of(uow, record)
        ]
        told = db.session.scalars(
            select(Correction).where(Correction.declaration_id == record.id).order_by(Correction.id.desc())
        ).all()
        return {
            "checks": checklist.checks(uow, record),
            "conditions": judged_card(eligibility.judgement(uow, record), judged.kept(db.session, record)),
            "sections": sections_of(record),
            "files": files,
            "stubs": [
                (kinds.get(s.item.kind, s.item.kind), s.item, [found(c, s.counts(c)) for c in s.found])
                for s in comparison.stubs_of(uow, record)
            ],
            "corrections": [(one, *mended(db.session, record, one)) for one in told],
            "again": counted(db.session, record) if told else 0,
            "reason": record.result_reason,
            "may_recognise": may_open("RecognitionView.show"),
        }

    # -- 查看证件号码 ---------------------------------------------------------------------------------

    def _may_unmask(self) -> bool:
        return may(g.user, policy.IDENTITY)

    @expose("/identity/<int:pk>", methods=["GET", "POST"])
    @has_access
    def identity(self, pk: int) -> Any:
        """One number in clear for who audits the case, on this page only, with a journal entry."""
        record = self.find(pk)
        if not self._may_unmask():
            abort(NOT_YOU)
        if request.method != "POST":
            return self.show_page(record)
        attempt(
            g.user,
            lambda uow: uow.record("unmask_identity", self.find(pk), label="查看证件号码", aside=True),
            context=context(),
        )
        return self.show_page(self.find(pk), revealed=record.person.id_number)
