"""A screen is a declaration: a model, its columns, facts, fields and conditions; the rest is here.

Flask-AppBuilder lies underneath for registration, permissions and the making of forms. Its ways to list,
show and write are replaced: every read goes through `query`, every write through a unit of work.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from flask import Response, abort, flash, g, redirect, request, url_for
from flask_appbuilder import ModelView, expose, has_access
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, Select

from models.base import db
from reports import sheet
from views import listing
from views.boxes import errors_of
from views.columns import Column, badge, column
from views.download import named
from views.forms import ProvinceConverter
from views.journalled import Journalled, erase, insert, update
from views.query import conditions_of
from views.stay import context
from views.timeline import Moment, timeline, working_days_between
from workflow import policy
from workflow import roles as r
from workflow.errors import NotNow, NotYou, Refused
from workflow.unit_of_work import BUSY, UnitOfWork, asking, attempt

#: Codes and numbers up to this length are never broken over two lines.
CODE = 28
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEY_END = 2**31


@dataclass(frozen=True)
class Link:
    """A button of the head, an operation of a row: where it leads and how it looks (`pri`, `bad`)."""

    label: str
    url: str
    tone: str = ""


@dataclass(frozen=True)
class Panel:
    """A further card of the detail page: a table (`head`, `rows`), or finished `html`."""

    title: str
    note: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = field(default=())
    html: Any = ""
    empty: str = ""
    aside: bool = False  #: stands at the right, above the timeline
    id: str = ""  #: where links of a list lead: "#papers"


def _cell(column: Column, record: Any) -> str:
    """A cell of a list: numbers to the right (`num`), codes and dates in one line (`nb`)."""
    cell = column.cell(record)
    manner = ""
    if column.numeric:
        manner = ' class="num"'
    elif column.kind in ("date", "sealed", "bool") or column.badged or (len(cell) <= CODE and cell.isascii()):
        manner = ' class="nb"'
    return f'<td data-label="{escape(column.label)}"{manner}>{cell}</td>'


def _sent(target: Any) -> Iterator[bytes]:
    """The file piece by piece; gone afterwards."""
    with target:
        while block := target.read(1 << 16):
            yield block


class Screen(ModelView):
    """Declare `model`, `title` and the words below; override the methods marked as hooks."""

    model: ClassVar[Any] = None
    title = ""
    lead = ""  #: one sentence under the title
    guide = ""  #: "附件3 1.9"
    columns = ""  #: list: "number unit.name state"
    facts: str | Mapping[str, str] = ""  #: detail: as columns, or {group title: columns}
    fields = ""  #: form
    conditions = ""  #: query form: "name kind unit state", "name:contains"
    order = "-id"
    sorts = ""  #: columns whose heading sorts
    labels: ClassVar[Mapping[str, str]] = {}  #: other words than those of the columns
    narrow: ClassVar[Mapping[str, str]] = {}  #: picker of a field limited by another: {"organisation": "kind=node_kind"}
    extra_fields: ClassVar[Mapping[str, Any]] = {}  #: fields of the form that are no columns: unbound WTForms fields with `box()`
    can_add = can_edit = can_delete = False
    can_export = can_show = True
    add_label = "新增"
    empty = "没有符合条件的记录。"  #: why, and what to do
    deadline = ""  #: name of the date by which the record is due
    steps: ClassVar[Sequence[tuple[str, Iterable[str]]]] = ()  #: stages of the lifecycle: (label, its states)
    list_template = "screen/list.html"
    show_template = "screen/show.html"
    form_template = "screen/form.html"
    page_size = listing.PAGE

    # -- set up, once ----------------------------------------------------------------------------

    def __init__(self) -> None:
        self.datamodel = Journalled(self.model)
        self.shown = [self._column(name) for name in self.columns.split()]
        groups = self.facts if isinstance(self.facts, Mapping) else {"基本信息": self.facts or self.columns}
        self.groups = {title: [self._column(name) for name in names.split()] for title, names in groups.items()}
        self.asks_for = conditions_of(self.model, self.conditions, self.labels)
        self.version_name = getattr(self.model.__mapper__.version_id_col, "key", "")
        closed = {"add": self.can_add, "edit": self.can_edit, "delete": self.can_delete, "export": self.can_export, "show": self.can_show}
        self.exclude_route_methods = {"download", "action", "action_post", *self.unused_routes(), *(name for name, is_open in closed.items() if not is_open)}
        super().__init__()

    def unused_routes(self) -> Sequence[str]:
        """Methods of the kind of screen that this one has no use for: they get no address."""
        return ()

    def _column(self, name: str) -> Column:
        own = getattr(self, "cell_" + name.replace(".", "_"), None)
        return column(self.model, name, label=self.labels.get(name, ""), own=own)

    def _init_properties(self) -> None:
        names = self.fields.split()
        self.label_columns, self.description_columns, self.validators_columns, self.formatters_columns = {}, {}, {}, {}
        self.base_filters, self.search_exclude_columns, self.related_views, self._related_views = [], [], [], []
        self.search_columns = [c.name for c in self.asks_for]
        self.list_columns = [c.name for c in self.shown]
        self.show_columns = [c.name for group in self.groups.values() for c in group]
        self.add_columns = self.edit_columns = names
        self.order_columns = self.sorts.split()
        self._base_filters, self._filters = self.datamodel.get_filters(), self.datamodel.get_filters([])

    def _init_forms(self) -> None:
        self.search_form = FlaskForm
        converter = ProvinceConverter(self.datamodel, dict(self.labels), dict(self.narrow))
        self.add_form = self.edit_form = converter.create_form(inc_columns=self.fields.split(), extra_fields=self.extra_fields)

    def _init_titles(self) -> None:
        self.list_title = self.show_title = self.add_title = self.edit_title = self.title

    # -- rows: one door for list, show, edit, delete, export and verbs ---------------------------------

    def scope(self, actor: Any) -> ColumnElement[bool] | None:
        """Hook: which of the visible rows this desk is about."""
        return None

    def query(self) -> Select[Any]:
        """Everything this screen may show to the signed-in account."""
        query = policy.visible(g.user, self.model)
        clause = self.scope(g.user)
        return query if clause is None else query.where(clause)

    def find(self, pk: int) -> Any:
        """The record with that key if this screen may show it; otherwise 404, hidden and absent alike."""
        record = db.session.scalars(self.query().where(self.model.id == pk)).unique().first() if pk < KEY_END else None
        return record if record is not None else abort(404)

    def may(self, permission: str) -> bool:
        """Whether the account has that permission of this screen (`add`, `edit`, `delete`, `export`, `act`)."""
        name = f"can_{permission}"
        return name in self.base_permissions and self.appbuilder.sm.has_access(name, self.class_permission_name)

    def address(self, method: str, **given: Any) -> str:
        """The address of a method of this screen."""
        return url_for(f"{self.endpoint}.{method}", **given)

    def base_address(self) -> str:
        """What all addresses of this screen begin with, worked out once per request."""
        bases = g.setdefault("screen_bases", {})
        if self.endpoint not in bases:
            bases[self.endpoint] = self.address("list").removesuffix("list/")
        return str(bases[self.endpoint])

    # -- list --------------------------------------------------------------------------------------

    @expose("/list/", methods=["GET", "POST"])
    @has_access
    def list(self) -> Any:
        """The page of the list that the address asks for; identity numbers never stand in an address."""
        if without := listing.sealed_address(request.values, self.asks_for):
            return redirect(f"{self.address('list')}?{without}")
        asked = listing.asked_of(request.args, self.asks_for, self.order_columns, extra=self.list_parameters())
        page = listing.page_of(self.model, self.query().where(*asked.clauses), asked.order or self.order, self.shown, asked.page)
        return self.render_template(self.list_template, **self.list_page(asked, page))

    def list_parameters(self) -> Sequence[str]:
        """Hook: further parameters the list page knows."""
        return ()

    def list_page(self, asked: listing.Asked, page: listing.Listing) -> dict[str, Any]:
        """What the list template needs, every cell finished."""
        return {
            "screen": self, "title": self.title, "asked": asked, "page": page, "boxes": self._query_boxes(asked),
            "rows": [self._row(record) for record in page.rows], "buttons": self.buttons(),
            "bulk": self.bulk_steps() if page.rows else (), "base": self.address("list"), "export": self.address("export") if self.may("export") else "",
            "add": self.address("add") if self.may("add") else "",
        }  # fmt: skip

    def _row(self, record: Any) -> dict[str, Any]:
        cells = Markup("".join([_cell(c, record) for c in self.shown]))  # noqa: S704  (every part is escaped in _cell)
        key = f"{record.id}:{getattr(record, self.version_name)}" if self.version_name else str(record.id)
        return {"key": key, "cells": cells, "links": self.operations(record), "record": record}

    def _query_boxes(self, asked: listing.Asked) -> Sequence[Any]:
        from views.conditions import box_of  # drawn only where a list is drawn

        return [box for condition in self.asks_for for box in box_of(condition, asked.typed)]

    def operations(self, record: Any) -> list[Link]:
        """Hook: the links of a row; by default 详情 and, where one may, 编辑."""
        base = self.base_address()
        links = [Link(_("详情"), f"{base}show/{record.id}")] if self.may("show") else []
        if self.may("edit") and self.editable(record) is None:
            links.append(Link(_("编辑"), f"{base}edit/{record.id}"))
        return links

    def buttons(self) -> list[Link]:
        """Hook: further buttons of the list's head, such as the import."""
        return []

    def bulk_steps(self) -> Sequence[Any]:
        """The verbs for ticked rows (FlowScreen)."""
        return ()

    # -- show --------------------------------------------------------------------------------------

    @expose("/show/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """One record: head, steps, facts, panels, timeline, actions."""
        return self.show_page(self.find(pk))

    def show_page(self, record: Any, **more: Any) -> str:
        """Draw the detail page; `more` goes to the template (an open dialog, sentences)."""
        given = {
            "screen": self, "title": self.name_of(record), "record": record, "state": self.badge_of(record), "due": self.due_of(record),
            "stages": self.stages_of(record), "facts": self.facts_of(record), "panels": self.panels(record), "trail": self.trail(record),
            "links": self.links(record), "base": self.address("list"),
        }  # fmt: skip
        given["edit"] = self.address("edit", pk=record.id) if self.may("edit") and self.editable(record) is None else ""
        given["delete"] = self.address("delete", pk=record.id) if self.may("delete") and self.erasable(record) is None else ""
        return self.render_template(self.show_template, **given | self.extra_page(record) | more)

    def extra_page(self, record: Any) -> dict[str, Any]:
        """Hook: further values for an own show template."""
        return {}

    def name_of(self, record: Any) -> str:
        """Hook: the heading of the detail page."""
        return str(record)

    def badge_of(self, record: Any) -> Any:
        """The state of the record as a badge; nothing for records without a lifecycle."""
        state = self.model.__mapper__.columns.get("state")
        enum = state.info.get("enum") if state is not None else None
        return badge(enum(record.state).label, enum(record.state).tone) if enum and record.state else ""

    def due_of(self, record: Any) -> str:
        """剩余 n 个工作日（date 截止）."""
        day = getattr(record, self.deadline, None) if self.deadline else None
        if not isinstance(day, date):
            return ""
        today = asking(g.user).today
        if day < today:
            return _("已于 %(day)s 到期", day=f"{day:%Y-%m-%d}")
        left = working_days_between(today, day)
        return _("%(day)s 截止", day=f"{day:%Y-%m-%d}") if left is None else _("剩余 %(n)s 个工作日（%(day)s 截止）", n=left, day=f"{day:%Y-%m-%d}")

    def stages_of(self, record: Any) -> list[tuple[str, str]]:
        """Hook: the stages as (label, done | now | ""), from `steps` and the state."""
        sets = [(label, set(states)) for label, states in self.steps]
        here = next((n for n, (_label, states) in enumerate(sets) if record.state in states), None) if sets else None
        return [(label, "" if here is None else "done" if n < here else "now" if n == here else "") for n, (label, _states) in enumerate(sets)]

    def facts_of(self, record: Any) -> list[tuple[str, list[tuple[str, Any]]]]:
        """The facts in their groups, as (label, cell)."""
        return [(title, [(c.label, c.cell(record)) for c in group]) for title, group in self.groups.items()]

    def panels(self, record: Any) -> Sequence[Panel]:
        """Hook: further cards below the facts."""
        return ()

    def links(self, record: Any) -> Sequence[Link]:
        """Hook: links of the detail's head: print, archive."""
        return ()

    def trail(self, record: Any) -> list[Moment]:
        """过程跟踪 of the record; applicants read offices without officers' names."""
        return timeline(record, own=g.user.plays(r.APPLICANT)) if getattr(record, "__trailed__", False) else []

    # -- add, edit, delete -----------------------------------------------------------------------------

    def create(self, uow: UnitOfWork, **values: Any) -> Any:
        """Hook: the verb behind 新增; answers the record."""
        return insert(uow, self.model, values)

    def change(self, uow: UnitOfWork, record: Any, **values: Any) -> Any:
        """Hook: the verb behind 编辑."""
        return update(uow, record, values)

    def remove(self, uow: UnitOfWork, record: Any) -> None:
        """Hook: the verb behind 删除."""
        erase(uow, record)

    def editable(self, record: Any) -> str | None:
        """Hook: why the record cannot be edited now, or None."""
        return None

    def erasable(self, record: Any) -> str | None:
        """Hook: why the record cannot be deleted now, or None."""
        return None

    def prefill(self) -> dict[str, Any]:
        """Hook: what a new form begins with."""
        return {}

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """A new record; on a refusal everything typed is still there."""
        if request.method == "GET":
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
                sentence = form.blame(refusal.fields) or ("" if refusal.fields else refusal.sentence)
            else:
                return self.after_add(record)
        return self._form_page(form, None, sentence), 422

    def after_add(self, record: Any) -> Any:
        """Hook: what follows a successful 新增."""
        flash(_("已保存“%(name)s”。", name=self.name_of(record)), "ok")
        return redirect(self._home_of(record.id))

    @expose("/edit/<int:pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """Change a record; refused when someone else was faster."""
        record = self.find(pk)
        if reason := self.editable(record):
            raise NotNow(reason)
        if request.method == "GET":
            return self._form_page(self.edit_form(obj=record, formdata=None), record), 200
        form = self.edit_form(obj=record)
        seen, sentence, code = request.form.get("version", ""), "", 422
        if form.validate():
            values = form.values(self.edit_columns)
            try:
                attempt(g.user, lambda uow: self._change(uow, pk, seen, values), context=context())
            except NotYou:
                raise
            except Refused as refusal:
                sentence = form.blame(refusal.fields) or ("" if refusal.fields else refusal.sentence)
                code = 409 if isinstance(refusal, NotNow) else 422
                record = self.find(pk)
            else:
                flash(_("已保存修改。"), "ok")
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
            raise NotNow(BUSY)

    @expose("/delete/<int:pk>", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """Delete a record nothing refers to."""
        name = self.name_of(self.find(pk))
        attempt(g.user, lambda uow: self._remove(uow, pk), context=context())
        flash(_("已删除“%(name)s”。", name=name), "ok")
        return redirect(self.address("list"))

    def _remove(self, uow: UnitOfWork, pk: int) -> None:
        record = self.find(pk)
        if reason := self.erasable(record):
            raise NotNow(reason)
        self.remove(uow, record)

    def _form_page(self, form: Any, record: Any, sentence: str = "", seen: str | None = None) -> str:
        boxes = form.boxes(self.add_columns)
        version = seen if seen is not None else str(getattr(record, self.version_name)) if record is not None and self.version_name else ""
        return self.render_template(
            self.form_template, screen=self, title=self.name_of(record) if record is not None else f"{self.title} · {self.add_label}", record=record, boxes=boxes,
            errors=errors_of(boxes), sentence=sentence, version=version, base=self.address("list"),
            back=self._home_of(record.id) if record is not None else self.address("list"),
        )  # fmt: skip

    def _home_of(self, pk: int) -> str:
        """Where to go after a write: the record if one still sees it, else the list."""
        if self.may("show") and db.session.scalar(self.query().with_only_columns(self.model.id).where(self.model.id == pk)) is not None:
            return self.address("show", pk=pk)
        return self.address("list")

    # -- export ----------------------------------------------------------------------------------------

    @expose("/export", methods=["POST"])
    @has_access
    def export(self) -> Any:
        """导出查询结果: exactly the rows of the query, all of them, as one sheet; journalled with its digest."""
        asked = listing.asked_of(request.args, self.asks_for, self.order_columns, extra=self.list_parameters())
        if asked.sentences:
            raise Refused(" ".join(asked.sentences))
        columns = self.sheet_columns()
        query = self.query().where(*asked.clauses).order_by(*listing.ordering(self.model, asked.order or self.order))
        records = db.session.scalars(query.options(*listing.loading(self.model, columns)).execution_options(yield_per=500))
        target = tempfile.TemporaryFile()  # noqa: SIM115  (closed when it has been sent)
        written = sheet.write(target, self.title, [c.label for c in columns], ([c.plain(record) for c in columns] for record in records))
        facts = {"screen": type(self).__name__, "conditions": sorted(k for k, v in asked.typed.items() if v), "count": written.count, "sha256": written.sha256}
        attempt(g.user, lambda uow: uow.record("export", f"{self.model.__tablename__}:*", **facts), context=context())
        stamp = asking(g.user).now
        return named(Response(_sent(target), mimetype=EXCEL), f"{self.title}_{stamp:%Y%m%d%H%M}.xlsx")

    def sheet_columns(self) -> Sequence[Column]:
        """Hook: the columns of the sheet; by default those of the list."""
        return self.shown
