"""职称专业管理 (附件3 1.1) and 职称树管理 (附件3 1.2): two trees with fixed roots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, g, redirect, request
from flask_appbuilder import expose, has_access
from flask_babel import gettext as _
from sqlalchemy import or_, select

from models.base import db, label_of
from models.catalogue import LADDER, Series, Specialty, Title, TitleLevel
from views.base import Node, TreeScreen
from views.lookup import is_key
from views.moment import of_request
from views.query import starts_with
from views.screen import KEY_END
from views.stay import context
from workflow import catalogue
from workflow.unit_of_work import UnitOfWork, attempt

#: Hits shown for a query; who finds more types more.
MOST = 50


def _retired(record: Any) -> str:
    year = record.retired_from
    return _("%(year)s 年起停用", year=year) if year is not None and year <= of_request().today.year else ""


class SpecialtyScreen(TreeScreen):
    """查询, 新增, 修改, 删除栏目 of the 专业树; roots are the series."""

    model = Specialty
    title, guide = "职称专业管理", "附件3 1.1"
    lead = "选择上级节点后新增；已被使用的专业不能删除，可设停用年度。栏目大类固定。"
    fields = "code name effective_from retired_from"
    facts = "code name series.name effective_from retired_from"
    child_label = "新增下级专业"
    tree_template = "hrss/tree.html"

    def found(self) -> list[tuple[str, str, str]]:
        """(key, label, note) of what the address asks for."""
        q = request.args.get("q", "").replace("\x00", "").strip()[:60]
        if not q:
            return []
        named = or_(Specialty.name.contains(q, autoescape=True), starts_with(Specialty.code, q))
        rows = db.session.scalars(self.query().where(named).order_by(Specialty.code).limit(MOST))
        return [(str(row.id), row.name, row.code) for row in rows]

    def note_of(self, record: Specialty) -> str:
        """The code, and whether it is out of use."""
        return " ".join(filter(None, (record.code, _retired(record))))

    def create(self, uow: UnitOfWork, **values: Any) -> Specialty:
        """新增 below the chosen node."""
        return catalogue.add_specialty(uow, **values)

    def change(self, uow: UnitOfWork, record: Specialty, **values: Any) -> None:
        """修改 code, name and years."""
        catalogue.edit_specialty(uow, record, **values)

    def remove(self, uow: UnitOfWork, record: Specialty) -> None:
        """删除栏目."""
        catalogue.remove_specialty(uow, record)


class TitleScreen(TreeScreen):
    """查询, 新增, 修改, 删除栏目 of the 职称树: the series, and below each its titles by level.

    A node is `s<key>` for a series and `<key>` for a title.
    """

    model, parent = Title, "series"
    title, guide = "职称树管理", "附件3 1.2"
    lead = "选择职称系列后新增，选择职称级别并录入职称名称。级别不由名称推断；系列固定。"
    fields = "level name branch code exam_only effective_from retired_from"
    facts = "series.name level name branch code exam_only effective_from retired_from"
    child_label = "新增职称"
    tree_template = "hrss/tree.html"

    def children(self, key: str) -> list[Node]:
        """The series, or the titles of one, the highest level first."""
        if key == "":
            rows = db.session.scalars(select(Series).order_by(Series.number))
            return [Node(f"s{series.id}", series.name, str(series.number)) for series in rows]
        if not key.startswith("s"):
            return []
        rows = db.session.scalars(self.query().where(Title.series_id == int(key[1:])).order_by(Title.branch, Title.id))
        titles = sorted(rows.unique(), key=lambda t: (t.branch, -LADDER.index(TitleLevel(t.level))))
        return [Node(str(t.id), t.name, self.note_of(t), leaf=True) for t in titles]

    def note_of(self, record: Title) -> str:
        """Level, branch, and whether it is out of use."""
        exam = _("以考代评") if record.exam_only else ""
        return " ".join(filter(None, (TitleLevel(record.level).label, record.branch, exam, _retired(record))))

    def path(self, key: str) -> list[str]:
        """The series above a title."""
        record = self.record_of(key)
        return [key] if isinstance(record, Series) else [f"s{record.series_id}", key]

    def is_key(self, key: str) -> bool:
        """`s5` or `12`."""
        word = key.removeprefix("s")
        return is_key(word) and int(word) < KEY_END

    def record_of(self, key: str) -> Any:
        """The series or the title."""
        return (db.session.get(Series, int(key[1:])) or abort(404)) if key.startswith("s") else self.find(int(key))

    def is_fixed(self, record: Any) -> bool:
        """The series are the roots."""
        return isinstance(record, Series)

    def editable(self, record: Any) -> str | None:
        """The series are fixed."""
        return _("职称系列为固定栏目，不能修改或删除（附件3 1.2）；可在其下新增职称。") if self.is_fixed(record) else None

    def facts_of(self, record: Any) -> list[tuple[str, list[tuple[str, Any]]]]:
        """What is known of a series, or of a title."""
        if not isinstance(record, Series):
            return super().facts_of(record)
        return [(_("职称系列"), [(label_of(Series, name), getattr(record, name)) for name in ("name", "number", "certificate_code")])]

    def found(self) -> list[tuple[str, str, str]]:
        """(key, label, note) of what the address asks for."""
        q = request.args.get("q", "").replace("\x00", "").strip()[:60]
        if not q:
            return []
        rows = db.session.scalars(self.query().where(Title.name.contains(q, autoescape=True)).order_by(Title.series_id, Title.id).limit(MOST))
        return [(str(row.id), row.name, f"{row.series.name} {self.note_of(row)}") for row in rows.unique()]

    def create(self, uow: UnitOfWork, **values: Any) -> Title:
        """新增 in the chosen series, or in that of the chosen title."""
        above = values.pop("series")
        return catalogue.add_title(uow, series=above if isinstance(above, Series) else above.series, **_texts(values))

    def change(self, uow: UnitOfWork, record: Title, **values: Any) -> None:
        """修改."""
        catalogue.edit_title(uow, record, **_texts(values))

    def remove(self, uow: UnitOfWork, record: Title) -> None:
        """删除栏目."""
        catalogue.remove_title(uow, record)

    @expose("/delete/<int:pk>", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """删除栏目, and back to the series."""
        record = self.find(pk)
        name, series = record.name, record.series_id
        attempt(g.user, lambda uow: self._remove(uow, pk), context=context())
        flash(_("已删除“%(name)s”。", name=name), "ok")
        return redirect(self.address("list", node=f"s{series}"))

    def _names(self, path: Sequence[str]) -> list[tuple[str, str]]:
        return [(key, self.record_of(key).name) for key in path]


def _texts(values: dict[str, Any]) -> dict[str, Any]:
    return values | {name: values[name] or "" for name in ("branch", "code")}
