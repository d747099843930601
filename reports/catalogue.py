"""The 专业树 and the 职称树 as rows: for an Excel sheet, or as JSON for another system. Reads, never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.committees.catalogue import LADDER, Series, Specialty, Title, TitleLevel

#: key of a row in JSON → heading in Excel
SPECIALTY = {
    "code": "专业代码",
    "name": "专业学科名称",
    "parent_code": "上级代码",
    "parent_name": "上级专业",
    "series": "职称系列",
    "depth": "层级",
    "effective_from": "启用年度",
    "retired_from": "停用年度",
    "path": "路径",
}
TITLE = {
    "kind": "栏目",
    "code": "栏目代码",
    "name": "名称",
    "level": "职称级别",
    "parent_code": "上级代码",
    "parent_name": "上级栏目",
    "series": "职称系列",
    "gbt8561_code": "GB/T 8561 代码",
    "exam_only": "以考代评",
    "effective_from": "启用年度",
    "retired_from": "停用年度",
}


@dataclass(frozen=True)
class Rows:
    """A subtree: headings by key, and the rows from the top down, parents before their children."""

    headings: dict[str, str]
    rows: list[dict[str, Any]]

    def cells(self) -> list[list[Any]]:
        """The rows as a sheet holds them: 是/否 for yes and no, empty where nothing is set."""
        return [[_cell(row[key]) for key in self.headings] for row in self.rows]


def _cell(value: Any) -> Any:
    return {True: "是", False: "否", None: ""}.get(value, value) if isinstance(value, bool) or value is None else value


def specialties(session: Session, top: Specialty | None = None) -> Rows:
    """The whole 专业树, or a node with everything below it; two questions, whatever its size."""
    query = select(Specialty).order_by(Specialty.code)
    if top is not None:
        query = query.where(Specialty.series_id == top.series_id)
    found = list(session.scalars(query))
    series = {row.id: row.name for row in session.scalars(select(Series))}
    known = {node.id: node for node in found}
    below: dict[int | None, list[Specialty]] = {}
    for node in found:
        below.setdefault(node.parent_id, []).append(node)
    rows: list[dict[str, Any]] = []
    waiting = [top] if top is not None else list(reversed(below.get(None, [])))
    while waiting:
        node = waiting.pop()
        names = _names(known, node)
        above = known.get(node.parent_id) if node.parent_id else None
        rows.append(
            {
                "code": node.code,
                "name": node.name,
                "parent_code": above.code if above else "",
                "parent_name": above.name if above else "",
                "series": series[node.series_id],
                "depth": len(names),
                "effective_from": node.effective_from,
                "retired_from": node.retired_from,
                "path": " › ".join(names),
            }
        )
        waiting.extend(reversed(below.get(node.id, [])))
    return Rows(SPECIALTY, rows)


def _names(known: dict[int, Specialty], node: Specialty) -> list[str]:
    names: list[str] = []
    here: Specialty | None = node
    while here is not None and len(names) < 50:
        names.insert(0, here.name)
        here = known.get(here.parent_id) if here.parent_id else None
    return names


def titles(
    session: Session, series: Series | None = None, branch: str | None = None, title: Title | None = None
) -> Rows:
    """The whole 职称树, a series, one branch of it, or one title with the nodes above it.

    A series is called by its number, a branch by the number and its name; so every row names the code of its parent.
    """
    query = select(Title).join(Series).order_by(Series.number, Title.branch, Title.id)
    if series is not None:
        query = query.where(Title.series_id == series.id)
    if branch is not None:
        query = query.where(Title.branch == branch)
    if title is not None:
        query = query.where(Title.id == title.id)
    found = list(session.scalars(query).unique())
    wanted: Sequence[Series] = (
        [series] if series is not None else list(session.scalars(select(Series).order_by(Series.number)))
    )
    rows: list[dict[str, Any]] = []
    for one in wanted:
        own = [row for row in found if row.series_id == one.id]
        rows.append(_heading("职称系列", f"{one.number:02d}", one.name, "", "", one.name))
        for name in dict.fromkeys(row.branch for row in own):
            code, above = f"{one.number:02d}", one.name
            if name:
                rows.append(_heading("分支", f"{code}-{name}", name, code, one.name, one.name))
                code, above = f"{code}-{name}", name
            mine = sorted(
                (row for row in own if row.branch == name), key=lambda row: -LADDER.index(TitleLevel(row.level))
            )
            rows += [_title(row, code, above, one.name) for row in mine]
    return Rows(TITLE, rows)


def _heading(kind: str, code: str, name: str, parent: str, above: str, series: str) -> dict[str, Any]:
    return dict.fromkeys(TITLE) | {
        "kind": kind,
        "code": code,
        "name": name,
        "parent_code": parent,
        "parent_name": above,
        "series": series,
    }


def _title(row: Title, parent: str, above: str, series: str) -> dict[str, Any]:
    return {
        "kind": "职称",
        "code": f"T{row.id}",
        "name": row.name,
        "level": TitleLevel(row.level).label,
        "parent_code": parent,
        "parent_name": above,
        "series": series,
        "gbt8561_code": row.code,
        "exam_only": row.exam_only,
        "effective_from": row.effective_from,
        "retired_from": row.retired_from,
    }
