"""Query conditions (查询条件): declared by name, read from the address, turned into clauses.

`conditions = "name kind unit state submitted_at year"`; the kind follows from the column. `name:contains`
searches inside a text (small tables, and the names of organisations, which have an index for it); otherwise a text is
searched from its beginning, which an index
answers. What cannot be read becomes a sentence for the page, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import EnumMeta
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, and_, or_, true

from models.base import db, label_of
from models.register.organisation import Organisation
from models.sealed import blind_index, normalised
from views.screens.answers import read_date
from views.screens.columns import column, label_of_relation
from views.screens.lookup import LAST, LOOKUPS, MOST, is_key
from workflow.register import name_search

Clause = ColumnElement[bool]
#: Begins the blind index of a number in an address.
SEALED = "~"


@dataclass(frozen=True)
class Condition:
    """One field of the query form. `kind`: text, choice, number, dates, pick, region."""

    name: str
    label: str
    kind: str
    attribute: Any
    how: str = ""
    options: Sequence[tuple[str, str]] = ()
    enum: EnumMeta | None = None
    through: tuple[Any, ...] = field(default=())  #: relations on the way to the attribute
    lookup: str = ""
    longest: ClassVar[int] = 100  #: characters of an address that are read

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names in the address."""
        return (f"{self.name}_from", f"{self.name}_to") if self.kind == "dates" else (self.name,)

    def clause(self, given: Mapping[str, str]) -> tuple[Clause | None, str]:
        """The clause for what was asked, or a sentence why it cannot be asked; (None, "") when nothing was."""
        words = [given.get(name, "").strip()[:100] for name in self.parameters]
        if not any(words) and self.lookup:
            return self._typed(given.get(f"{self.name}-text", "").strip()[:60])
        if not any(words):
            return None, ""
        if any("\x00" in word for word in words):
            return None, self._unreadable(words[0])
        inner, sentence = getattr(self, f"_{self.kind}")(*words)
        if inner is None:
            return None, sentence
        for relation in reversed(self.through):
            inner = relation.has(inner)
        return inner, ""

    def _unreadable(self, word: str) -> str:
        return f"查询条件“{self.label}”不能识别“{word[:30]}”，已忽略该条件；请修改后重新查询。"

    def _text(self, word: str) -> tuple[Clause | None, str]:
        if self.how == "sealed":
            return self._sealed(seal_word(word))
        if self.how == "contains":
            if self.attribute is Organisation.name and len(word) > 1:
                return name_search.named(db.session, Organisation.id, word), ""
            return self.attribute.contains(word, autoescape=True), ""
        if self.how == "exact":
            return self.attribute == word, ""
        return starts_with(self.attribute, word), ""

    def _sealed(self, word: str) -> tuple[Clause | None, str]:
        stem = self.attribute.key.partition("_")[0]  # id_number has id_index, phone has phone_index
        index = f"{stem}_tail_index" if word.startswith(SEALED + "t") else f"{stem}_index"
        try:
            wanted = bytes.fromhex(word.removeprefix(SEALED).removeprefix("t"))
        except ValueError:
            return None, self._unreadable("…")
        column = getattr(self.attribute.class_, index, None)
        return (column == wanted, "") if column is not None else (None, self._unreadable("…"))

    def _choice(self, word: str) -> tuple[Clause | None, str]:
        if word not in {value for value, _label in self.options}:
            return None, self._unreadable(word)
        return self.attribute.is_(word == "1") if self.how == "bool" else self.attribute == word, ""

    def _number(self, word: str) -> tuple[Clause | None, str]:
        return (self.attribute == int(word), "") if is_key(word) else (None, self._unreadable(word))

    def _dates(self, first: str, last: str) -> tuple[Clause | None, str]:
        clauses: list[Clause] = []
        for word, late in ((first, False), (last, True)):
            if not word:
                continue
            if (day := read_date(word)) is None:
                return None, self._unreadable(word)
            clauses.append(self._bound(day, late))
        return and_(true(), *clauses), ""

    def _bound(self, day: date, late: bool) -> Clause:
        if self.how == "moment":
            moment = datetime.combine(day, time())
            return self.attribute < moment + timedelta(days=1) if late else self.attribute >= moment
        return self.attribute <= day if late else self.attribute >= day

    def _pick(self, word: str) -> tuple[Clause | None, str]:
        return (self.attribute == int(word), "") if is_key(word) else (None, self._unreadable(word))

    def _typed(self, word: str) -> tuple[Clause | None, str]:
        """A name typed without choosing from the picker: whatever it may mean, as long as that is not too much."""
        if not word or "\x00" in word:
            return None, ""
        lookup = LOOKUPS[self.lookup]
        keys = [getattr(record, lookup.key) for record in lookup.find(word, {})]
        inner = self.attribute.in_(keys)
        for relation in reversed(self.through):
            inner = relation.has(inner)
        if len(keys) > MOST:
            return inner, f"与“{word[:30]}”相符的{self.label}超过 {MOST} 个，只按前几个查询；请从下拉列表中选择。"
        return inner, "" if keys else f"没有找到与“{word[:30]}”相符的{self.label}。"

    def _region(self, word: str) -> tuple[Clause | None, str]:
        if not (word.isascii() and word.isdigit() and len(word) == 6):
            return None, self._unreadable(word)
        if not word.endswith("00"):
            return self.attribute == word, ""
        return starts_with(self.attribute, word[:2] if word.endswith("0000") else word[:4]), ""


