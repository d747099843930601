"""The tables of the dashboard as an Excel file: one sheet a table, words as words, figures as figures."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from reports.statistics import Table


def workbook(tables: Iterable[Table], remarks: Sequence[str]) -> bytes:
    """The tables with their heads and totals; `remarks` (conditions, moment, reader) stand above each.

    Text is always written as text, so that no cell ever becomes a formula.
    """
    import xlsxwriter  # here, so that a worker that exports nothing does not carry it

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, head = (
            book.add_format({"bold": True}),
            book.add_format({"bold": True, "bottom": 1, "bg_color": "#EAF1FB"}),
        )
        title, figure = book.add_format({"bold": True, "font_size": 14}), book.add_format({"num_format": "#,##0"})
        for table in tables:
            sheet = book.add_worksheet(table.title[:31])
            sheet.write_string(0, 0, table.title, title)
            for line, remark in enumerate(remarks, 1):
                sheet.write_string(line, 0, remark)
            top = len(remarks) + 2
            for place, word in enumerate(table.heads):
                sheet.write_string(top, place, word, head)
            for line, row in enumerate(table.rows, top + 1):
                _write(sheet, line, row, figure)
            if table.total:
                _write(sheet, top + 1 + len(table.rows), table.total, bold)
            sheet.set_column(0, table.words - 1, 26)
            sheet.set_column(table.words, len(table.heads) - 1, 12)
            sheet.freeze_panes(top + 1, table.words)
    return file.getvalue()


def _write(sheet: Any, line: int, row: Sequence[Any], form: Any) -> None:
    for place, cell in enumerate(row):
        if isinstance(cell, int):
            sheet.write_number(line, place, cell, form)
        else:
            sheet.write_string(line, place, str(cell))
