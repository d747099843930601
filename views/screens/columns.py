"""What a screen shows of a record: paths such as `unit.nature`, their labels, and every value as text.

A value has one form for people (`Column.text`), used by list, detail and sheet alike, and one for the
page (`Column.cell`), which adds the badge. Sealed values are always masked here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import EnumMeta
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import JSON, Boolean, Date, DateTime, LargeBinary, Numeric, Text, select
from sqlalchemy import Integer as SQLInteger
from sqlalchemy.orm import Session

from models.base import db, label_of
from models.register.organisation import Region
from models.sealed import Sealed, mask_id, mask_phone
from workflow.base.remembered import remembered

NOTHING = "—"


def badge(label: str, tone: str = "off") -> Markup:
    """A state as people see it: one word, one colour."""
    return Markup('<span class="tag {}">{}</span>').format(tone, label)


def region_names(session: Session) -> dict[str, str]:
    """Names of the regions by code, read once per transaction."""
    return remembered(session, _region_names)


def _region_names(session: Session) -> dict[str, str]:
    return dict(session.execute(select(Region.code, Region.name)).tuples().all())


def text_of(value: Any) -> str:
    """Any value in words: dates 2023-09-28, times 15:20, yes and no, nothing as a dash."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, (list, tuple)):
        return "；".join(text_of(v) for v in value) or NOTHING
    if isinstance(value, dict):
        return "；".join(f"{k}：{text_of(v)}" for k, v in value.items()) or NOTHING
    return str(value)


@dataclass(frozen=True)
class Column:
    """One thing shown of a record. `kind`: text, number, date, bool, enum, region, sealed, json, record, own."""

    name: str
    label: str
    kind: str
    get: Callable[[Any], Any]
    enum: EnumMeta | None = None
    badged: bool = False
    relations: tuple[Any, ...] = field(default=())  #: relationship attributes to load along the path
    attribute: Any = None  #: the mapped column, when the path ends in one of the model itself
    also: tuple[Any, ...] = field(default=())  #: further relationship attributes that an own cell reads
    end: Any = None  #: the mapped column where the path ends, of this model or another; for a record its foreign key
    open: str = ""  #: what it means that nothing is entered ("全部等级"); else a dash
    parts: tuple[Column, ...] = ()  #: the columns from which the cell is made, where it is made of columns alone

    @property
    def numeric(self) -> bool:
        """Right-aligned, tabular."""
        return self.kind == "number"

    @property
    def direct(self) -> bool:
        """Whether the value is what a column of the database holds, so that a sheet needs no record to show it."""
        if self.parts:
            return isinstance(self.get, Made) and all(part.direct for part in self.parts)
        return self.end is not None and isinstance(self.get, Walk)

    def text(self, record: Any) -> str:
        """The value for people, without markup: sheets, titles, messages."""
        return self.words(self.get(record))

    def words(self, value: Any) -> str:
        """A value of this column for people; sealed ones masked."""
        if self.kind == "own":
            return value.striptags() if isinstance(value, Markup) else text_of(value)
        if value is None or value == "":
            return self.open or NOTHING
        if self.enum is not None:
            return str(getattr(_member(self.enum, value), "label", value))
        if self.kind == "region":
            return region_names(db.session).get(value, value)
        if self.kind == "sealed":
            return mask_phone(value) if "phone" in self.name else mask_id(value)
        return text_of(value)

    def cell(self, record: Any) -> Markup:
        """The value for the page."""
        if self.kind == "own":
            value = self.get(record)
            return value if isinstance(value, Markup) else _written(value)
        if self.badged and (value := self.get(record)):
            member = _member(self.enum, value)
            return badge(str(getattr(member, "label", value)), getattr(member, "tone", "off"))
        return _written(self.get(record)) if self.kind == "date" else escape(self.text(record))

    def plain(self, record: Any) -> Any:
        """The value for a sheet: numbers stay numbers, everything else is text, nothing is empty."""
        return self.plain_of(self.get(record))

    def plain_of(self, value: Any) -> Any:
        """The same for a value that was read without its record."""
        if self.kind == "number" and isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        text = self.open if value is None or value == "" else self.words(value)
        return "" if text == NOTHING and self.kind == "own" else text


