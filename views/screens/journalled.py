"""Flask-AppBuilder's data model through our one door: its add, edit and delete are units of work.

What changed is recorded column by column; what the database would refuse is refused before, in a sentence
at the field. Sealed values are recorded as changed, never with their content.
"""

from __future__ import annotations

from typing import Any

from flask import g
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import LargeBinary, UniqueConstraint, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import object_session

from models.base import db, label_of
from models.sealed import Sealed
from views.screens.stay import context
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, attempt

HIDDEN = "（已变更，内容不记录）"


class Journalled(SQLAInterface):
    """A model as Flask-AppBuilder sees it; every change it makes is journalled."""

    def __init__(self, obj: type) -> None:
        super().__init__(obj, None)

    @property
    def session(self) -> Any:
        """Always the session of the request."""
        return db.session

    @session.setter
    def session(self, session: Any) -> None:
        """Flask-AppBuilder hands over its session at registration; ours is asked for each time."""

    def add(self, item: Any, commit: bool = True) -> None:
        """Insert through a unit of work."""
        values = {a.key: a.value for a in inspect(item).attrs if a.history.added}
        attempt(g.user, lambda uow: insert(uow, type(item), values), context=context())

    def edit(self, item: Any, commit: bool = True) -> None:
        """Write the changes of `item` through a unit of work."""
        changed = {a.key: a.value for a in inspect(item).attrs if a.history.has_changes()}
        model, key = type(item), item.id
        if session := object_session(item):
            session.expire(item)
        attempt(g.user, lambda uow: update(uow, uow.session.get_one(model, key), changed), context=context())

    def delete(self, item: Any, commit: bool = True) -> None:
        """Delete through a unit of work."""
        model, key = type(item), item.id
        attempt(g.user, lambda uow: erase(uow, uow.session.get_one(model, key)), context=context())


def insert(uow: UnitOfWork, model: type, values: dict[str, Any]) -> Any:
    """A new record with these values, journalled as `add`."""
    record = model(**values)
    _refuse_duplicates(uow, record)
    uow.session.add(record)
    _flush(uow)
    uow.record("add", record, label="新增", values={k: told(model, k, v) for k, v in values.items()})
    return record


def update(uow: UnitOfWork, record: Any, values: dict[str, Any]) -> Any:
    """Set what differs, journalled as `edit` with before and after; nothing at all when nothing differs."""
    model = type(record)
    before = {name: getattr(record, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return record
    with uow.session.no_autoflush:
        for name, value in changed.items():
            setattr(record, name, value)
        _refuse_duplicates(uow, record)
    _flush(uow)
    uow.record(
        "edit",
        record,
        label="修改",
        changes={n: [told(model, n, before[n]), told(model, n, v)] for n, v in changed.items()},
    )
    return record


def erase(uow: UnitOfWork, record: Any) -> None:
    """Delete a record nothing refers to, journalled as `delete`."""
    name, key = record.__tablename__, record.id
    uow.session.delete(record)
    try:
        uow.session.flush()
    except IntegrityError:
        raise Refused("该记录已被其他数据引用，不能删除；不再使用的请注销或停用。") from None
    uow.record("delete", f"{name}:{key}", label="删除")


def told(model: type, name: str, value: Any) -> Any:
    """A value as the journal may keep it."""
    column = model.__mapper__.columns.get(name)  # type: ignore[attr-defined]
    if column is not None and isinstance(column.type, (Sealed, LargeBinary)):
        return HIDDEN
    return f"{value.__tablename__}:{value.id}" if hasattr(value, "__tablename__") else value


def _refuse_duplicates(uow: UnitOfWork, record: Any) -> None:
    """Refuse before the database does, naming the fields that are taken."""
    mapper = inspect(type(record))
    keys = {p.columns[0].name: p.key for p in mapper.column_attrs}
    groups = [[c.name] for c in mapper.local_table.columns if c.unique]
    groups += [[c.name for c in u.columns] for u in mapper.local_table.constraints if isinstance(u, UniqueConstraint)]
    wrong: dict[str, str] = {}
    with uow.session.no_autoflush:
        for names in groups:
            held = [_held(record, keys[name]) for name in names]
            if any(value is None for value in held):
                continue
            query = select(mapper.class_.id).where(
                *(getattr(mapper.class_, keys[n]) == v for n, v in zip(names, held, strict=True))
            )
            if record.id is not None:
                query = query.where(mapper.class_.id != record.id)
            if uow.session.scalar(query.limit(1)) is not None:
                wrong[keys[names[-1]]] = _taken(mapper.class_, [keys[n] for n in names], held)
    if wrong:
        raise Refused(" ".join(wrong.values()), fields=wrong)


def _held(record: Any, key: str) -> Any:
    """The value a column will have; a relation that was set counts before it is flushed."""
    value = getattr(record, key)
    if value is None:
        for relation in inspect(type(record)).relationships:
            if relation.direction.name == "MANYTOONE" and key in {c.key for c in relation.local_columns}:
                other = getattr(record, relation.key)
                return other.id if other is not None else None
    return value


def _taken(model: type, names: list[str], held: list[Any]) -> str:
    labels = "、".join(label_of(model, name) for name in names)
    shown = f"“{held[0]}”" if len(names) == 1 and isinstance(held[0], (str, int)) else "的这一组合"
    return f"{labels}{shown}已存在，不能重复；请修改后保存，或查询使用已有记录。"


def _flush(uow: UnitOfWork) -> None:
    try:
        uow.session.flush()
    except IntegrityError as error:
        if "unique" in str(error.orig).lower() or getattr(error.orig, "sqlstate", "") == "23505":
            raise  # lost a race: `attempt` runs again and then names the field
        raise Refused("数据不符合登记规则（取值范围或关联记录不正确），没有保存；请核对各项后重新提交。") from error
