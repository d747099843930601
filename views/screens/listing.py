"""One page of a list: what the address asks for, how many rows there are, and the rows of this page.

Three statements whatever the size of the table: a count that stops at 10,000, the keys of the page, the
rows by key with the relations the columns show. Nothing in the address can make it fail: what cannot be
read becomes a sentence. Keys come from the query itself, those of declarations from `reading`; whatever finds them, the
rows are read under the policy, the screen's scope and what was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

from flask import request
from sqlalchemy import JSON, Select, Text, func, nulls_last, select
from sqlalchemy.orm import defer, joinedload, selectinload

from models.base import db
from views.screens.columns import Column
from views.screens.lookup import is_key
from views.screens.query import SEALED, Condition, seal_word
from workflow.base.reading_keys import GATHERED, Keys

PAGE = 20
#: Counting and paging stop here; nobody pages further, he narrows the query.
MOST = 10_000


@dataclass
class Asked:
    """What the address asks for, as far as it can be read."""

    clauses: list[Any] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    page: int = 1
    order: str = ""

    @property
    def query(self) -> str:
        """The conditions as an address, without the page."""
        return urlencode(self.words)

    @property
    def words(self) -> dict[str, str]:
        """The conditions and the order as words of an address."""
        return {k: v for k, v in self.typed.items() if v} | ({"order": self.order} if self.order else {})


def asked_of(
    args: Mapping[str, str], conditions: Sequence[Condition], sorts: Sequence[str], *, extra: Sequence[str] = ()
) -> Asked:
    """Read an address; `extra` are further parameters the page knows itself."""
    asked = Asked()
    known = {"page", "order", *extra}
    for condition in conditions:
        known.update(condition.parameters)
        names = (
            (*condition.parameters, f"{condition.name}-text")
            if condition.lookup and not args.get(condition.name)
            else condition.parameters
        )
        asked.typed.update({name: args.get(name, "")[: condition.longest] for name in names})
        clause, sentence = condition.clause(args)
        if clause is not None:
            asked.clauses.append(clause)
        if sentence:
            asked.sentences.append(sentence)
    if strange := [name for name in args if name not in known and not name.endswith("-text")]:
        asked.sentences.append(
            "本页没有查询条件“{names}”，已忽略。".format(names="、".join(name[:30] for name in strange[:3]))
        )
    _read_page(args.get("page", "1"), asked)
    _read_order(args.get("order", ""), sorts, asked)
    return asked


def sealed_address(given: Any, conditions: Sequence[Condition]) -> str:
    """The address for a posted query, or for one with a readable identity number in it: there its blind index stands.

    Nothing when the address can stay as it is.
    """
    posted = request.method == "POST"
    sealed = [c.name for c in conditions if c.how == "sealed"]
    if not posted and not any(given.get(name, "") and not given[name].startswith(SEALED) for name in sealed):
        return ""
    words = {name: next((w for w in given.getlist(name) if w.strip()), "") for name in given if name != "csrf_token"}
    return urlencode(_sealed(words, sealed, conditions)) or "page=1"


def address_words(query: str, conditions: Sequence[Condition]) -> dict[str, str]:
    """The words of an address that was handed in, numbers of persons as their blind index."""
    return _sealed(dict(parse_qsl(query)), [c.name for c in conditions if c.how == "sealed"], conditions)


def _sealed(words: Mapping[str, str], sealed: Sequence[str], conditions: Sequence[Condition]) -> dict[str, str]:
    longest = {condition.name: condition.longest for condition in conditions}
    cut = {name: word[: longest.get(name, 100)] for name, word in words.items() if word}
    return {name: seal_word(word) if name in sealed else word for name, word in cut.items()}


def _read_page(word: str, asked: Asked) -> None:
    if is_key(word) and 1 <= int(word) <= MOST // PAGE:
        asked.page = int(word)
    elif word not in ("", "1"):
        asked.sentences.append(f"页码应为 1 至 {MOST // PAGE} 的整数，已显示第 1 页；结果太多时请增加查询条件。")


def _read_order(word: str, sorts: Sequence[str], asked: Asked) -> None:
    if word.removeprefix("-") in sorts:
        asked.order = word
    elif word:
        asked.sentences.append(f"不能按“{word[:30]}”排序，已按默认次序显示。")


@dataclass(frozen=True)
class Listing:
    """The rows of one page, and where they stand."""

    rows: Sequence[Any]
    count: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-min(self.count, MOST) // PAGE))

    @property
    def total(self) -> str:
        """How many rows there are, for people."""
        return f"{MOST}+" if self.count > MOST else str(self.count)

    @property
    def around(self) -> list[int]:
        """The page numbers offered: the first, those around this one, the last; 0 for a gap."""
        near = sorted({1, self.pages, *range(max(1, self.page - 2), min(self.pages, self.page + 2) + 1)})
        offered: list[int] = []
        for number in near:
            if offered and number - offered[-1] > 1:
                offered.append(0)
            offered.append(number)
        return offered


class Finder(Protocol):
    """The keys of a list."""

    def count(self, most: int) -> int:
        """How many there are, counted up to `most`."""

    def keys(self, order: str, count: int, most: int, limit: int, offset: int) -> list[int]:
        """Those of one page; `count` is what counting up to `most` gave."""

    def rows(self, keys: Sequence[int]) -> Select[Any]:
        """The records of these keys, as far as they may be seen here."""


def ordering(model: Any, order: str) -> list[Any]:
    """`-year number` as ORDER BY, ended by the key so that pages never overlap; what has no value comes last in `-`.

    SQLite does that by itself; PostgreSQL would put it first, and throw it away page after page.
    """
    terms, names = [], order.split()
    for name in names:
        attribute = getattr(model, name.removeprefix("-"))
        falling = nulls_last(attribute.desc()) if attribute.nullable else attribute.desc()
        terms.append(falling if name.startswith("-") else attribute.asc())
    if not any(name.removeprefix("-") == "id" for name in names):
        terms.append(model.id.desc() if names and names[0].startswith("-") else model.id.asc())
    return terms


def of_keys(query: Select[Any], model: Any, keys: Sequence[int]) -> Select[Any]:
    """The rows of these keys: looked up one by one, and by no index that a further condition (a year) would lead to."""
    return query.where(model.id.in_(keys)).with_hint(model, "NOT INDEXED", "sqlite")


#: Orders that no column holds: name → terms of ORDER BY, the key last. They are sorted as long as few rows fit.
MADE: dict[str, Callable[[], list[Any]]] = {}


class ByQuery:
    """The keys are what the query gives; `probing` is the same query for rows known by their keys."""

    def __init__(self, model: Any, query: Select[Any], probing: Select[Any], index: str = "") -> None:
        self.model, self.probing, self.index = model, probing, index
        self.ids = query.with_only_columns(model.id, maintain_column_froms=True)

    def count(self, most: int) -> int:
        """How many rows the query has, counted up to `most`."""
        return db.session.scalar(select(func.count()).select_from(self.ids.limit(most).subquery())) or 0

    def keys(self, order: str, count: int, most: int, limit: int, offset: int) -> list[int]:
        """Those of one page in the order asked."""
        many = order in MADE and count > GATHERED
        terms = MADE[order]() if order in MADE and not many else ordering(self.model, "id" if many else order)
        page = self.ids.order_by(*terms).limit(limit).offset(offset)
        if self.index:
            page = page.with_hint(self.model, f"INDEXED BY {self.index}", "sqlite")
        return list(db.session.scalars(page))

    def rows(self, keys: Sequence[int]) -> Select[Any]:
        """Under the same policy, asked row by row."""
        return of_keys(self.probing, self.model, keys)


class ByReading(ByQuery):
    """Keys of declarations from `reading`; an order that it does not know is sorted, or walked where very many fit."""

    #: The order in which `reading` lies.
    NEWEST = "-submitted_at -id"

    def __init__(self, model: Any, reading: Keys, query: Select[Any], probing: Select[Any], index: str = "") -> None:
        super().__init__(model, query, probing, index)
        self.reading = reading

    def count(self, most: int) -> int:
        """How many entries fit."""
        return self.reading.count(most)

    def keys(self, order: str, count: int, most: int, limit: int, offset: int) -> list[int]:
        """Newest first; searched by name by name; else in the order asked."""
        if order == self.NEWEST or self.reading.index == "ix_reading_name":
            return self.reading.newest(count, most, limit, offset)
        if order in MADE:
            if count > GATHERED:
                return self.reading.oldest(limit, offset)
            return self.reading.sorted(MADE[order](), limit, offset)
        if count < most:
            return self.reading.sorted(ordering(self.model, order), limit, offset)
        return super().keys(order, count, most, limit, offset)


def loading(model: Any, columns: Sequence[Column], *, whole: bool = False) -> list[Any]:
    """Loader options: the relations the columns show; long texts they do not show stay where they are, unless the
    rows are wanted `whole`."""
    shown_and_parts = [part for column in columns for part in (column, *column.parts)]
    paths = {
        path: None
        for column in shown_and_parts
        for path in (column.relations, *((other,) for other in column.also))
        if path
    }
    options = []
    for first, *others in paths:
        many = first.property.uselist  # a joined collection cannot be streamed
        option = (selectinload if many else joinedload)(first)
        for relation in others:
            option = option.joinedload(relation)
        options.append(option)
    shown = {column.name for column in shown_and_parts}
    heavy = (
        []
        if whole
        else [
            a
            for a in model.__mapper__.column_attrs
            if isinstance(a.columns[0].type, (JSON, Text)) and a.key not in shown
        ]
    )
    return options + [defer(getattr(model, a.key)) for a in heavy]


def page_of(
    model: Any, finder: Finder, order: str, columns: Sequence[Column], page: int, *, whole: bool = False
) -> Listing:
    """Count, keys, rows. A page behind the end becomes the last one; a key whose row may not be seen shows nothing."""
    count = finder.count(MOST + 1)
    page = min(page, max(1, -(-min(count, MOST) // PAGE)))
    keys = finder.keys(order, count, MOST + 1, PAGE, (page - 1) * PAGE)
    if not keys:
        return Listing([], count, page)
    found = db.session.scalars(finder.rows(keys).options(*loading(model, columns, whole=whole))).unique()
    by_key = {record.id: record for record in found}
    return Listing([by_key[key] for key in keys if key in by_key], count, page)
