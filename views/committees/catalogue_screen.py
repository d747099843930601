"""What the two trees of 附件3 1.1 and 1.2 have in common: search, who uses a node, 调整上级, 停用, export of a
subtree."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from flask import Response, flash, g, redirect, request, url_for
from flask_appbuilder import expose, has_access

from models.base import db
from reports import sheet
from reports.catalogue import Rows
from views.screens import posted, seen
from views.screens.base import TreeScreen
from views.screens.boxes import errors_of
from views.screens.download import named
from views.screens.export_page import EXCEL
from views.screens.moment import of_request
from views.screens.refusal import code_of
from views.screens.stay import context
from views.screens.timeline import timeline
from views.storage.records import opens
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.flow import Ask, Step
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.committees import catalogue, catalogue_use
from workflow.committees.catalogue_use import Named, Use

#: Hits shown for a query; who finds more types more.
MOST = 50


def retired(record: Any) -> str:
    """Whether the node is out of use, or will be, in a few words for the tree."""
    if record.retired_from is None:
        return f"{record.effective_from} 年起启用" if record.effective_from > of_request().today.year else ""
    return f"{record.retired_from} 年起停用"


class CatalogueScreen(TreeScreen):
    """A tree that the office keeps: what others name is not deleted but moved or put out of use."""

    tree_template = "committees/tree.html"
    move_template = "committees/move.html"
    moving: ClassVar[Ask] = Ask("parent", "新的上级", "specialty")
    retiring: ClassVar[Step] = posted.form(
        "retire",
        "停用",
        [
            Ask(
                "retired_from",
                "停用年度",
                "number",
                default=lambda uow, _node: uow.today.year + 1,
                hint="自该年度起不再提供选择；以前年度的申报保留该栏目",
            )
        ],
    )

    # -- hooks ---------------------------------------------------------------------------------------

    def hits(self, q: str) -> list[tuple[str, str, str]]:
        """(key, label, note) of the nodes whose name or code holds `q`."""
        raise NotImplementedError

    def keys_of(self, record: Any) -> Sequence[int]:
        """The node and everything that moves with it."""
        return [record.id]

    def parent_of(self, answer: Any) -> Any:
        """The node that was chosen as the new parent."""
        return answer

    def may_move(self, uow: UnitOfWork, record: Any, parent: Any) -> None:
        """Refuse a move that would break the tree."""
        raise NotImplementedError

    def do_move(self, uow: UnitOfWork, record: Any, parent: Any) -> None:
        """调整上级."""
        raise NotImplementedError

    def leaving(self, record: Any, parent: Any) -> Sequence[Named]:
        """Declarations in hand that their committee would no longer cover."""
        return ()

    def do_retire(self, uow: UnitOfWork, record: Any, year: int) -> None:
        """停用 from a year on."""
        raise NotImplementedError

    def rows_of(self, record: Any) -> Rows:
        """The subtree as rows; the whole tree for None."""
        raise NotImplementedError

    # -- the page --------------------------------------------------------------------------------------

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        """The tree, opened at `?node=`; `?q=` searches it, and a single hit is opened at once."""
        q, key = self._asked(), request.args.get("node", "")
        if q and not key and len(hits := self.hits(q)) == 1:
            return redirect(self.address("list", node=hits[0][0], q=q))
        if key and not self.is_key(key):
            return redirect(self.address("list"))
        record = self.record_of(key) if key else None
        return self._page(key, record, self.edit_form(obj=record, formdata=None) if record is not None else None)

    @staticmethod
    def _asked() -> str:
        return request.args.get("q", "").strip()[:60]

    def beside(self, key: str, record: Any) -> dict[str, Any]:
        """Search, who uses the node, its history, and the form of 停用."""
        q, node = self._asked(), record if isinstance(record, self.model) else None
        kept = node is not None and not self.is_fixed(node)
        found = catalogue_use.uses(db.session, self.model, [node.id]) if kept else []
        return {
            "q": q,
            "hits": self.hits(q) if q else [],
            "most": MOST,
            "uses": self.told(found),
            "in_use": catalogue.in_use(db.session, node, found) if kept else "",
            "history": [replace(m, days=None) for m in timeline(node)] if node is not None else [],
            "retire": posted.Posted().boxes(self.retiring, node) if kept and node.retired_from is None else [],
        }

    def told(self, uses: Sequence[Use]) -> list[tuple[str, int, int, list[tuple[str, str]]]]:
        """(kind, count, in hand, first names with the address where each is shown)."""
        return [(use.label, use.count, use.open, [(n.text, self._shown(n)) for n in use.named]) for use in uses]

    def _shown(self, named_one: Named) -> str:
        if named_one.kind == self.model.__tablename__:
            return self.address("list", node=named_one.key)
        return url_for("RecordView.open", kind=named_one.kind, key=named_one.key) if opens(named_one.kind) else ""

    # -- deleting, putting out of use --------------------------------------------------------------------

    @expose("/delete/<int:pk>", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """删除栏目, and back to the node above; a node in use is refused with everybody who names it."""
        record = self.find(pk)
        name, path = self.name_of(record), self.path(str(pk))
        try:
            version = seen.told()
            attempt(g.user, lambda uow: self._remove(uow, pk, version), context=context())
        except NotNow as refusal:
            return self._again(pk, refusal)
        flash(f"已删除“{name}”。", "ok")
        return redirect(self.address("list", node=path[-2]) if len(path) > 1 else self.address("list"))

    @expose("/retire/<int:pk>", methods=["POST"])
    @has_access
    def retire(self, pk: int) -> Any:
        """停用 from a year on, where the node cannot be deleted."""
        record = self.find(pk)
        try:
            version = seen.told()
            year = posted.read(self.retiring, record)["retired_from"]
            attempt(g.user, lambda uow: self._retire(uow, pk, version, year), context=context())
        except NotYou:
            raise
        except Refused as refusal:
            return self._again(pk, refusal)
        flash(f"“{self.name_of(record)}”自 {year} 年度起停用，以前年度的申报保留该栏目。", "ok")
        return redirect(self.address("list", node=pk))

    def _retire(self, uow: UnitOfWork, pk: int, version: str, year: int) -> None:
        record = self.find(pk)
        self.must_be(record, version)
        if reason := self.editable(record):
            raise NotNow(reason)
        self.do_retire(uow, record, year)

    def _again(self, pk: int, refusal: Refused) -> tuple[str, int]:
        record = self.find(pk)
        return self._page(str(pk), record, self.edit_form(obj=record, formdata=None), refusal.sentence), code_of(
            refusal
        )

    # -- moving ------------------------------------------------------------------------------------------

    @expose("/move/<int:pk>", methods=["GET", "POST"])
    @has_access
    def move(self, pk: int) -> Any:
        """调整上级: choose the new parent, read what would be affected, confirm."""
        record = self.find(pk)
        if reason := self.editable(record):
            raise NotNow(reason)
        step, found = posted.form("move", "调整上级", [self.moving]), posted.Posted()
        parent, typed, version = None, "", request.form.get(seen.FIELD, "")
        if request.method == "POST":
            try:
                seen.told()
                typed = posted.read(step, record)["parent"]
                parent = self.parent_of(typed)
                self.may_move(asking(g.user), record, parent)
                if request.form.get("sure"):
                    attempt(g.user, lambda uow: self._move(uow, pk, version, parent), context=context())
                    flash(f"已将“{self.name_of(record)}”调整到“{self.name_of(parent)}”之下。", "ok")
                    return redirect(self.address("list", node=pk))
            except NotYou:
                raise
            except Refused as refusal:
                version = "" if isinstance(refusal, NotNow) else version
                found, parent = (
                    posted.Posted(
                        sentence=refusal.sentence,
                        errors=refusal.fields,
                        typed=posted.asks.typed_in(step, request),
                        code=code_of(refusal),
                    ),
                    None,
                )
        boxes = found.boxes(step, record)
        return self.render_template(
            self.move_template,
            screen=self,
            seen=version,
            title="调整上级",
            record=record,
            boxes=boxes,
            errors=errors_of(boxes),
            sentence="" if found.errors else found.sentence,
            trail=self._names(self.path(str(pk))),
            parent=parent,
            chosen=getattr(typed, "id", typed),
            base=self.address("list"),
            onto=self._names(self.path(self._key_of(parent))) if parent is not None else [],
            uses=self.told(catalogue_use.uses(db.session, self.model, self.keys_of(record))),
            leaving=[(n.text, self._shown(n)) for n in self.leaving(record, parent)] if parent is not None else [],
        ), found.code

    def _key_of(self, record: Any) -> str:
        return str(record.id)

    def _move(self, uow: UnitOfWork, pk: int, version: str, parent: Any) -> None:
        record = self.find(pk)
        self.must_be(record, version)
        self.do_move(uow, record, parent)

    # -- export ------------------------------------------------------------------------------------------

    @expose("/export", methods=["POST"])
    @has_access
    def export(self) -> Any:
        """导出 of the node `?node=` with everything below it, or of the whole tree; `?as=json` for another system."""
        key = request.args.get("node", "")
        record = self.record_of(key) if key and self.is_key(key) else None
        rows, kind = self.rows_of(record), "json" if request.args.get("as") == "json" else "xlsx"
        stamp = asking(g.user).now
        name = f"{self.title}_{self.name_of(record) if record is not None else '整树'}_{stamp:%Y%m%d%H%M}.{kind}"
        if kind == "json":
            told = {
                "tree": self.title,
                "node": self.name_of(record) if record is not None else "",
                "exported_at": f"{stamp:%Y-%m-%dT%H:%M:%S}",
                "fields": rows.headings,
                "rows": rows.rows,
            }
            body = json.dumps(told, ensure_ascii=False, indent=1).encode()
            count, digest = len(rows.rows), hashlib.sha256(body).hexdigest()
        else:
            with tempfile.TemporaryFile() as target:
                written = sheet.write(target, self.title, [*rows.headings.values()], rows.cells())
                target.seek(0)
                body, count, digest = target.read(), written.count, written.sha256
        facts = {"screen": type(self).__name__, "node": key, "as": kind, "count": count, "sha256": digest}
        attempt(
            g.user,
            lambda uow: uow.record("export", f"{self.model.__tablename__}:*", label="导出", **facts),
            context=context(),
        )
        return named(Response(body, mimetype=EXCEL if kind == "xlsx" else "application/json"), name)