def seal_word(word: str) -> str:
    """What stands in an address for an identity number (or its last six) or a telephone number: the blind index."""
    if word.startswith(SEALED):
        return word
    tail = "t" if len(normalised(word)) == 6 else ""
    return SEALED + tail + blind_index(f"tail:{word}" if tail else word).hex()


def starts_with(attribute: Any, word: str) -> Clause:
    """`attribute` begins with `word`, as a range that an ordinary index answers on both databases."""
    return and_(attribute >= word, attribute < word + LAST)


def anywhere(attributes: Sequence[Any], word: str) -> Clause:
    """`word` stands somewhere in one of the texts; for tables of some thousand rows."""
    return or_(*(attribute.contains(word, autoescape=True) for attribute in attributes))


def conditions_of(model: type, declared: str, labels: Mapping[str, str]) -> list[Condition]:
    """The conditions a screen declares, in its order."""
    return [_condition(model, *word.partition(":")[::2], labels) for word in declared.split()]


def _condition(model: type, name: str, how: str, labels: Mapping[str, str]) -> Condition:
    *steps, last = name.split(".")
    here, through = model, []
    for step in steps:
        through.append(getattr(here, step))
        here = here.__mapper__.relationships[step].mapper.class_  # type: ignore[attr-defined]
    relations = here.__mapper__.relationships  # type: ignore[attr-defined]
    if last in relations:
        (local,) = relations[last].local_columns
        target = relations[last].mapper.class_.__name__
        if target not in LOOKUPS:
            raise TypeError(f"{target} has no lookup; condition {name} of {model.__name__} cannot be picked")
        label = labels.get(name) or label_of_relation(here, [last])
        return Condition(
            name,
            label,
            "pick",
            here.__mapper__.get_property_by_column(local).class_attribute,
            lookup=target,
            through=tuple(through),
        )
    seen = column(here, last)
    label = labels.get(name) or (label_of_relation(model, steps) if steps and last == "name" else label_of(here, last))
    shape: dict[str, Any] = {
        "name": name,
        "label": label,
        "attribute": getattr(here, last),
        "through": tuple(through),
        "how": how,
    }
    if seen.enum is not None:
        return Condition(kind="choice", options=seen.enum.choices(), enum=seen.enum, **shape)  # type: ignore[attr-defined]
    match seen.kind:
        case "region":
            return Condition(kind="region", lookup="Region", **shape)
        case "bool":
            return Condition(kind="choice", options=[("1", "是"), ("0", "否")], **shape | {"how": "bool"})
        case "date":
            moment = here.__mapper__.columns[last].type.python_type is datetime  # type: ignore[attr-defined]
            return Condition(kind="dates", **shape | {"how": "moment" if moment else "day"})
        case "number":
            return Condition(kind="number", **shape)
        case "sealed":
            return Condition(kind="text", **shape | {"how": "sealed"})
    if last in ("year", "id"):
        return Condition(kind="number", **shape)
    return Condition(kind="text", **shape)
