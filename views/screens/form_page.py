"""新增, 编辑, 删除 of a screen: whatever was typed survives a refusal, every write is a unit of work."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request
from flask_appbuilder import expose, has_access

from views.screens import seen
from views.screens.boxes import errors_of
from views.screens.declared import Declared
from views.screens.journalled import erase, insert, update
from views.screens.refusal import NOT_THIS, code_of
from views.screens.stay import context
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.unit_of_work import UnitOfWork, attempt


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
        form, sentence, code = self.edit_form(obj=record), "", NOT_THIS
        version = request.form.get(seen.FIELD, "")
        try:
            if self._filled(form):
                values = form.values(self.edit_columns)
                attempt(g.user, lambda uow: self._change(uow, pk, version, values), context=context())
                flash("已保存修改。", "ok")
                return redirect(self._home_of(pk))
        except NotYou:
            raise
        except Refused as refusal:
            sentence = form.blame(refusal.fields) or ("" if refusal.fields and not refusal.links else refusal.sentence)
            code = code_of(refusal)
            record = self.find(pk)
            version = "" if isinstance(refusal, NotNow) else version  # the next try is made on what is seen now
        return self._form_page(form, record, sentence, version), code

    @staticmethod
    def _filled(form: Any) -> bool:
        """Whether the form can be read; without the version that was seen it is not even looked at."""
        seen.told()
        return bool(form.validate())

    def _change(self, uow: UnitOfWork, pk: int, version: str, values: dict[str, Any]) -> None:
        record = self.find(pk)
        self.must_be(record, version)
        if reason := self.editable(record):
            raise NotNow(reason)
        self.change(uow, record, **values)

    @expose("/delete/<int:pk>", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """Delete a record nothing refers to."""
        name, version = self.name_of(self.find(pk)), seen.told()
        attempt(g.user, lambda uow: self._remove(uow, pk, version), context=context())
        flash(f"已删除“{name}”。", "ok")
        return redirect(self.address("list"))

    def _remove(self, uow: UnitOfWork, pk: int, version: str) -> None:
        record = self.find(pk)
        self.must_be(record, version)
        if reason := self.erasable(record):
            raise NotNow(reason)
        self.remove(uow, record)

    def _form_page(self, form: Any, record: Any, sentence: str = "", version: str = "") -> str:
        boxes = form.boxes(self.add_columns)
        return self.render_template(
            self.form_template,
            screen=self,
            title=self.name_of(record) if record is not None else f"{self.title} · {self.add_label}",
            record=record,
            boxes=boxes,
            errors=errors_of(boxes),
            sentence=sentence,
            seen=version,
            base=self.address("list"),
            back=self._home_of(record.id) if record is not None else self.address("list"),
        )
