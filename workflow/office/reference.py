"""Load the reference data (基础数据): regions, code lists, series, titles, specialties, calendar, clauses.

Rows are found again by their natural keys, so loading twice changes nothing. What an office did is never
undone: a record an office took in hand stays as it is, one it removed stays away, one it added is not looked
at. Source of the files: data/README.md.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from models.committees.catalogue import CodeItem, Series, Specialty, Title, TitleLevel
from models.conditions.condition import Condition, ExaminedTitle, Exclusion
from models.office.calendar_notice import CalendarNotice
from models.office.reference import ReferenceKept, ReferenceKey
from models.office.setting import CalendarDay, CalendarYear, Clause, DayKind
from models.register.organisation import Region
from workflow.base.abilities import verb
from workflow.base.errors import Refused
from workflow.base.roles import HRSS_CONFIG, SYSTEM
from workflow.base.unit_of_work import UnitOfWork

LOAD = verb("reference.load", "载入基础数据", "基础数据", HRSS_CONFIG, SYSTEM)

DIRECTORY = Path(__file__).resolve().parents[2] / "data" / "reference"
Row = dict[str, str]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """A file of reference data: the class it fills, its natural key, and how a line becomes columns."""

    file: str
    model: type[Any]
    key: tuple[str, ...]
    columns: Callable[[Session, Row], dict[str, Any]]

    @property
    def name(self) -> str:
        """The name of its table in the database."""
        return str(self.model.__tablename__)

    @property
    def subject(self) -> str:
        """The name under which the journal keeps what was loaded."""
        return f"reference:{self.name}"


@dataclass
class Loaded:
    """What one file brought: keys added, changed, removed, and left to the office."""

    table: Table
    sha256: str
    added: list[Key] = field(default_factory=list)
    changed: list[Key] = field(default_factory=list)
    removed: list[Key] = field(default_factory=list)
    kept: list[Key] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        """Whether the database is different now."""
        return bool(self.added or self.changed or self.removed)


def _flag(text: str) -> bool:
    return {"1": True, "0": False}[text]


def _region(_: Session, row: Row) -> dict[str, Any]:
    return {
        "code": row["code"],
        "name": row["name"],
        "level": row["level"],
        "parent_code": row["parent_code"] or None,
        "statistical": _flag(row["statistical"]),
    }


def _code_item(_: Session, row: Row) -> dict[str, Any]:
    return {"list_name": row["list"], "code": row["code"], "name": row["name"]}


def _series(_: Session, row: Row) -> dict[str, Any]:
    return {"number": int(row["number"]), "name": row["name"], "certificate_code": row["certificate_code"]}


def _title(session: Session, row: Row) -> dict[str, Any]:
    return {
        "series_id": _series_id(session, row["series"]),
        "branch": row["branch"],
        "level": TitleLevel(row["level"]).value,
        "name": row["name"],
        "code": row["code"],
        "exam_only": _flag(row["exam_only"]),
    }


def _specialty(session: Session, row: Row) -> dict[str, Any]:
    parent = row["parent"] and session.scalars(select(Specialty.id).filter_by(code=row["parent"])).one()
    return {
        "code": row["code"],
        "name": row["name"],
        "series_id": _series_id(session, row["series"]),
        "parent_id": parent or None,
    }


def _calendar_year(_: Session, row: Row) -> dict[str, Any]:
    return {"year": int(row["year"]), "announced": _flag(row["announced"]), "source": row["source"]}


def _calendar_day(_: Session, row: Row) -> dict[str, Any]:
    return {"day": date.fromisoformat(row["day"]), "kind": DayKind(row["kind"]).value, "name": row["name"]}


def _clause(_: Session, row: Row) -> dict[str, Any]:
    return {
        "code": row["code"],
        "document": row["document"],
        "article": row["article"],
        "text": row["text"],
        "verified": _flag(row["verified"]),
    }


def _condition(_: Session, row: Row) -> dict[str, Any]:
    numbers = {name: int(row[name]) if row[name] else None for name in ("held_years", "work_years")}
    words = (
        "alt_id", "branch", "title_target", "way", "degree", "held_level", "held_basis",
        "work_counts_from", "extra", "document", "article", "effective_from", "effective_to",
        "confidence", "source", "note",
    )  # fmt: skip
    level = TitleLevel(row["level"]).value
    kind = row["exception_kind"] or "normal"
    fixed = {"series": int(row["series"]), "level": level, "exception_kind": kind}
    return {name: row[name] for name in words} | numbers | fixed


def _exclusion(_: Session, row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("code", "name", "test", "document", "confidence", "effect", "note")}


def _examined(_: Session, row: Row) -> dict[str, Any]:
    words = ("branch", "levels", "examination", "document", "confidence", "source", "note")
    return {name: row[name] for name in words} | {"series": int(row["series"])}


def _series_id(session: Session, number: str) -> int:
    return session.scalars(select(Series.id).filter_by(number=int(number))).one()


DAYS = Table("calendar.csv", CalendarDay, ("day",), _calendar_day)
YEARS = Table("calendar_years.csv", CalendarYear, ("year",), _calendar_year)
# fmt: off
TABLES = (
    Table("regions.csv",     Region,    ("code",),                               _region),
    Table("code_lists.csv",  CodeItem,  ("list_name", "code"),                   _code_item),
    Table("series.csv",      Series,    ("number",),                             _series),
    Table("titles.csv",      Title,     ("series_id", "branch", "level", "name"), _title),
    Table("specialties.csv", Specialty, ("code",),                               _specialty),
    DAYS,  # before the years: a year that is announced now still reads as provisional here
    YEARS,
    Table("clauses.csv",     Clause,    ("code",),                               _clause),
    Table("conditions.csv",  Condition, ("alt_id",),                             _condition),
    Table("condition_exclusions.csv", Exclusion, ("code",),                      _exclusion),
    Table("condition_examined.csv", ExaminedTitle, ("series", "branch", "examination"), _examined),
)
# fmt: on


def load(uow: UnitOfWork, directory: Path = DIRECTORY) -> list[Loaded]:
    """载入基础数据: bring every file in, and record what changed, file by file; nothing changed, nothing recorded.

    For the system account (command) and the 省厅配置岗. Refused: a missing file, a line that cannot be read.
    """
    uow.lead(LOAD)
    loaded = load_into(uow.session, directory)
    for result in loaded:
        if result.anything:
            uow.record(
                "load_reference",
                result.table.subject,
                label="载入基础数据",
                file=result.table.file,
                sha256=result.sha256,
                added=list(map(_text, result.added)),
                changed=list(map(_text, result.changed)),
                removed=list(map(_text, result.removed)),
            )
    return loaded


def load_into(session: Session, directory: Path = DIRECTORY) -> list[Loaded]:
    """The same without a journal: for `load`, and for a database that is only being made (tests)."""
    return [_load_table(session, table, directory / table.file) for table in TABLES]


def _load_table(session: Session, table: Table, file: Path) -> Loaded:
    try:
        content = file.read_bytes()
    except OSError:
        raise Refused(f"读不到基础数据文件 {file}，请确认目录中有 {table.file} 后再载入。") from None
    result = Loaded(table, hashlib.sha256(content).hexdigest())
    present = {_key(table, record): record for record in session.scalars(select(table.model))}
    before = set(session.scalars(select(ReferenceKey.key).where(ReferenceKey.table_name == table.name)))
    office = _of_the_office(session, table)
    listed = set()
    for row in _read(session, table, content):
        key = tuple(row[name] for name in table.key)
        listed.add(key)
        record = present.get(key)
        if office(record, key) or (record is None and _text(key) in before):
            result.kept.append(key)
        elif record is None:
            session.add(table.model(**row))
            result.added.append(key)
        elif different := {name: value for name, value in row.items() if getattr(record, name) != value}:
            for name, value in different.items():
                setattr(record, name, value)
            result.changed.append(key)
    if table is DAYS:
        _drop_provisional(session, present, listed, office, result, file.parent)
    session.add_all(
        ReferenceKey(table_name=table.name, key=key) for key in sorted(set(map(_text, result.added)) - before)
    )
    for gone in map(_text, result.removed):  # taken away by a load, not by an office: another file may bring it again
        if (kept := session.get(ReferenceKey, (table.name, gone))) is not None:
            session.delete(kept)
    session.flush()
    return result


def _read(session: Session, table: Table, content: bytes) -> Iterable[dict[str, Any]]:
    """The lines of a file as columns; refused with the number of the line that cannot be read."""
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    seen: set[Key] = set()
    for row in reader:
        try:
            columns = table.columns(session, row)
        except (LookupError, ValueError, TypeError, NoResultFound) as error:
            raise Refused(f"{table.file} 第 {reader.line_num} 行无法识别（{error}），请更正该行后再载入。") from error
        key = tuple(columns[name] for name in table.key)
        if key in seen:
            raise Refused(f"{table.file} 第 {reader.line_num} 行与前面的行重复（{_text(key)}），请删去一行后再载入。")
        seen.add(key)
        yield columns


def _of_the_office(session: Session, table: Table) -> Callable[[Any, Key], bool]:
    """Whether a record is the office's own affair: an office took it in hand, or entered anything for its year."""
    if table not in (DAYS, YEARS):
        ids = set(session.scalars(_kept(table)))
        return lambda record, _: record is not None and record.id in ids
    years = set(session.scalars(select(CalendarYear.year).where(CalendarYear.id.in_(_kept(YEARS)))))
    days = session.scalars(select(CalendarDay.day).where(CalendarDay.id.in_(_kept(DAYS))))
    years |= {day.year for day in days} | set(session.scalars(select(CalendarNotice.year).distinct()))
    return lambda _, key: (key[0] if table is YEARS else key[0].year) in years


def _kept(table: Table) -> Select[tuple[int]]:
    return select(ReferenceKept.record_id).where(ReferenceKept.table_name == table.name)


def _drop_provisional(
    session: Session,
    present: dict[Key, Any],
    listed: set[Key],
    office: Callable[[Any, Key], bool],
    result: Loaded,
    directory: Path,
) -> None:
    """Take away guessed holidays of years the new file announces."""
    guessed = set(session.scalars(select(CalendarYear.year).where(CalendarYear.announced.is_(False))))
    rows = _read(session, YEARS, (directory / YEARS.file).read_bytes())
    announced = {row["year"] for row in rows if row["announced"]} & guessed
    for key, record in present.items():
        if key not in listed and key[0].year in announced and not office(record, key):
            session.delete(record)
            result.removed.append(key)


def _key(table: Table, record: Any) -> Key:
    return tuple(getattr(record, name) for name in table.key)


def _text(key: Key) -> str:
    return "|".join(map(str, key))
