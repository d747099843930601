"""What a row says, as the same bytes whether it was just written by the product or is read back from a database.

Every table is guarded unless it stands in `EXEMPT` with a reason. What is NULL is left out, so that a new column
without values changes nothing. Personal data is sealed as plain text: each encryption of it looks different.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import JSON, Boolean, Date, DateTime, Float, Integer, LargeBinary, Numeric, Table, type_coerce
from sqlalchemy.orm import Mapper

from models.base import Model, metadata
from models.sealed import Sealed, key

#: Tables whose rows bear no seal, and why none is needed.
EXEMPT = {
    "journal_entry": "its own chain seals it",
    "journal_head": "sealed by its own box",
    "row_seal": "the seals themselves; their sums stand in the heads",
    "reseal_due": "each row bears its own MAC",
    "database_stamp": "bears its own MAC",
    "reading": "follows from declarations and routes; `reading verify` compares it",
    "declaration_profile": "what figures say of a declaration; nothing is decided by it, `reading verify` compares it",
    "declaration_change": "a feed of numbers for whoever follows changes; nothing is decided by it",
    "organisation_gram": "an index that `organisation index` makes anew",
    "sign_in": "stays that last for hours; the journal tells of each; a stolen row opens nothing without its cookie",
    "address_delay": "pauses and budgets of who guesses, and where an account has signed in; lost, it begins anew",
    "job": "how far long work has come; what the work does is sealed where it does it",
    "job_slot": "that periodic work was asked for; asked twice it is done twice, without harm",
    "write_queue": "an empty table that writers lock",
    "long_queue": "an empty table that long work locks",
    "import_part": "a rehearsal: 提交 does every row again by the verb of the form and compares",
    "column_choice": "which columns an account likes to see",
    "saved_query": "conditions of a list under a name",
    "demo_build": "tells a broken first start from a whole one, before anything else is read",
}
#: Between the values of a key of several columns: no value holds it.
SEPARATOR = "\x1f"
#: Bytes of a seal.
SIZE = 16
Said = Callable[[Any], Any]


def _decimal(scale: int | None) -> Said:
    step = Decimal(1).scaleb(-scale) if scale is not None else None

    def said(value: Any) -> str:
        number = Decimal(str(value))
        return str(number.quantize(step) if step is not None else number.normalize())

    return said


def _moment(value: Any) -> str:
    return str(value.isoformat())


def _day(value: Any) -> str:
    return str((value.date() if isinstance(value, datetime) else value).isoformat()) if value is not None else ""


def _structure(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _said(kind: Any) -> Said:
    """How values of a column type are told."""
    if isinstance(kind, Sealed):
        return str
    if isinstance(kind, (Boolean, Integer)):
        return int
    if isinstance(kind, Float):
        return float
    if isinstance(kind, Numeric):
        return _decimal(kind.scale)
    if isinstance(kind, DateTime):
        return _moment
    if isinstance(kind, Date):
        return _day
    if isinstance(kind, JSON):
        return _structure
    if isinstance(kind, LargeBinary):
        return lambda value: bytes(value).hex()
    return str


@dataclass(frozen=True)
class Shape:
    """How the rows of a table are told: which columns name a row, and each column in the order of its name."""

    table: Table
    key: tuple[str, ...]
    columns: tuple[tuple[str, Said], ...]

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    def key_of(self, row: Mapping[str, Any]) -> str:
        """What names the row."""
        return SEPARATOR.join(str(row[name]) for name in self.key)

    def body(self, row: Mapping[str, Any]) -> bytes:
        """What the row says."""
        told = [[name, say(value)] for name, say in self.columns if (value := row[name]) is not None]
        return json.dumps([self.name, told], ensure_ascii=False, separators=(",", ":")).encode()

    def mac(self, row: Mapping[str, Any]) -> bytes:
        """The seal of the row."""
        return hmac.digest(key("row"), self.body(row), "sha256")[:SIZE]

    def read(self, *, raw: bool = False) -> list[Any]:
        """The columns to select; `raw` gives whole numbers for truth values and boxes for personal data."""
        return [self._raw(column) if raw else column for column in self.table.columns]

    @staticmethod
    def _raw(column: Any) -> Any:
        if isinstance(column.type, Boolean):
            return type_coerce(column, Integer).label(column.name)
        if isinstance(column.type, Sealed):
            return type_coerce(column, LargeBinary).label(column.name)
        return column


#: Tables that join two others and are written by SQLAlchemy behind a relationship: the pair names the row.
def _pair(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if column.foreign_keys)


def joined(values: Iterable[Any]) -> str:
    """A key from the values of its columns, in their order."""
    return SEPARATOR.join(map(str, values))


@cache
def joins() -> frozenset[str]:
    """Tables behind a relationship of many to many."""
    return frozenset(
        relation.secondary.name
        for mapper in Model.registry.mappers
        for relation in mapper.relationships
        if relation.secondary is not None
    )


@cache
def shape_of(name: str) -> Shape | None:
    """The shape of a guarded table; None for one that is exempted or not ours."""
    table = metadata.tables.get(name)
    if table is None or name in EXEMPT:
        return None
    names = _pair(table) if name in joins() else tuple(column.name for column in table.primary_key)
    columns = tuple(sorted((column.name, _said(column.type)) for column in table.columns))
    return Shape(table, names, columns)


def must(name: str) -> Shape:
    """The shape of a table that is known to be guarded."""
    shape = shape_of(name)
    if shape is None:
        raise LookupError(f"{name} bears no seals")
    return shape


def guarded() -> list[Shape]:
    """Every guarded table, by name."""
    return [shape for name in sorted(metadata.tables) if (shape := shape_of(name)) is not None]


@cache
def attributes(mapper: Mapper[Any]) -> tuple[tuple[str, str], ...]:
    """(column, attribute) of a mapped class."""
    return tuple((column.name, mapper.get_property_by_column(column).key) for column in mapper.local_table.columns)


def row_of(mapper: Mapper[Any], held: Mapping[str, Any]) -> dict[str, Any] | None:
    """The row of an object from what is loaded of it; None where something is not."""
    pairs = attributes(mapper)
    if any(attribute not in held for _, attribute in pairs):
        return None
    return {name: held[attribute] for name, attribute in pairs}


def opened(shape: Shape, row: Mapping[str, Any]) -> dict[str, Any]:
    """A raw row with its personal data in plain text; raises where a box was not closed by our key."""
    found = dict(row)
    for column in shape.table.columns:
        if isinstance(column.type, Sealed) and found[column.name] is not None:
            found[column.name] = column.type.process_result_value(found[column.name], None)
    return found


def weight(mac: bytes) -> int:
    """What a seal adds to the sum of its table: unknown to whoever reads the seal."""
    return int.from_bytes(hmac.digest(key("sum"), mac, "sha256")[:SIZE], "big") if mac else 0


@cache
def short(name: str) -> bytes:
    """Three bytes that stand for a table in a head."""
    return sha256(name.encode()).digest()[:3]


def of(names: Iterable[str]) -> dict[bytes, str]:
    """Short names to tables."""
    return {short(name): name for name in names}


__all__ = [
    "EXEMPT",
    "Shape",
    "attributes",
    "guarded",
    "joined",
    "joins",
    "must",
    "opened",
    "row_of",
    "shape_of",
    "short",
    "weight",
]
