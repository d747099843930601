"""What a screen declares, how it is set up once, and the one door to its rows.

List, detail, forms and export (`list_page`, `show_page`, `form_page`, `export_page`) stand on this; `screen` puts
them together. Every read goes through `query`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, g, url_for
from flask_appbuilder import ModelView
from flask_wtf import FlaskForm
from sqlalchemy import ColumnElement, Select

from models.base import db
from models.declarations.declaration import Declaration
from views.screens import listing, seen
from views.screens.columns import Column, column, made
from views.screens.forms import ProvinceConverter
from views.screens.further_condition import cells_of, desk_condition
from views.screens.journalled import Journalled
from views.screens.listing import ByQuery, ByReading, Finder
from views.screens.query import conditions_of
from workflow.base import policy
from workflow.base.reading_keys import keys_of

KEY_END = 2**31


class Declared(ModelView):
    """The declaration of a screen: `model`, `title` and the words below."""

    model: ClassVar[Any] = None
    title = ""
    lead = ""  #: one sentence under the title
    guide = ""  #: "附件3 1.9"
    columns = ""  #: list: "number unit.name state"
    facts: str | Mapping[str, str] = ""  #: detail: as columns, or {group title: columns}
    fields = ""  #: form
    conditions = ""  #: query form: "name kind unit state", "name:contains"
    order = "-id"
    walked = ""  #: index whose order is that of the list, to be named to SQLite
    walked_in_state = ""  #: the same, where one state is asked for
    sorts = ""  #: columns whose heading sorts
    labels: ClassVar[Mapping[str, str]] = {}  #: other words than those of the columns
    narrow: ClassVar[
        Mapping[str, str]
    ] = {}  #: picker of a field limited by another: {"organisation": "kind=node_kind"}
    made: ClassVar[
        Mapping[str, tuple[str, Callable[..., Any]]]
    ] = {}  #: cells made from columns: {"due": ("state due_on", due_by)}
    #: fields of the form that are no columns: unbound WTForms fields with `box()`
    extra_fields: ClassVar[Mapping[str, Any]] = {}
    can_add = can_edit = can_delete = False
    can_export = can_show = True
    imports = ""  #: the kinds of batch import that the list offers (workflow.imports), to whom may
    add_label = "新增"
    empty = "没有符合条件的记录。"  #: why, and what to do
    deadline = ""  #: name of the date by which the record is due
    steps: ClassVar[Sequence[tuple[str, Iterable[str]]]] = ()  #: stages of the lifecycle: (label, its states)
    to_do: ClassVar[Any] = None  #: the desk whose rows wait here (待我办理): the list of what the workbench shows
    bulk = ""  #: verbs for ticked rows: "approve"; only screens with a lifecycle offer them
    list_template = "screens/list.html"
    show_template = "screens/show.html"
    form_template = "screens/form.html"
    page_size = listing.PAGE

    # -- set up, once ----------------------------------------------------------------------------

    def __init__(self) -> None:
        self.datamodel = Journalled(self.model)
        self.shown = [self._column(name) for name in self.columns.split()]
        groups = self.facts if isinstance(self.facts, Mapping) else {"基本信息": self.facts or self.columns}
        self.groups = {title: [self._column(name) for name in names.split()] for title, names in groups.items()}
        self.asks_for = [*conditions_of(self.model, self.conditions, self.labels), *cells_of(self.model)]
        if (lies := type(self).to_do) is not None:
            self.asks_for.insert(0, desk_condition(lies))
        closed = {
            "add": self.can_add,
            "edit": self.can_edit,
            "delete": self.can_delete,
            "export": self.can_export,
            "show": self.can_show,
        }
        self.exclude_route_methods = {
            "download",
            "action",
            "action_post",
            *self.unused_routes(),
            *(name for name, is_open in closed.items() if not is_open),
        }
        super().__init__()

    def unused_routes(self) -> Sequence[str]:
        """Methods of the kind of screen that this one has no use for: they get no address."""
        return ()

    def _column(self, name: str) -> Column:
        if name in self.made:
            return made(self.model, name, *self.made[name], label=self.labels.get(name, ""))
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
        self.add_form = self.edit_form = converter.create_form(
            inc_columns=self.fields.split(), extra_fields=self.extra_fields
        )

    def _init_titles(self) -> None:
        self.list_title = self.show_title = self.add_title = self.edit_title = self.title

    @property
    def weighs_rows(self) -> bool:
        """Whether each row of the list is read whole: ticked, it carries a version that is worked out from it."""
        return bool(self.bulk) and self.model.__mapper__.version_id_col is None

    # -- rows: one door for list, show, edit, delete, export and verbs ---------------------------------

    def scope(self, actor: Any) -> ColumnElement[bool] | None:
        """Hook: which of the visible rows this desk is about."""
        return None

    def query(self, *, known: bool = False) -> Select[Any]:
        """Everything this screen may show to the signed-in account; `known`: asked of rows by their keys."""
        query = policy.visible(g.user, self.model, known=known)
        clause = self.scope(g.user)
        return query if clause is None else query.where(clause)

    def finder(self, clauses: Sequence[Any]) -> Finder:
        """How the rows of a list are found that all `clauses` are true of."""
        found = self.query().where(*clauses), self.query(known=True).where(*clauses)
        scope = self.scope(g.user)
        if self.model is Declaration:
            asked = [*clauses] if scope is None else [scope, *clauses]
            if (keys := keys_of(db.session, g.user, asked)) is not None:
                one = len(keys.same.get("state", ())) == 1
                return ByReading(self.model, keys, *found, self.walked_in_state if one else self.walked)
        return ByQuery(self.model, *found, self.walked)

    def find(self, pk: int) -> Any:
        """The record with that key if this screen may show it; otherwise 404, hidden and absent alike."""
        record = self._known(pk) if pk < KEY_END else None
        return record if record is not None else abort(404)

    def _known(self, pk: int) -> Any:
        return db.session.scalars(self.query(known=True).where(self.model.id == pk)).unique().first()

    def render_template(self, template: str, **more: Any) -> str:
        """Draw a page; every form on the page of a record carries the version that is seen (`seen`: an older one)."""
        record, older = more.get("record"), more.pop("seen", "")
        if older:
            seen.draw(older)
        elif hasattr(record, "__mapper__") and not seen.drawn():
            seen.draw(seen.version_of(record))
        return str(super().render_template(template, **more))

    def must_be(self, record: Any, version: str) -> None:
        """Hook: refuse when the record is no longer the version that the person has seen."""
        seen.must_be(version, record)

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

    def _home_of(self, pk: int) -> str:
        """Where to go after a write: the record if one still sees it, else the list."""
        if (
            self.may("show")
            and db.session.scalar(self.query(known=True).with_only_columns(self.model.id).where(self.model.id == pk))
            is not None
        ):
            return self.address("show", pk=pk)
        return self.address("list")

    # -- hooks that several pages ask ------------------------------------------------------------------

    def name_of(self, record: Any) -> str:
        """Hook: the heading of the detail page."""
        return str(record)

    def editable(self, record: Any) -> str | None:
        """Hook: why the record cannot be edited now, or None."""
        return None

    def erasable(self, record: Any) -> str | None:
        """Hook: why the record cannot be deleted now, or None."""
        return None