def _written(value: Any) -> Markup:
    """A value on the page; a date never breaks."""
    return Markup("<time>{}</time>").format(text_of(value)) if isinstance(value, date) else escape(text_of(value))


def _member(enum: Any, value: Any) -> Any:
    try:
        return enum(value)
    except ValueError:
        return None


def column(model: type, path: str, *, label: str = "", own: Callable[[Any], Any] | None = None) -> Column:
    """The column of `model` at that path; `own` computes it instead (a method `cell_<name>` of the screen)."""
    if own is not None:
        return Column(path, label or label_of(model, path), "own", own)
    *steps, last = path.split(".")
    here, relations = model, []
    for step in steps:
        relation = here.__mapper__.relationships[step]  # type: ignore[attr-defined]
        relations.append(getattr(here, step))
        here = relation.mapper.class_
    mapper = here.__mapper__  # type: ignore[attr-defined]
    name_of_relation = bool(steps) and last in ("name", "applicant_name")
    words = label or (label_of_relation(model, steps) if name_of_relation else label_of(here, last))
    if last in mapper.relationships:
        return Column(
            path,
            label or label_of_relation(here, [last]),
            "record",
            Walk(path),
            relations=(*relations, getattr(here, last)),
            end=_key_of(here, last),
        )
    if last not in mapper.columns:
        return Column(path, words, "text", Walk(path), relations=tuple(relations))
    found = _mapped(path, words, mapper.columns[last], tuple(relations), None if steps else getattr(here, last))
    return (
        found if any(relation.property.uselist for relation in relations) else replace(found, end=getattr(here, last))
    )


def _key_of(model: Any, relation: str) -> Any:
    """The foreign key behind a relation to one record by its `id`; nothing for any other relation."""
    found = model.__mapper__.relationships[relation]
    pairs = found.local_remote_pairs
    if found.uselist or len(pairs) != 1 or pairs[0][1].name != "id":
        return None
    return getattr(model, model.__mapper__.get_property_by_column(pairs[0][0]).key)


def made(model: type, path: str, words: str, make: Callable[..., Any], *, label: str = "") -> Column:
    """A cell that `make` makes from the values of the columns named in `words`: a list and a sheet need no more than
    these."""
    parts = tuple(column(model, name) for name in words.split())
    return Column(path, label or label_of(model, path), "own", Made(parts, make), parts=parts)


def label_of_relation(model: type, steps: list[str]) -> str:
    """What the last relation of the path is called, in the words of its foreign key if it has none itself."""
    for step in steps[:-1]:
        model = model.__mapper__.relationships[step].mapper.class_  # type: ignore[attr-defined]
    label = label_of(model, steps[-1])
    return label_of(model, f"{steps[-1]}_id") if label == steps[-1] else label


def _mapped(path: str, label: str, mapped: Any, relations: tuple[Any, ...], attribute: Any) -> Column:
    enum, kind = mapped.info.get("enum"), _kind(mapped)
    badged = enum is not None and (mapped.name == "state" or any(m.tone != "off" for m in enum))
    return Column(path, label, "enum" if enum else kind, Walk(path), enum, badged, relations, attribute)


def _kind(mapped: Any) -> str:
    if mapped.info.get("list") == "region":
        return "region"
    for type_, kind in (
        (Sealed, "sealed"),
        (Boolean, "bool"),
        ((Date, DateTime), "date"),
        ((SQLInteger, Numeric), "number"),
        (JSON, "json"),
        (LargeBinary, "sealed"),
        (Text, "long"),
    ):
        if isinstance(mapped.type, type_):
            # a year is a name, not a quantity
            return "text" if kind == "number" and mapped.name in ("year", "id") else kind
    return "text"


class Made:
    """A cell made from the values of several columns."""

    def __init__(self, parts: tuple[Column, ...], make: Callable[..., Any]) -> None:
        self.parts, self.make = parts, make

    def __call__(self, record: Any) -> Any:
        return self.make(*(part.get(record) for part in self.parts))


class Walk:
    """What stands at the end of a path, such as `unit.nature`; None where the way breaks off."""

    def __init__(self, path: str) -> None:
        self.steps = path.split(".")

    def __call__(self, record: Any) -> Any:
        value = getattr(record, self.steps[0])
        for step in self.steps[1:]:
            if value is None:
                return None
            value = getattr(value, step, None)
        return value
