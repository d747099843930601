"""Master trees: the tree at the left, the record and its form at the right, the path always in view.

`parent = "parent"` names the relation to the node above. The page draws the open path by itself; a script
only fetches further children (`/children/<key>`). `fixed_roots` keeps the first level from being changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, g, jsonify, redirect, request
from flask_appbuilder import expose, has_access
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from models.base import db
from views.screens import seen
from views.screens.boxes import errors_of
from views.screens.lookup import is_key
from views.screens.refusal import NOT_THIS, code_of
from views.screens.screen import KEY_END, Screen
from views.screens.stay import context
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.unit_of_work import attempt

#: Children of one node that are drawn at once.
MOST = 500


@dataclass
class Node:
    """One line of the tree."""

    key: str
    label: str
    note: str = ""
    leaf: bool = False
    open: bool = False
    here: bool = False
    children: Sequence[Node] = ()


class TreeScreen(Screen):
    """A `Screen` whose list page is a tree. Override `children`, `path` and `record_of` for trees of several tables."""

    parent = "parent"
    tree_order = "code"
    fixed_roots = True
    child_label = "新增下级"
    can_add = can_edit = can_delete = True
    tree_template = "screens/tree.html"
    arranged = False  #: a tree has no table to arrange
    empty = "请在左侧选择一项。"

    # -- the tree --------------------------------------------------------------------------------------

    def _above(self) -> Any:
        (local,) = self.model.__mapper__.relationships[self.parent].local_columns
        return getattr(self.model, self.model.__mapper__.get_property_by_column(local).key)

    def children(self, key: str) -> list[Node]:
        """The nodes below `key`; "" for the roots."""
        above = self._above()
        below = aliased(self.model)
        has_more = exists().where(getattr(below, above.key) == self.model.id)
        query = self.query().where(above.is_(None) if key == "" else above == int(key))
        rows = db.session.execute(
            query.add_columns(has_more).order_by(getattr(self.model, self.tree_order), self.model.id).limit(MOST)
        )
        return [
            Node(str(record.id), self.name_of(record), self.note_of(record), not more) for record, more in rows.unique()
        ]

    def path(self, key: str) -> list[str]:
        """The keys from the root to `key`, which is the last."""
        keys: list[str] = []
        here: int | None = int(key)
        while here is not None and str(here) not in keys:
            keys.insert(0, str(here))
            here = db.session.scalar(select(self._above()).where(self.model.id == here))
        return keys

    def note_of(self, record: Any) -> str:
        """Hook: what stands at the right of a node."""
        return str(getattr(record, self.tree_order, "") or "")

    def record_of(self, key: str) -> Any:
        """Hook: the record behind a node, or None for a node that is only a heading."""
        return self.find(int(key))

    def is_key(self, key: str) -> bool:
        """Hook: whether a word of the address can be a node."""
        return is_key(key) and int(key) < KEY_END

    def is_fixed(self, record: Any) -> bool:
        """Whether the node cannot be changed."""
        return self.fixed_roots and getattr(record, self._above().key) is None

    def editable(self, record: Any) -> str | None:
        """Roots are fixed (附件3 1.1、1.2)."""
        return "根类别固定，不能修改或删除（附件3 1.1）。" if self.is_fixed(record) else None

    def erasable(self, record: Any) -> str | None:
        """As for editing; what is used is refused by the database's references."""
        return self.editable(record)

    def opened(self, keys: Sequence[str]) -> list[Node]:
        """The roots, and below every node of the path its children."""
        roots = nodes = self.children("")
        for key in keys:
            here = next((node for node in nodes if node.key == key), None)
            if here is None:
                break
            here.open, here.here = True, key == keys[-1]
            nodes = here.children = self.children(key) if not here.leaf else []
        return roots

    @expose("/children/<key>")
    @has_access
    def children_of(self, key: str) -> Any:
        """JSON for the script: the children of a node."""
        if not self.is_key(key):
            abort(404)
        return jsonify([{"key": n.key, "label": n.label, "note": n.note, "leaf": n.leaf} for n in self.children(key)])

    # -- the page ----------------------------------------------------------------------------------------

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        """The tree, opened at `?node=`, and the form of that node."""
        key = request.args.get("node", "")
        if key and not self.is_key(key):
            return redirect(self.address("list"))
        record = self.record_of(key) if key else None
        form = self.edit_form(obj=record, formdata=None) if record is not None else None
        return self._page(key, record, form)

    def _page(
        self, key: str, record: Any, form: Any, sentence: str = "", *, adding: bool = False, version: str = ""
    ) -> str:
        path = self.path(key) if key else []
        boxes = form.boxes(self.edit_columns) if form is not None else []
        fixed = self.editable(record) if record is not None else None
        return self.render_template(
            self.tree_template,
            screen=self,
            title=self.title,
            key=key,
            record=record,
            nodes=self.opened(path),
            trail=self._names(path),
            boxes=boxes,
            errors=errors_of(boxes),
            sentence=sentence,
            adding=adding,
            fixed=fixed,
            seen=version,
            base=self.address("list"),
            facts=self.facts_of(record) if record is not None else [],
            **self.beside(key, record),
        )

    def beside(self, key: str, record: Any) -> dict[str, Any]:
        """Hook: further values for an own tree template."""
        return {}

    def _names(self, path: Sequence[str]) -> list[tuple[str, str]]:
        """(key, label) of the path, for the bread crumb."""
        found = ((key, self.record_of(key)) for key in path)
        return [(key, self.name_of(record) if record is not None else key) for key, record in found]

    # -- writing -------------------------------------------------------------------------------------------

    def below(self, parent: Any) -> dict[str, Any]:
        """Hook: what a new child takes from its parent besides the parent itself."""
        return {}

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """A new child of `?node=`; roots are not added while they are fixed."""
        key = request.args.get("node", "")
        if not self.is_key(key):
            raise Refused("请先在左侧选择上级；根类别不能新增（附件3 1.1）。")
        parent = self.record_of(key)
        if request.method != "POST":
            return self._page(key, parent, self.add_form(data=self.prefill()), adding=True)
        form, sentence = self.add_form(), ""
        if form.validate():
            values = form.values(self.add_columns)
            try:
                record = attempt(g.user, lambda uow: self.create(uow, **values, **self._place(key)), context=context())
            except NotYou:
                raise
            except Refused as refusal:
                sentence = form.blame(refusal.fields) or (
                    "" if refusal.fields and not refusal.links else refusal.sentence
                )
            else:
                flash(f"已新增“{self.name_of(record)}”。", "ok")
                return redirect(self.address("list", node=record.id))
        return self._page(key, self.record_of(key), form, sentence, adding=True), NOT_THIS

    def _place(self, key: str) -> dict[str, Any]:
        parent = self.record_of(key)
        return {self.parent: parent} | self.below(parent)

    @expose("/edit/<int:pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """Save the form at the right."""
        record = self.find(pk)
        if request.method != "POST":
            return redirect(self.address("list", node=pk))
        if reason := self.editable(record):
            raise NotNow(reason)
        form, sentence, code = self.edit_form(obj=record), "", NOT_THIS
        version = request.form.get(seen.FIELD, "")
        try:
            if self._filled(form):
                values = form.values(self.edit_columns)
                attempt(g.user, lambda uow: self._change(uow, pk, version, values), context=context())
                flash("已保存修改。", "ok")
                return redirect(self.address("list", node=pk))
        except NotYou:
            raise
        except Refused as refusal:
            sentence = form.blame(refusal.fields) or ("" if refusal.fields and not refusal.links else refusal.sentence)
            code = code_of(refusal)
            version = "" if isinstance(refusal, NotNow) else version
        return self._page(str(pk), self.find(pk), form, sentence, version=version), code

    @expose("/delete/<int:pk>", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """删除栏目: a node nothing refers to."""
        record = self.find(pk)
        name, above, version = self.name_of(record), getattr(record, self._above().key), seen.told()
        attempt(g.user, lambda uow: self._remove(uow, pk, version), context=context())
        flash(f"已删除“{name}”。", "ok")
        return redirect(self.address("list", node=above))
