"""新增, 编辑, 删除 of a screen: whatever was typed survives a refusal, every write is a unit of work."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request
from flask_appbuilder import expose, has_access

from views.screens.boxes import errors_of
from views.screens.declared import Declared
from views.screens.journalled import erase, insert, update
from views.screens.refusal import NOT_THIS, code_of
from views.screens.stay import context
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.unit_of_work import OVERTAKEN, UnitOfWork, attempt


class FormPage(Declared):
    """What every form does; the verbs behind it are hooks."""

    def create(self, uow: UnitOfWork, **values: Any) -> Any:
        """Hook: the verb behind 新增; answers the record."""
        return insert(uow, self.model, values)

    def change(self, uow: UnitOfWork, record: Any, **values: Any) -> Any:
        """Hook: the verb behind 编辑."""
        return update(uow, record, values)

    def remove(self, uow: UnitOfWork, record: Any) -> None:
        """Hook: the verb behind 删除."""
        erase(uow, record)

    def prefill(self) -> dict[str, Any]:
        """Hook: what a new form begins with."""
        return {}

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """A new record; on a refusal everything typed is still there."""
        if request.method != "POST":
            return self._form_page(self.add_form(data=self.prefill()), None), 200
        form = self.add_form()
        sentence = ""
        if form.validate():
            values = form.values(self.add_columns)
            try:
                record = attempt(g.user, lambda uow: self.create(uow, **values), context=context())
            except NotYou:
                raise
            except Refused as refusal:
                sentence = form.blame(refusal.fields) or (
                    "" if refusal.fields and not refusal.links else refusal.sentence
                )
            else:
                return self.after_add(record)
        return self._form_page(form, None, sentence), NOT_THIS

    def after_add(self, record: Any) -> Any:
        """Hook: what follows a successful 新增."""
        flash(f"已保存“{self.name_of(record)}”。", "ok")
        return redirect(self._home_of(record.id))

    @expose("/edit/<int:pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """Change a record; refused when someone else was faster."""
        record = self.find(pk)
        if reason := self.editable(record):
            raise NotNow(reason)
        if request.method != "POST":
            return self._form_page(self.edit_form(obj=record, formdata=None), record), 200
        form = self.edit_form(obj=record)
        seen, sentence, code = request.form.get("version", ""), "", NOT_THIS
        if form.validate():
            values = form.values(self.edit_columns)
            try:
                attempt(g.user, lambda uow: self._change(uow, pk, seen, values), context=context())
            except NotYou:
                raise
            except Refused as refusal:
                sentence = form.blame(refusal.fields) or (
                    "" if refusal.fields and not refusal.links else refusal.sentence
                )
                code = code_of(refusal)
                record = self.find(pk)
            else:
                flash("已保存修改。", "ok")
                return redirect(self._home_of(pk))
        return self._form_page(form, record, sentence, seen), code

    def _change(self, uow: UnitOfWork, pk: int, seen: str, values: dict[str, Any]) -> None:
        record = self.find(pk)
        self.must_be(record, seen)
        if reason := self.editable(record):
            raise NotNow(reason)
        self.change(uow, record, **values)

    def must_be(self, record: Any, seen: str) -> None:
        """Refuse when the record is no longer the version that the person has seen."""
        if self.version_name and seen and seen != str(getattr(record, self.version_name)):
            raise NotNow(OVERTAKEN)

    @expose("/delete/<int:pk>", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """Delete a record nothing refers to."""
        name = self.name_of(self.find(pk))
        attempt(g.user, lambda uow: self._remove(uow, pk), context=context())
        flash(f"已删除“{name}”。", "ok")
        return redirect(self.address("list"))

    def _remove(self, uow: UnitOfWork, pk: int) -> None:
        record = self.find(pk)
        if reason := self.erasable(record):
            raise NotNow(reason)
        self.remove(uow, record)

    def _form_page(self, form: Any, record: Any, sentence: str = "", seen: str | None = None) -> str:
        boxes = form.boxes(self.add_columns)
        version = (
            seen
            if seen is not None
            else str(getattr(record, self.version_name))
            if record is not None and self.version_name
            else ""
        )
        return self.render_template(
            self.form_template,
            screen=self,
            title=self.name_of(record) if record is not None else f"{self.title} · {self.add_label}",
            record=record,
            boxes=boxes,
            errors=errors_of(boxes),
            sentence=sentence,
            version=version,
            base=self.address("list"),
            back=self._home_of(record.id) if record is not None else self.address("list"),
        )
