"""Who names a record: asked of every foreign key at once, so that nothing which others build on is taken away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.registry import by_table

_AT_ONCE = 400


def users_of(session: Session, model: Any, keys: Sequence[int], parts: Collection[str] = ()) -> dict[int, str]:
    """Key → how many records of other tables name it, in words; keys that nobody names are left out.

    `parts` are tables that belong to the record itself.
    """
    target, classes = model.__table__, by_table()
    found: dict[int, int] = {}
    names: dict[int, list[str]] = {}
    for table in Model.metadata.sorted_tables:
        if table.name in parts:
            continue
        for column in table.columns:
            if not any(key.column.table is target for key in column.foreign_keys):
                continue
            for start in range(0, len(keys), _AT_ONCE):
                part = keys[start : start + _AT_ONCE]
                for key, count in session.execute(
                    select(column, func.count()).where(column.in_(part)).group_by(column)
                ).tuples():
                    found[key] = found.get(key, 0) + count
                    names.setdefault(key, []).append(_called(table, column, classes))
    return {key: f" {count} 条其他记录（{'、'.join(dict.fromkeys(names[key]))}）" for key, count in found.items()}


def _called(table: Any, column: Any, classes: dict[str, type]) -> str:
    label = column.info.get("label", "")
    first = (classes[table.name].__doc__ or "").split("(")[-1].split(")")[0] if table.name in classes else ""
    return str(label or first or table.name)
