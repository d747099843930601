"""Finding the keys of a list of declarations through `reading`: how many there are, and those of one page.

What a list asks is taken apart into conditions that an entry of `reading` answers and those that only the declaration
does. From the first follows the one index that answers without reading anything in vain; it is named to SQLite, which
takes another one as soon as somebody has run ANALYZE. What is found is keys: the rows are read under the policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, select
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.orm import Session
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, BooleanClauseList, Grouping, Null

from models.accounts.account import Account
from models.batches.batch import Batch
from models.committees.catalogue import Series, Title
from models.declarations.declaration import Declaration, DeclarationMode
from models.declarations.reading import LEVELS, MODES, PROVINCE, STATES, WAYS, Lies, Reading
from models.paths.path import Way
from workflow.base import policy
from workflow.base.reading import bring_up

#: As many found entries are gathered before they are sorted; of more, the newest are met soon by walking.
GATHERED = 2_000
#: SQLAlchemy knows no hints for SQLite.
SQLiteCompiler.get_from_hint_text = lambda self, table, text: text  # type: ignore[method-assign]

#: Columns of a declaration that `reading` repeats, under their names there.
MIRRORED = {
    "year": "year",
    "state": "state",
    "series_id": "series_id",
    "level": "level",
    "region_code": "region_code",
    "way": "way",
    "mode": "mode",
    "unit_id": "unit_id",
    "committee_id": "committee_id",
    "applicant_name": "name",
    "submitted_at": "sent",
}
BOUNDS = (operators.lt, operators.le, operators.gt, operators.ge)
#: Index → its columns after the reader, before `sent`. Those that are not asked are looked through value by value.
INDEXES = {
    "ix_reading_lies": ("lies",),
    "ix_reading_unit": ("unit_id",),
    "ix_reading_name": ("name",),
    "ix_reading_committee": ("committee_id",),
    "ix_reading_state": ("state",),
    "ix_reading_year": ("year",),
    "ix_reading_region": ("region_code",),
    "ix_reading_series": ("series_id", "level"),
    "ix_reading_kind": ("way", "mode", "paper", "level"),
    "ix_reading_several": ("year", "state", "series_id", "level", "region_code", "way", "mode"),
}
#: What stands in the entries of a region, beside which it is found in one walk.
IN_REGION = {"region_code", "year", "state", "series_id", "level"}
#: Those that one person, unit, committee or desk is found in: few entries, whatever else is asked.
NARROW = ("ix_reading_lies", "ix_reading_unit", "ix_reading_name", "ix_reading_committee")
#: What SQLite calls the order of the table itself.
ITSELF = "sqlite_autoindex_reading_1"
BY_DECLARATION = "ix_reading_declaration"
#: What most declarations are not: such a value leads to few entries.
USUAL = {"mode": DeclarationMode.NORMAL, "way": Way.REVIEW, "paper": 0}
#: Values that one count may look under.
SEEKS = 3000
#: A number that so few declarations begin with leads to them; another one is looked for among what the reader sees.
FEW = 2000


class Waits:
    """The clause of a desk, which `reading` answers by `lies` under `reader`; for everybody else just the clause."""

    def __init__(self, clause: ColumnElement[bool], lies: Lies, reader: int) -> None:
        self.clause, self.lies, self.reader = clause, lies, reader

    def __clause_element__(self) -> ColumnElement[bool]:
        return self.clause

    @property
    def ids(self) -> Select[Any]:
        """The keys of all that waits, for a badge."""
        here = (Reading.reader == self.reader, Reading.lies == int(self.lies), Reading.lies != literal_column("0"))
        return select(Reading.declaration_id).where(*here).with_hint(Reading, "INDEXED BY ix_reading_lies", "sqlite")


@dataclass
class Keys:
    """The declarations that one reader's list is about."""

    session: Session
    reader: int
    same: dict[str, tuple[Any, ...]] = field(default_factory=dict)  #: column → the values it may have
    spans: dict[str, list[ColumnElement[bool]]] = field(default_factory=dict)  #: column → its bounds
    titled: list[ColumnElement[bool]] = field(default_factory=list)  #: series and level, as a title says them
    numbered: list[ColumnElement[bool]] = field(default_factory=list)  #: bounds of the number, which are `others` too
    others: list[ColumnElement[bool]] = field(default_factory=list)  #: what only the declaration answers
    filters: list[ColumnElement[bool]] = field(default_factory=list)  #: what an entry answers in no order

    def __post_init__(self) -> None:
        self._few: bool | None = None

    def count(self, most: int) -> int:
        """How many there are, counted up to `most`."""
        found = self._found(self.index, self._filled(self.index)).limit(most)
        return self.session.scalar(select(func.count()).select_from(found.subquery())) or 0

    def newest(self, count: int, most: int, limit: int, offset: int) -> list[int]:
        """The keys of one page, newest first; those searched by name by name, then newest."""
        index = self.index
        if not self.ordered and index != BY_DECLARATION and count >= most:
            index = ""  # so many fit that the newest are met at once
        found = self._found(index, self.same if self.ordered or not index else self._filled(index))
        if not self.ordered and count <= GATHERED:
            return self._gathered(found, limit, offset)
        named = [Reading.name] if index == "ix_reading_name" else []
        found = found.order_by(*named, Reading.sent.desc(), Reading.declaration_id.desc())
        return list(self.session.scalars(found.limit(limit).offset(offset)))

    def _gathered(self, found: Select[Any], limit: int, offset: int) -> list[int]:
        """Newest first of a few that were counted: all found as counting found them, then sorted.

        PostgreSQL, told to sort at once, may guess that many fit and walk all that the reader has, newest first.
        """
        few = found.add_columns(Reading.sent).cte("few").prefix_with("MATERIALIZED", dialect="postgresql")
        newest = select(few.c.declaration_id).order_by(few.c.sent.desc(), few.c.declaration_id.desc())
        return list(self.session.scalars(newest.limit(limit).offset(offset)))

    def sorted(self, terms: Sequence[Any], limit: int, offset: int) -> list[int]:
        """The keys of one page in the order of columns of the declaration: for results that may be sorted."""
        found = self._found(self.index, self._filled(self.index), joined=True)
        return list(self.session.scalars(found.order_by(*terms).limit(limit).offset(offset)))

    def oldest(self, limit: int, offset: int) -> list[int]:
        """The keys of one page, oldest submission first: walked where the index gives that order."""
        found = self._found(self.index, self.same).order_by(Reading.sent, Reading.declaration_id)
        return list(self.session.scalars(found.limit(limit).offset(offset)))

    @property
    def index(self) -> str:
        """The index in which what is asked stands together; empty for the table itself, newest first."""
        if self._led_by_number():
            return BY_DECLARATION
        asked = self.same.keys() | self.spans.keys() - {"sent"}
        for index in NARROW:
            if INDEXES[index][0] in asked and (index != "ix_reading_committee" or self.reader == PROVINCE):
                return index
        if self.titled:
            return "ix_reading_series"
        if "region_code" in self.same and asked <= IN_REGION and not {"year", "state"} <= asked:
            return "ix_reading_region"
        for index, names in INDEXES.items():
            if asked and asked <= set(names):
                return index
        if "region_code" in self.same:
            return "ix_reading_region"
        if any(name in self.same and usual not in self.same[name] for name, usual in USUAL.items()):
            return "ix_reading_kind"
        return "ix_reading_several" if asked - {"paper", "committee_id"} else ""

    @property
    def ordered(self) -> bool:
        """Whether the index gives the newest first by itself."""
        index = self.index
        if index in ("", "ix_reading_name"):
            return True
        if index == BY_DECLARATION:
            return False
        given = {name for name, values in self.same.items() if len(values) == 1}
        return set(INDEXES[index]) <= given | ({"series_id", "level"} if self.titled else set())

    def _led_by_number(self) -> bool:
        if not self.numbered:
            return False
        if self._few is None:
            begins = select(Declaration.id).where(*self.numbered).limit(FEW + 1).subquery()
            self._few = (self.session.scalar(select(func.count()).select_from(begins)) or 0) <= FEW
        return self._few

    def _found(self, index: str, same: dict[str, tuple[Any, ...]], *, joined: bool = False) -> Select[Any]:
        query = select(Reading.declaration_id).where(Reading.reader == self.reader, *self.titled, *self.filters)
        for name, values in same.items():
            held = getattr(Reading, name)
            query = query.where(held == values[0] if len(values) == 1 else held.in_(values))
        query = query.where(*(bound for bounds in self.spans.values() for bound in bounds))
        if index == "ix_reading_lies":
            query = query.where(Reading.lies != literal_column("0"))  # as the partial index says it
        if index == "ix_reading_committee":
            query = query.where(Reading.reader == literal_column("0"))
        if self.others or joined:
            query = query.join(Declaration, Declaration.id == Reading.declaration_id).where(*self.others)
        return query.with_hint(Reading, f"INDEXED BY {index or ITSELF}", "sqlite")

    def _filled(self, index: str) -> dict[str, tuple[Any, ...]]:
        """What is asked, and all values of the columns before the last one asked: some seeks instead of a long walk."""
        names = INDEXES.get(index, ())
        asked = self.same.keys() | self.spans.keys()
        last = max((n for n, name in enumerate(names) if name in asked), default=0)
        filled, seeks = dict(self.same), 1
        for name in names[:last]:
            values = filled.get(name) or self._all_of(name)
            seeks *= len(values)
            if not values or seeks > SEEKS or (self.titled and name == "series_id"):
                break
            filled[name] = values
        return filled

    def _all_of(self, name: str) -> tuple[Any, ...]:
        """The values a column can have; none where there are too many to look under each."""
        match name:
            case "state":
                return tuple(STATES)
            case "level":
                return tuple(LEVELS)
            case "way":
                return tuple(WAYS)
            case "mode":
                return tuple(MODES)
            case "paper":
                return (0, 1)
            case "year":
                return tuple(self.session.scalars(select(Batch.year).distinct()))
            case "series_id":
                return tuple(self.session.scalars(select(Series.id)))
        return ()


