"""批量导入: template, upload, preview, 提交, 撤销本批 — one set of pages for every kind of import.

A management screen offers it by naming its kind: `imports = "acceptance"` (views/screens/declared.py).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import Any

from flask import Response, abort, flash, g, redirect, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from models.base import db
from models.imports.import_batch import ImportBatch, ImportState, RowAction
from models.sealed import mask_id
from reports import template
from views.jobs.job import EXCEL
from views.screens import seen
from views.screens.base import FlowScreen, Link, badge
from views.screens.download import named
from views.screens.posted import form, submit
from views.screens.refusal import code_of
from views.screens.stay import context
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Step
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.imports import import_batch, import_rows
from workflow.imports.import_batch import IMPORT
from workflow.imports.kind import ImportKind, Outcome
from workflow.imports.kinds import KINDS
from workflow.jobs import job as jobs

PAGE = 50
#: How many of the records that an undoing would leave alone are named on the page.
NAMED = 20
#: Up to so many written rows are looked at for that on every opening of the page; of more the undoing itself tells.
LOOKED_AT = 5_000
#: A list of words longer than this is typed, not chosen.
MOST_OPTIONS = 300


class ImportScreen(FlowScreen):
    """One's own imports, the newest first; a new one begins at the screen whose records it is about."""

    model, flow = ImportBatch, IMPORT
    route_base = "/import"
    title = "导入批次"
    lead = "批量导入先核对、后提交：核对时不写入任何数据；提交后可以撤销本批。"
    columns = "kind file_name total fresh changed wrong state created_at"
    labels = {"applies": "适用", "kind": "导入内容", "fresh": "新增", "wrong": "失败"}
    facts = {
        "导入批次": "kind file_name applies state created_at committed_at undone_at sentence",
    }
    conditions = "file_name:contains state created_at"
    order = "-id"
    can_export = False
    empty = "没有导入批次；请从机构管理、审核路径、评委会管理等页面的“批量导入”开始。"
    show_template = "imports/show.html"
    verbs = "commit undo resume discard"

    def cell_kind(self, record: ImportBatch) -> str:
        """What was imported."""
        return KINDS[record.kind].title if record.kind in KINDS else record.kind

    def cell_applies(self, record: ImportBatch) -> str:
        """What was chosen for the whole table."""
        kind = KINDS[record.kind]
        words = [f"{ask.label}：{_chosen(ask, record.choices.get(ask.name))}" for ask in kind.choices]
        return "；".join(words) or "整表"

    def name_of(self, record: ImportBatch) -> str:
        """What, and from which file."""
        return f"{self.cell_kind(record)} · {record.file_name}"

    def done(self, record_id: int, step: Step, name: str, answer: Any) -> Any:
        """What was done at once and came to nothing is no success: its sentence stands on the page."""
        batch = db.session.get(ImportBatch, record_id)
        if step.verb in ("commit", "undo", "resume") and batch is not None and batch.sentence:
            return redirect(self.address("show", pk=record_id))
        return super().done(record_id, step, name, answer)

    # -- upload --------------------------------------------------------------------------------------

    @expose("/new/<kind>", methods=["GET", "POST"])
    @has_access
    @permission_name("import")
    def new(self, kind: str) -> Any:
        """下载模板, 选择职称等级 and what else holds for the table, 浏览, 导入."""
        about = self._kind(kind)
        step = form("begin", "导入", [*about.choices, FILE], about.guide)

        def begin(uow: Any, given: dict[str, Any]) -> int:
            content, name = given.pop("file")
            return import_batch.begin(uow, about.name, content, name, given).id

        posted = submit(step, None, begin)
        if posted.done:
            return redirect(self.address("show", pk=posted.answer))
        boxes = posted.boxes(step, None)
        errors = [(box.id, box.label, box.error) for box in boxes if box.error]
        return self.render_template(
            "imports/new.html",
            screen=self,
            about=about,
            title=f"批量导入{about.title}",
            boxes=boxes,
            base=self.address("list"),
            errors=errors,
            sentence=posted.sentence if not errors else "",
            empty_table=self.address("template", kind=kind),
        ), posted.code

    def _kind(self, name: str) -> ImportKind:
        about = KINDS.get(name) or abort(404)
        about.may(asking(g.user))
        return about

    @expose("/template/<kind>")
    @has_access
    @permission_name("import")
    def template(self, kind: str) -> Any:
        """下载 Excel 模板: drop-downs, notes, codes as text, and the version of its dictionary."""
        about = self._kind(kind)
        target = tempfile.TemporaryFile()  # noqa: SIM115  (closed when it has been sent)
        template.write(target, about.title, _columns(about), about.dictionary(db.session))
        return _sheet(target, f"{about.title}导入模板.xlsx")

    # -- preview -------------------------------------------------------------------------------------

    def extra_page(self, record: ImportBatch) -> dict[str, Any]:
        """成功 n 条, 失败 m 条; a page of rows, cell by cell; words to be given a meaning; what an undoing would do."""
        about = KINDS[record.kind]
        only = request.args.get("only", "")
        only = only if only in set(RowAction) else ""
        page = max(1, request.args.get("page", 1, type=int) or 1)
        rows, count = import_rows.page(db.session, record.id, only, min(page, 100_000), PAGE)
        given: dict[str, Any] = {
            "about": about,
            "only": only,
            "page": page,
            "pages": max(1, -(-count // PAGE)),
            "rows": [_shown(about, row) for row in rows],
            "tabs": _tabs(record),
            "unknown": self._unknown(record, about),
            "progress": jobs.progress_of(db.session, record.job) if record.job else None,
            "touched": [],
            "touched_count": 0,
        }
        if record.state == ImportState.COMMITTED and record.fresh + record.changed <= LOOKED_AT:
            touched = import_batch.touched_since(db.session, record)
            given |= {"touched": list(touched.values())[:NAMED], "touched_count": len(touched)}
        return given

    def _unknown(self, record: ImportBatch, about: ImportKind) -> list[dict[str, Any]]:
        if record.state != ImportState.PREVIEWED or not record.wrong:
            return []
        offered = about.offered(db.session)
        labels = {f.name: f.label for f in about.fields}
        return [
            {
                "field": name,
                "word": word,
                "count": count,
                "label": labels[name],
                "options": offered.get(name, [])[:MOST_OPTIONS],
            }
            for name, word, count in import_batch.unknown_words(db.session, record)
        ]

    @expose("/words/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("import")
    def words(self, pk: int) -> Any:
        """Give words a meaning, once for all rows; remembered for the next table of this sender."""
        record, version = self.find(pk), request.form.get(seen.FIELD, "")
        fields, asked, meant = (request.form.getlist(name) for name in ("field", "word", "meaning"))
        meanings = dict(zip(zip(fields, asked, strict=False), meant, strict=False))

        def interpret(uow: UnitOfWork) -> None:
            batch = self.find(pk)
            self.must_be(batch, version)
            import_batch.interpret(uow, batch, meanings)

        try:
            attempt(g.user, interpret, context=context())
        except Refused as refusal:
            return self.show_page(record, alert=refusal.sentence), code_of(refusal)
        flash("已记住对应关系，并重新核对。", "ok")
        return redirect(self.address("show", pk=pk))

    @expose("/failed/<int:pk>")
    @has_access
    @permission_name("show")
    def failed(self, pk: int) -> Any:
        """下载失败数据: the same sheet with the reason in each bad cell; it can be mended and uploaded as it is."""
        record = self.find(pk)
        about = KINDS[record.kind]
        places = {f.name: n for n, f in enumerate(about.fields)}
        rows = (
            (texts, {places.get(name, len(about.fields)): words for name, words in faults.items()})
            for texts, faults in import_rows.failing(db.session, record.id)
        )
        target = tempfile.TemporaryFile()  # noqa: SIM115  (closed when it has been sent)
        template.returned(target, about.title, _columns(about), rows, about.dictionary(db.session))
        return _sheet(target, f"{about.title}导入失败数据.xlsx")

    def links(self, record: ImportBatch) -> Sequence[Link]:
        """The failing rows, and another file."""
        links = [Link("再导入一个文件", self.address("new", kind=record.kind))] if record.kind in KINDS else []
        if record.wrong and record.state not in (ImportState.DISCARDED, ImportState.RECEIVED):
            links.insert(0, Link("下载失败数据", self.address("failed", pk=record.id)))
        return links


FILE = Ask(
    "file",
    "浏览（选择文件）",
    "file",
    hint="选择填写好的模板：.xlsx、.xls 或 .csv（UTF-8 或 GB18030），不超过 20 MB、12 万行",
)


def _chosen(ask: Ask, value: Any) -> str:
    options = ask.options(asking(g.user), None)
    return next((label for key, label in options if key == (value or "")), str(value or ""))


def _columns(about: ImportKind) -> list[template.Column]:
    offered = about.offered(db.session)
    return [
        template.Column(
            f.label,
            note=f.hint,
            choices=tuple(offered.get(f.name, ())),
            text=f.kind != "number",
            required=f.required,
            example=f.example,
        )
        for f in about.fields
    ]


def _sheet(target: Any, name: str) -> Response:
    target.seek(0)
    answer = named(Response(iter(lambda: target.read(1 << 16), b""), mimetype=EXCEL), name)
    answer.call_on_close(target.close)  # also where nobody reads it (HEAD, a cut connection)
    return answer


def _tabs(record: ImportBatch) -> list[tuple[str, str, int]]:
    counts = {
        "": record.total,
        "new": record.fresh,
        "changed": record.changed,
        "unchanged": record.unchanged,
        "wrong": record.wrong,
    }
    return [(key, RowAction(key).label if key else "全部", count) for key, count in counts.items()]


def _shown(about: ImportKind, row: Outcome) -> dict[str, Any]:
    """A row as the preview shows it: every cell with what it was, what it becomes, and what is wrong with it."""
    before = row.before or {}
    action = RowAction(row.action)
    cells = []
    after = row.after or {}
    for each, text in zip(about.fields, row.texts, strict=True):
        was = before.get(each.name, "")
        show = mask_id if each.sealed else str
        same = not text or row.action != RowAction.CHANGED or was == after.get(each.name, text)
        cells.append(
            {
                "label": each.label,
                "text": show(text) if text else "",
                "was": "" if same else (show(was) if was else "空"),
                "fault": row.faults.get(each.name, ""),
            }
        )
    return {
        "number": row.number,
        "badge": badge(action.label, action.tone),
        "cells": cells,
        "fault": row.faults.get("", ""),
    }
