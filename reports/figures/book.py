"""Answers as an Excel file: one sheet a figure, words as words, numbers as numbers, what they mean above them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from models.template import sheet_name
from reports.figures.answer import Answer, Row
from reports.figures.dimension import NOTHING_WORD
from reports.figures.measure import COUNT, DAY, HUNDREDTHS, RATE, TENTHS

FORMS = {COUNT: "#,##0", RATE: "0.0%", TENTHS: "#,##0.0", HUNDREDTHS: "#,##0.00", DAY: "yyyy-mm-dd"}
SHARE = {COUNT: 1, RATE: 1000, TENTHS: 10, HUNDREDTHS: 100}


def write(target: BinaryIO, answers: Iterable[Answer], remarks: Sequence[str]) -> int:
    """The answers with their definitions, heads and totals; `remarks` (conditions, moment, reader) stand above each.

    Text is always written as text, so that no cell ever becomes a formula. Says how many sheets were written.
    """
    import xlsxwriter  # here, so that a worker that exports nothing does not carry it

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    many = 0
    with xlsxwriter.Workbook(target, options) as book:
        looks = {form: book.add_format({"num_format": pattern}) for form, pattern in FORMS.items()}
        bold = {form: book.add_format({"num_format": pattern, "bold": True}) for form, pattern in FORMS.items()}
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EAF1FB", "text_wrap": True, "valign": "top"})
        title, strong = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True})
        names: set[str] = set()
        for answer in answers:
            many += 1
            sheet = book.add_worksheet(named_sheet(answer.figure.title, names))
            sheet.set_column(0, 0, 26)
            sheet.set_column(1, max(len(answer.heads), 1), 12)
            above = [answer.figure.title, f"口径：{answer.figure.definition}（{answer.figure.clause}）", *remarks]
            for line, sentence in enumerate(above):
                sheet.write_string(line, 0, sentence, title if not line else None)
            top = len(above) + 1
            sheet.freeze_panes(top + 1, 1)
            for place, word in enumerate([head_of_rows(answer), *answer.heads]):
                sheet.write_string(top, place, word, head)
            forms = forms_of(answer)
            for line, row in enumerate(answer.rows, top + 1):
                _write(sheet, line, row, forms, looks)
            if answer.total is not None:
                _write(sheet, top + 1 + len(answer.rows), answer.total, forms, bold, strong)
    return many


def head_of_rows(answer: Answer) -> str:
    """What the rows are: 市州, or 项目 where they are written down."""
    rows = answer.figure.rows
    return answer.figure.of.dimensions[rows].label if isinstance(rows, str) else "项目"


def forms_of(answer: Answer) -> list[str]:
    """How the number of each cell is written."""
    front = [COUNT, RATE] if answer.figure.cumulative else []
    across = [answer.figure.measures[0].form] * len(answer.across)
    return [*front, *across, *(measure.form for measure in answer.figure.measures)]


def named_sheet(title: str, taken: set[str]) -> str:
    """A name for a sheet that no other sheet of the book has yet."""
    name = sheet_name(title)
    for number in range(2, 100):
        if name.lower() not in taken:
            break
        name = sheet_name(title)[:28] + f"({number})"
    taken.add(name.lower())
    return name


def _write(sheet: Any, line: int, row: Row, forms: Sequence[str], looks: dict[str, Any], words: Any = None) -> None:
    sheet.write_string(line, 0, row.label or NOTHING_WORD, words)
    for place, (cell, form) in enumerate(zip(row.cells, forms, strict=True), 1):
        if cell.value is None:
            sheet.write_string(line, place, cell.word, words)
        elif form == DAY:
            sheet.write_datetime(line, place, datetime.fromordinal(cell.value), looks[form])
        else:
            sheet.write_number(line, place, cell.value / SHARE[form], looks[form])
