"""Excel sheets of any length: constant memory, text stays text, the digest of what was written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from unicodedata import east_asian_width

import xlsxwriter

from models.template import sheet_name

#: Rows an Excel sheet can hold below its heading.
MOST = 1_048_575
#: Rows that are looked at to find the widths of the columns.
MEASURED = 50


@dataclass(frozen=True)
class Written:
    """What was written: how many rows, and the digest of the file."""

    count: int
    sha256: str


def write(target: BinaryIO, title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Written:
    """Write one sheet to `target`; cells that begin with = + - @ stay text, numbers stay numbers."""
    book = xlsxwriter.Workbook(
        target,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    sheet = book.add_worksheet(sheet_name(title))
    head = book.add_format(
        {"bold": True, "bg_color": "#EAF1FB", "border": 1, "border_color": "#D0D5DD", "valign": "vcenter"}
    )
    sheet.freeze_panes(1, 0)
    ahead: list[Sequence[Any]] = []
    rest = iter(rows)
    for row in rest:
        ahead.append(row)
        if len(ahead) >= MEASURED:
            break
    for place, heading in enumerate(headings):  # widths must come before the first row
        wide = max([_width(heading), *(_width(row[place]) for row in ahead)])
        sheet.set_column(place, place, min(wide + 2, 48))
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, head)
    count = 0
    for part in (ahead, rest):
        for row in part:
            count += 1
            _write_row(sheet, count, row)
    book.close()
    return Written(count, _digest(target))


def _write_row(sheet: Any, number: int, row: Sequence[Any]) -> None:
    for place, value in enumerate(row):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            sheet.write_number(number, place, value)
        elif value not in (None, ""):
            sheet.write_string(number, place, str(value)[:32_767])


def _width(value: Any) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in str(value if value is not None else "")[:60])


def _digest(target: BinaryIO) -> str:
    digest = hashlib.sha256()
    target.seek(0)
    while block := target.read(1 << 16):
        digest.update(block)
    target.seek(0)
    return digest.hexdigest()