def keys_of(session: Session, actor: Account, clauses: Sequence[Any]) -> Keys | None:
    """How `reading` answers the list of `actor` under `clauses`; None where its entries are not what he sees."""
    reader = next((clause.reader for clause in clauses if isinstance(clause, Waits)), policy.reader_of(actor))
    if reader is None:
        return None
    bring_up(session)
    keys = Keys(session, reader)
    for clause in clauses:
        if isinstance(clause, Waits):
            keys.same["lies"] = (int(clause.lies),)
        else:
            for part in _parts(clause):
                _take(keys, part)
    return keys


def _parts(clause: Any) -> Iterator[Any]:
    """The clauses that all must hold."""
    if isinstance(clause, Grouping):
        yield from _parts(clause.element)
    elif isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for part in clause.clauses:
            yield from _parts(part)
    else:
        yield clause


def _take(keys: Keys, part: Any) -> None:
    """Put one clause where it is answered."""
    if not (isinstance(part, BinaryExpression) and _of_declaration(part.left)):
        keys.others.append(part)
        return
    name, asks = str(part.left.key), part.operator
    if name == "paper_received_on" and isinstance(part.right, Null) and asks in (operators.is_, operators.is_not):
        keys.same["paper"] = (1 if asks is operators.is_not else 0,)
    elif not isinstance(part.right, BindParameter) or part.right.value is None:
        keys.others.append(part)
    elif name == "number" and (asks is operators.eq or asks in BOUNDS):
        keys.numbered.append(part)
        keys.others.append(part)
    elif name == "title_id" and asks is operators.eq:
        keys.others.append(part)
        for column in (Reading.series_id, Reading.level):
            said = select(getattr(Title, column.key)).where(Title.id == part.right.value).scalar_subquery()
            keys.titled.append(column == said)
    elif name in MIRRORED:
        _mirror(keys, part, MIRRORED[name])
    else:
        keys.others.append(part)


def _mirror(keys: Keys, part: Any, name: str) -> None:
    """Ask the same of an entry."""
    asks, value, held = part.operator, part.right.value, getattr(Reading, name)
    if name == "sent":
        if asks in BOUNDS and isinstance(value, datetime):
            seconds = int(value.replace(tzinfo=UTC).timestamp())
            keys.spans.setdefault(name, []).append(and_(asks(held, seconds), held > 0))
        else:
            keys.others.append(part)
    elif asks in (operators.eq, operators.in_op):
        values = tuple(value) if asks is operators.in_op else (value,)
        keys.same[name] = tuple(v for v in keys.same.get(name, values) if v in values)
    elif name in ("name", "region_code") and asks in BOUNDS:
        keys.spans.setdefault(name, []).append(asks(held, value))
    elif asks is operators.not_in_op:
        keys.filters.append(held.not_in(value))
    elif asks is operators.ne:
        keys.filters.append(held != value)
    else:
        keys.others.append(part)


def _of_declaration(column: Any) -> bool:
    return getattr(getattr(column, "table", None), "name", "") == Declaration.__tablename__ and column.key is not None
