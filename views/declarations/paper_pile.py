"""纸质材料接收 (118号 一): an office scans a pile of paper and is told, case by case, what lies in it.

Upload, 识别 as long work, 认定页面, 确认接收 or 告知补齐, and the receipt as paper.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, g, redirect, request, send_file, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy import func, select

from models.base import db
from models.declarations.material import StoredFile
from models.declarations.paper_pile import PaperPile, PaperReceipt, PileState
from views.screens import answers, seen
from views.screens.base import FlowScreen
from views.screens.refusal import code_of
from views.screens.stay import context
from views.storage.papers import day, pdf
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.jobs import job as jobs
from workflow.papers import found, pile
from workflow.papers.pile import PILE
from workflow.storage import preview

#: What is said of a page that belongs to no case here.
LOOSE = {
    "unread": (
        "没有可识别的识别码",
        "可能不是本系统打印的页面，或扫描不清；请对照原件认定归入哪个案卷第几页，或者退还。",
    ),
    "broken": ("无法打开", "该页内容损坏；请重新扫描，或者对照原件认定。"),
    "false": ("识别码不真实", "识别码不是本系统签发；请核实来源，一般应退还。"),
    "foreign": ("不是本机构受理的案卷", "识别码真实，但不属于本机构受理的案卷；请将原件退还送件人。"),
    "refused": ("已认定退还", ""),
}


class PaperPileScreen(FlowScreen):
    """The piles of one's own office, the newest first."""

    model, flow = PaperPile, PILE
    title = "纸质材料接收"
    guide = "118号 一"
    lead = (
        "扫描或拍照后整批上传，次序不限，可含多个案卷；按识别码逐卷列明缺页、重页、旧版本和内容不一致之处，由人核收。"
    )
    columns = "id office handler files pages state uploaded_at"
    facts = {"本批扫描件": "id office handler uploaded_at files pages state sentence"}
    conditions = "state uploaded_at"
    order = "-id"
    can_export = False
    can_add = True
    add_label = "上传扫描件"
    empty = "还没有接收批次；请从“上传扫描件”开始。"
    show_template = "declarations/pile.html"
    verbs = "close resume discard"

    def name_of(self, record: PaperPile) -> str:
        """Which pile."""
        return f"第 {record.id} 批 · {record.pages} 页"

    # -- upload --------------------------------------------------------------------------------------

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """Choose the files of a pile and hand them in."""
        refusal: Refused | None = None
        if request.method == "POST":
            try:
                given = answers.uploads(request.files.getlist("files"), "files")
                key = attempt(g.user, lambda uow: pile.begin(uow, given).id, context=context())
                return redirect(self.address("show", pk=key))
            except Refused as refused:
                refusal = refused
            finally:
                for one in request.files.getlist("files"):
                    one.close()
        return self.render_template(
            "declarations/pile_new.html",
            title="上传扫描件",
            screen=self,
            base=self.address("list"),
            sentence=refusal.sentence if refusal else "",
            most=(pile.MOST_FILES, pile.MOST_PAGES),
        ), code_of(refusal) if refusal else 200

    # -- what lies in it -----------------------------------------------------------------------------

    def extra_page(self, record: PaperPile) -> dict[str, Any]:
        """Case by case, then what belongs to none."""
        over = record.state in (PileState.READING, PileState.DISCARDED)
        sheets = [] if over else found.sheets_of(record)
        places = {(sheet.file, sheet.at): n for n, sheet in enumerate(sheets)}
        keys = (
            {
                file.id: file
                for file in db.session.scalars(
                    select(StoredFile).where(StoredFile.id.in_({sheet.file for sheet in sheets}))
                )
            }
            if sheets
            else {}
        )
        receipts = {
            one.declaration_id: one
            for one in db.session.scalars(select(PaperReceipt).where(PaperReceipt.pile_id == record.id))
        }
        return {
            "progress": jobs.progress_of(db.session, record.job) if record.job else None,
            "cases": [] if over else found.cases_of(db.session, record),
            "others": [] if over else [(*LOOSE[kind], kind, group) for kind, group in found.others_of(record).items()],
            "receipts": receipts,
            "place": lambda sheet: places[(sheet.file, sheet.at)],
            "look": lambda sheet: url_for("PreviewView.show", key=keys[sheet.file].key, page=sheet.at),
            "picture": lambda sheet: url_for(
                "PreviewView.page", key=keys[sheet.file].key, number=sheet.at, width=preview.ZOOMS[0]
            ),
            "file_name": lambda sheet: keys[sheet.file].name,
            "spans": found.spans,
            "working": record.state == PileState.READ and self.may("act"),
        }

    @expose("/rule/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("act")
    def rule(self, pk: int) -> Any:
        """认定页面."""
        form = request.form

        def do(uow: UnitOfWork, record: PaperPile) -> str:
            place = form.get("place", -1, type=int)
            pile.rule(
                uow,
                record,
                place if place is not None else -1,
                taken=form.get("do") == "take",
                reason=answers.cleaned(form.get("reason", "")),
                number=answers.cleaned(form.get("number", ""))[:40],
                page=form.get("page", 0, type=int) or 0,
            )
            return f"已认定第 {place + 1} 张扫描页。"

        return self._done(pk, do)

    @expose("/receive/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("act")
    def receive(self, pk: int) -> Any:
        """确认接收 or 告知补齐, of one case."""
        key = request.form.get("case", 0, type=int) or 0

        def do(uow: UnitOfWork, record: PaperPile) -> str:
            if request.form.get("do") == "demand":
                pile.demand(uow, record, key)
                return "已告知申报人和所在单位需要补齐的内容。"
            pile.receive(uow, record, key, place=answers.cleaned(request.form.get("location", ""))[:60])
            return "已确认接收，并登记收到纸质材料。"

        return self._done(pk, do)

    def _done(self, pk: int, do: Callable[[UnitOfWork, PaperPile], str]) -> Any:
        record = self.find(pk)

        def act(uow: UnitOfWork) -> str:
            here = self.find(pk)
            seen.must_be(seen.told(), here)
            return do(uow, here)

        try:
            seen.told()
            words = attempt(g.user, act, context=context())
        except Refused as refusal:
            return self.show_page(record, alert=refusal.sentence, typed=request.form), code_of(refusal)
        flash(words, "ok")
        return redirect(self.address("show", pk=pk))

    @expose("/receipt/<int:pk>/<int:case>.pdf")
    @has_access
    @permission_name("show")
    def receipt(self, pk: int, case: int) -> Any:
        """纸质材料接收回执."""
        record = self.find(pk)
        asked = select(PaperReceipt).where(PaperReceipt.pile_id == record.id, PaperReceipt.declaration_id == case)
        one = db.session.scalar(asked) or abort(404)
        return send_file(
            receipt_pdf(one),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"纸质材料接收回执_{one.declaration.number}.pdf",
        )


def _ordinal(one: PaperReceipt) -> int:
    """The how-manieth receipt of its case this is."""
    asked = select(func.count()).where(PaperReceipt.declaration_id == one.declaration_id, PaperReceipt.id <= one.id)
    return db.session.scalar(asked) or 1


def receipt_pdf(one: PaperReceipt) -> Any:
    """What was received of a case, by whom, when; and what is still to come."""
    declaration = one.declaration
    items = [f"应收 {one.due} 页，本批实收 {one.pages} 页（第 {one.held or '无'} 页）"]
    items.append("材料齐全，已登记收到纸质材料" if one.whole else f"尚需补齐：{one.wanting}")
    return pdf(
        "notice",
        {
            "title": "纸质材料接收回执",
            "organisation": one.office,
            "addressee": f"{declaration.applicant_name}同志",
            "number": f"{declaration.number}-回执{_ordinal(one)}",
            "paragraphs": [
                f"您申报的{declaration.title.name}职称（申报编号 {declaration.number}）的纸质《专业技术职称评审表》，"
                f"于{day(one.received_at)} {one.received_at:%H:%M} 由{one.office}收到，接收人 {one.received_by}："
            ],
            "items": items,
            "closing": "本回执只证明收到纸质材料，不代表审核结论。"
            if one.whole
            else "请补齐后送交接收机构；其余各页已收，不必重复提交。",
            "signature": f"{one.office}（盖章）",
            "date": day(one.received_at),
        },
    )
