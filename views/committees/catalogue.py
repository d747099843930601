"""职称专业管理 (附件3 1.1) and 职称树管理 (附件3 1.2): two trees with fixed roots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import abort
from sqlalchemy import or_, select

from models.base import db, label_of
from models.committees.catalogue import LADDER, Series, Specialty, Title, TitleLevel
from reports import catalogue as rows
from views.committees.catalogue_screen import MOST, CatalogueScreen, retired
from views.screens.base import Node
from views.screens.lookup import is_key
from views.screens.query import starts_with
from views.screens.screen import KEY_END
from workflow.base.flow import Ask
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees import catalogue, catalogue_use


class SpecialtyScreen(CatalogueScreen):
    """查询, 新增, 修改, 调整上级, 停用, 删除栏目 of the 专业树; roots are the series."""

    model = Specialty
    title, guide = "职称专业管理", "附件3 1.1"
    lead = "选择上级节点后新增；已被使用的专业不删除，自某一年度起停用。"
    fields = "code name effective_from retired_from"
    facts = "code name series.name effective_from retired_from"
    child_label = "新增下级专业"
    moving: ClassVar[Ask] = Ask(
        "parent", "新的上级专业", "specialty", hint="录入专业名称或代码后选择；只能在同一职称系列内调整"
    )

    def hits(self, q: str) -> list[tuple[str, str, str]]:
        """By name or by the beginning of the code."""
        named = or_(Specialty.name.contains(q, autoescape=True), starts_with(Specialty.code, q))
        found = db.session.scalars(self.query().where(named).order_by(Specialty.code).limit(MOST + 1))
        return [(str(row.id), row.name, self.note_of(row)) for row in found]

    def note_of(self, record: Specialty) -> str:
        """The code, and whether it is out of use."""
        return " ".join(filter(None, (record.code, retired(record))))

    def erasable(self, record: Specialty) -> str | None:
        """A root is fixed; what is in use is put out of use instead."""
        return self.editable(record) or catalogue.in_use(db.session, record) or None

    def keys_of(self, record: Specialty) -> Sequence[int]:
        """Everything below moves with it."""
        return catalogue_use.below(db.session, record)

    def may_move(self, uow: UnitOfWork, record: Specialty, parent: Specialty) -> None:
        """Within its series, and not under itself."""
        catalogue.may_move_specialty(uow, record, parent)

    def do_move(self, uow: UnitOfWork, record: Specialty, parent: Specialty) -> None:
        """调整上级."""
        catalogue.move_specialty(uow, record, parent=parent)

    def leaving(self, record: Specialty, parent: Specialty) -> Sequence[catalogue_use.Named]:
        """Committees review by specialty and what lies below it."""
        return catalogue_use.leaving(db.session, record, parent)

    def do_retire(self, uow: UnitOfWork, record: Specialty, year: int) -> None:
        """停用, with everything below."""
        catalogue.retire_specialty(uow, record, year=year)

    def rows_of(self, record: Specialty | None) -> rows.Rows:
        """The node and everything below it."""
        return rows.specialties(db.session, record)

    def create(self, uow: UnitOfWork, **values: Any) -> Specialty:
        """新增 below the chosen node."""
        return catalogue.add_specialty(uow, **values)

    def change(self, uow: UnitOfWork, record: Specialty, **values: Any) -> None:
        """修改 code, name and years."""
        catalogue.edit_specialty(uow, record, **values)

    def remove(self, uow: UnitOfWork, record: Specialty) -> None:
        """删除栏目."""
        catalogue.remove_specialty(uow, record)


@dataclass(frozen=True)
class Branch:
    """A heading between series and titles, such as 医, 药, 护, 技; its key is that of any of its titles."""

    id: str
    name: str
    series: Series

    def __str__(self) -> str:
        return self.name


def _parents(uow: UnitOfWork, title: Title) -> list[tuple[str, str]]:
    """The series of a title and the branches of that series."""
    found = _branches(title.series_id)
    return [
        (f"s{title.series_id}", f"{title.series.name}（不分分支）"),
        *((f"b{key}", name) for name, key in found.items() if name),
    ]


def _branches(series: int) -> dict[str, int]:
    """Every branch of a series, with the key of its first title, in the order they were entered."""
    found: dict[str, int] = {}
    for branch, key in db.session.execute(
        select(Title.branch, Title.id).where(Title.series_id == series).order_by(Title.id)
    ):
        found.setdefault(branch, key)
    return found


class TitleScreen(CatalogueScreen):
    """查询, 新增, 修改, 调整上级, 停用, 删除栏目 of the 职称树: the series, their branches, and the titles by level.

    A node is `s<key>` for a series, `b<key>` for the branch of that title, and `<key>` for a title.
    """

    model, parent = Title, "series"
    title, guide = "职称树管理", "附件3 1.2"
    lead = "选择职称系列或分支后新增，选择职称级别并录入职称名称。级别不由名称推断；系列固定。"
    fields = "level name branch code exam_only effective_from retired_from"
    facts = "series.name level name branch code exam_only effective_from retired_from"
    child_label = "新增职称"
    moving: ClassVar[Ask] = Ask("parent", "新的上级", "choice", choices=_parents, hint="只能在同一职称系列内调整")

    def children(self, key: str) -> list[Node]:
        """The series; the branches of one that has several; the titles, the highest level first."""
        if key == "":
            series = db.session.scalars(select(Series).order_by(Series.number))
            return [Node(f"s{one.id}", one.name, str(one.number)) for one in series]
        if key[0] not in "sb":
            return []
        above = self.record_of(key)
        if isinstance(above, Branch):
            return self._titles(above.series.id, above.name)
        branches = _branches(above.id)
        if len(branches) < 2:
            return self._titles(above.id, None)
        return [Node(f"b{first}", name) for name, first in branches.items() if name] + self._titles(above.id, "")

    def _titles(self, series: int, branch: str | None) -> list[Node]:
        query = self.query().where(Title.series_id == series).order_by(Title.id)
        found = db.session.scalars(query if branch is None else query.where(Title.branch == branch)).unique()
        return [
            Node(str(t.id), t.name, self.note_of(t), leaf=True)
            for t in sorted(found, key=lambda t: -LADDER.index(TitleLevel(t.level)))
        ]

    def note_of(self, record: Title) -> str:
        """Level, whether examinations cover it, and whether it is out of use."""
        exam = "以考代评" if record.exam_only else ""
        return " ".join(filter(None, (TitleLevel(record.level).label, exam, retired(record))))

    def path(self, key: str) -> list[str]:
        """The series, and the branch where it has several, above a title."""
        record = self.record_of(key)
        if isinstance(record, Series):
            return [key]
        series, branch = (
            (record.series.id, record.name) if isinstance(record, Branch) else (record.series_id, record.branch)
        )
        branches = _branches(series)
        above = [f"b{branches[branch]}"] if branch and len(branches) > 1 else []
        return [f"s{series}", *above, *([] if isinstance(record, Branch) else [key])]

    def is_key(self, key: str) -> bool:
        """`s5`, `b12` or `12`."""
        word = key[1:] if key[:1] in ("s", "b") else key
        return is_key(word) and int(word) < KEY_END

    def record_of(self, key: str) -> Any:
        """The series, the branch or the title."""
        if key.startswith("s"):
            return db.session.get(Series, int(key[1:])) or abort(404)
        if key.startswith("b"):
            title = self.find(int(key[1:]))
            return Branch(key, title.branch, title.series)
        return self.find(int(key))

    def name_of(self, record: Any) -> str:
        """What the node is called."""
        return str(record.name)

    def is_fixed(self, record: Any) -> bool:
        """The series are the roots; a branch is a heading of its titles."""
        return not isinstance(record, Title)

    def editable(self, record: Any) -> str | None:
        """The series are fixed."""
        if isinstance(record, Branch):
            return "分支随其下的职称设立：可在其下新增职称，或将职称调整到其他分支。"
        return "职称系列为固定栏目，不能修改或删除（附件3 1.2）；可在其下新增职称。" if self.is_fixed(record) else None

    def erasable(self, record: Any) -> str | None:
        """A root is fixed; what is in use is put out of use instead."""
        return self.editable(record) or catalogue.in_use(db.session, record) or None

    def facts_of(self, record: Any) -> list[tuple[str, list[tuple[str, Any]]]]:
        """What is known of a series, of a branch, or of a title."""
        if isinstance(record, Branch):
            return [("分支", [("分支", record.name), ("职称系列", record.series.name)])]
        if not isinstance(record, Series):
            return super().facts_of(record)
        return [
            (
                "职称系列",
                [(label_of(Series, name), getattr(record, name)) for name in ("name", "number", "certificate_code")],
            )
        ]

    def hits(self, q: str) -> list[tuple[str, str, str]]:
        """By name or by the beginning of the code."""
        named = or_(Title.name.contains(q, autoescape=True), starts_with(Title.code, q))
        found = db.session.scalars(self.query().where(named).order_by(Title.series_id, Title.id).limit(MOST + 1))
        return [(str(row.id), row.name, f"{row.series.name} {self.note_of(row)}") for row in found.unique()]

    def parent_of(self, answer: Any) -> Any:
        """The series or the branch that was chosen."""
        return self.record_of(answer)

    def _key_of(self, record: Any) -> str:
        return f"s{record.id}" if isinstance(record, Series) else str(record.id)

    def may_move(self, uow: UnitOfWork, record: Title, parent: Any) -> None:
        """Within its series."""
        catalogue.may_move_title(uow, record, *_place(parent))

    def do_move(self, uow: UnitOfWork, record: Title, parent: Any) -> None:
        """调整上级."""
        series, branch = _place(parent)
        catalogue.move_title(uow, record, series=series, branch=branch)

    def do_retire(self, uow: UnitOfWork, record: Title, year: int) -> None:
        """停用."""
        catalogue.retire_title(uow, record, year=year)

    def rows_of(self, record: Any) -> rows.Rows:
        """The series, the branch or the title with the nodes above it."""
        if isinstance(record, Branch):
            return rows.titles(db.session, record.series, branch=record.name)
        if isinstance(record, Title):
            return rows.titles(db.session, record.series, title=record)
        return rows.titles(db.session, record)

    def create(self, uow: UnitOfWork, **values: Any) -> Title:
        """新增 in the chosen series or branch, or beside the chosen title."""
        above = values.pop("series")
        series = above if isinstance(above, Series) else above.series
        if not values["branch"] and not isinstance(above, Series):
            values["branch"] = above.name if isinstance(above, Branch) else above.branch
        return catalogue.add_title(uow, series=series, **_texts(values))

    def change(self, uow: UnitOfWork, record: Title, **values: Any) -> None:
        """修改."""
        catalogue.edit_title(uow, record, **_texts(values))

    def remove(self, uow: UnitOfWork, record: Title) -> None:
        """删除栏目."""
        catalogue.remove_title(uow, record)

    def _names(self, path: Sequence[str]) -> list[tuple[str, str]]:
        return [(key, self.record_of(key).name) for key in path]


def _place(parent: Any) -> tuple[Series, str]:
    return (parent, "") if isinstance(parent, Series) else (parent.series, parent.name)


def _texts(values: dict[str, Any]) -> dict[str, Any]:
    return values | {name: values[name] or "" for name in ("branch", "code")}
