"""How the texts of a table are understood: days, numbers, yes and no, names of organisations, regions, titles.

References are gathered for a whole column at once, so that a table of any length costs the same few queries.
What a sender calls otherwise (`meanings`) is asked once and remembered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.committees.catalogue import Series, Specialty
from models.committees.committee import Committee
from models.register.organisation import Organisation, Region

if TYPE_CHECKING:
    from workflow.imports.kind import Field, Outcome

YES = {"是", "1", "Y", "YES", "TRUE", "√"}
NO = {"否", "0", "N", "NO", "FALSE", "×"}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_BETWEEN = re.compile(r"[、;；,，\n]+")
#: Kinds whose words are looked up, and may be mapped to what the system knows.
LOOKED_UP = {"choice", "region", "series", "specialty", "specialties", "organisation", "organisations", "committee"}
_AT_ONCE = 400
#: Texts of a column that are remembered, where most of them come once.
_REMEMBERED = 2_000


class Faults(Exception):
    """What is wrong with the cells of a row, by field."""

    def __init__(self, by_field: dict[str, str]) -> None:
        super().__init__()
        self.by_field = by_field


class Unknown(Exception):
    """A word that no list knows."""


class Words:
    """The reader of one table. `meanings`: (field, word) → what the sender means by it."""

    def __init__(self, session: Session, meanings: dict[tuple[str, str], str]) -> None:
        self.session = session
        self.meanings = meanings
        self.unknown: Counter[tuple[str, str]] = Counter()  #: (field, word) → how often nothing was found for it
        self._found: dict[str, dict[str, list[Any]]] = {}

    # -- looking up ----------------------------------------------------------------------------------

    def gather(self, fields: Sequence[Field], rows: Sequence[Outcome]) -> None:
        """Fetch everything the columns name, a few hundred words at a time."""
        for place, each in enumerate(fields):
            if each.kind not in LOOKED_UP or each.kind == "choice":
                continue
            named = {word for row in rows for word in self._parts(each, row.texts[place])}
            self._fetch(_noun(each), named)

    def _parts(self, each: Field, text: str) -> list[str]:
        if not text:
            return []
        words = (
            [word.strip() for word in _BETWEEN.split(text)] if each.kind in ("specialties", "organisations") else [text]
        )
        return [self.meanings.get((each.name, word), word) for word in words if word]

    def _fetch(self, noun: str, named: Iterable[str]) -> None:
        model, columns = _NOUNS[noun]
        found = self._found.setdefault(noun, {})
        wanted = sorted({form for word in named for form in (word, word.upper())})
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            for record in self.session.scalars(select(model).where(or_(*(column.in_(part) for column in columns)))):
                for column in columns:
                    same = found.setdefault(str(getattr(record, column.key)), [])
                    if record not in same:
                        same.append(record)

    def _look(self, each: Field, word: str) -> Any:
        noun = _noun(each)
        known = self._found.get(noun, {})
        records = known.get(word) or known.get(word.upper()) or []
        if not records:
            raise Unknown(word)
        if len(records) > 1:
            raise ValueError(f"有 {len(records)} 个“{word}”，请改填{_CODES[noun]}。")
        return records[0]

    # -- reading -------------------------------------------------------------------------------------

    def values(self, fields: Sequence[Field], texts: Sequence[str], *, former: bool = False) -> dict[str, Any]:
        """The values of a row; raises `Faults` with a sentence for every cell that cannot be understood.

        `former`: texts of a record as it was, in which nothing is required.
        """
        values: dict[str, Any] = {}
        faults: dict[str, str] = {}
        for each, text in zip(fields, texts, strict=True):
            values[each.name], fault = self._cell(each, getattr(self, f"_{each.kind}"), text, former)
            if fault:
                faults[each.name] = fault
        if faults:
            raise Faults(faults)
        return values

    def table(
        self, fields: Sequence[Field], rows: Sequence[Outcome], *, former: bool = False
    ) -> Iterator[dict[str, Any]]:
        """The values of many rows, read column by column; what cannot be read goes into the faults of its row.

        The same text of a column is understood once.
        """
        columns = []
        for place, each in enumerate(fields):
            read = getattr(self, f"_{each.kind}")
            known: dict[str, Any] = {}
            column = []
            for row in rows:
                text = row.texts[place]
                if text in known:
                    column.append(known[text])
                    continue
                value, fault = self._cell(each, read, text, former)
                if fault:
                    row.faults[each.name] = fault
                elif each.kind != "text" or len(known) < _REMEMBERED:
                    known[text] = value
                column.append(value)
            columns.append(column)
        names = [each.name for each in fields]
        return (dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True))

    def _cell(self, each: Field, read: Any, text: str, former: bool) -> tuple[Any, str]:
        if not text:
            return None, f"请填写{each.label}。" if each.required and not former else ""
        try:
            return read(each, self.meanings.get((each.name, text), text) if each.kind in LOOKED_UP else text), ""
        except Unknown as unknown:
            self.unknown[each.name, str(unknown)] += 1
            return None, f"“{str(unknown)[:40]}”不在{each.label}的取值中；请更正，或在预览页指定它对应的取值。"
        except ValueError as fault:
            return None, str(fault)

    def try_all(self, fields: Sequence[Field], texts: Sequence[str]) -> None:
        """Read a row only to learn which of its words nobody knows."""
        with suppress(Faults):
            self.values(fields, texts)

    def _text(self, each: Field, text: str) -> str:
        if len(text) > each.max_length:
            raise ValueError(f"{each.label}不能超过 {each.max_length} 字，现有 {len(text)} 字。")
        if "\x00" in text:
            raise ValueError(f"{each.label}含有不可见的控制字符，请重新录入。")
        return text

    def _code(self, each: Field, text: str) -> str:
        return self._text(each, re.sub(r"\s", "", text).upper())

    def _day(self, each: Field, text: str) -> date:
        found = _DAY.fullmatch(text.split(" ")[0].split("T")[0])
        try:
            day = date(*map(int, found.groups())) if found else date.fromisoformat(text[:10])
        except ValueError:
            raise ValueError(f"{each.label}“{text[:20]}”不是日期，请写成 2026-09-28 的样子。") from None
        if not 1900 <= day.year <= 2200:
            raise ValueError(f"{each.label}“{text[:20]}”的年份不合常理，请更正。")
        return day

    def _number(self, each: Field, text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", text):
            raise ValueError(f"{each.label}应为整数，现为“{text[:20]}”。")
        number = int(text)
        if each.least is not None and number < each.least:
            raise ValueError(f"{each.label}不得小于 {each.least}，现为 {number}。")
        if each.most is not None and number > each.most:
            raise ValueError(f"{each.label}不得大于 {each.most}，现为 {number}。")
        return number

    def _yes(self, each: Field, text: str) -> bool:
        if text.upper() in YES:
            return True
        if text.upper() in NO:
            return False
        raise ValueError(f"{each.label}请填“是”或“否”，现为“{text[:20]}”。")

    def _choice(self, each: Field, text: str) -> str:
        for member in each.enum or ():
            if text in (member.label, member.value):
                return member.value
        raise Unknown(text)

    def _region(self, each: Field, text: str) -> Any:
        return self._look(each, text).code

    def _series(self, each: Field, text: str) -> Any:
        return self._look(each, text)

    def _specialty(self, each: Field, text: str) -> Any:
        return self._look(each, text)

    def _organisation(self, each: Field, text: str) -> Any:
        return self._look(each, text)

    def _committee(self, each: Field, text: str) -> Any:
        return self._look(each, text)

    def _organisations(self, each: Field, text: str) -> list[Any]:
        return [self._look(each, word) for word in self._parts(each, text)]

    _specialties = _organisations

    # -- writing -------------------------------------------------------------------------------------

    @staticmethod
    def text(each: Field, value: Any) -> str:
        """A value as the table would have it, so that two of them can be compared and shown."""
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, list):
            return "、".join(sorted(Words.text(each, one) for one in value))
        if each.enum is not None:
            return each.enum(value).label
        if isinstance(value, (Series, Committee)):
            return value.name
        if isinstance(value, (Organisation, Specialty)):
            return value.code
        if isinstance(value, date):
            return value.isoformat()
        return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)

    def offered(self, each: Field) -> list[str]:
        """What a drop-down of the template holds for that column; empty where it is typed."""
        if each.enum is not None:
            return [member.label for member in each.enum]
        if each.kind == "yes":
            return ["是", "否"]
        if each.kind == "series":
            return list(self.session.scalars(select(Series.name).order_by(Series.number)))
        if each.kind == "region":
            rows = select(Region.name).where(Region.statistical.is_(False)).order_by(Region.code)
            names = Counter(self.session.scalars(rows))
            return [name for name, count in names.items() if count == 1]
        return []


def _noun(each: Field) -> str:
    return {"specialties": "specialty", "organisations": "organisation"}.get(each.kind, each.kind)


_NOUNS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "organisation": (Organisation, (Organisation.code, Organisation.name)),
    "region": (Region, (Region.code, Region.name)),
    "series": (Series, (Series.name,)),
    "committee": (Committee, (Committee.name,)),
    "specialty": (Specialty, (Specialty.code, Specialty.name)),
}
_CODES = {
    "organisation": "统一信用代码",
    "region": "行政区划代码",
    "series": "序号",
    "committee": "全称",
    "specialty": "专业代码",
}
