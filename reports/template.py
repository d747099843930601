"""Import templates, and the sheets that go back to their sender with the reason in each bad cell.

Codes keep their digits (whole columns are text), choices are drop-downs, and the version of the dictionaries
travels along, so that a sheet filled in from an old template is known when it comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO
from unicodedata import east_asian_width

import xlsxwriter

from models.template import CHOICES_SHEET, GUIDE_SHEET, REASON, VERSION_PROPERTY, sheet_name

#: The last row of a drop-down, and of what Excel holds.
LAST_ROW = 1_048_575
#: Excel takes so many characters of choices in the rule itself; longer lists stand on a sheet.
INLINE = 255
#: Comments are kept in memory until the sheet is closed and Excel is slow to show them: beyond these the cell is
#: only red, its reason stands in the last column.
MOST_COMMENTS = 5_000
MEASURED = 50


@dataclass(frozen=True)
class Column:
    """A column of the template: its heading, what the sender should know, what he may choose."""

    heading: str
    note: str = ""
    choices: Sequence[str] = ()
    #: whether it is kept as typed (codes, telephone numbers, dates), not as Excel understands it
    text: bool = True
    required: bool = False
    example: str = ""


def write(target: BinaryIO, title: str, columns: Sequence[Column], dictionary: str) -> None:
    """Write the empty template; `dictionary` is the version of the choices in it."""
    _write(target, title, columns, dictionary, None)


def returned(
    target: BinaryIO,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[tuple[Sequence[str], Mapping[int, str]]],
    dictionary: str = "",
) -> int:
    """Write the sender's rows with each bad cell in red and its reason in a comment, all reasons in the last column.

    Takes (texts, {number of the column: reason}) a row, any number of rows, and gives how many there were; a reason
    under a number beyond the columns belongs to the row as a whole. The sheet can be mended and handed in again.
    """
    return _write(target, title, columns, dictionary, rows)


def _write(
    target: BinaryIO,
    title: str,
    columns: Sequence[Column],
    dictionary: str,
    rows: Iterable[tuple[Sequence[str], Mapping[int, str]]] | None,
) -> int:
    with TemporaryDirectory() as folder:  # rows wait there, not in memory
        book = xlsxwriter.Workbook(
            target,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        try:
            count = _fill(book, title, columns, dictionary, rows)
        finally:
            book.close()
    target.seek(0)
    return count


def _fill(
    book: Any,
    title: str,
    columns: Sequence[Column],
    dictionary: str,
    rows: Iterable[tuple[Sequence[str], Mapping[int, str]]] | None,
) -> int:
    book.set_custom_property(VERSION_PROPERTY, dictionary, "text")
    sheet = book.add_worksheet(sheet_name(title))
    guide, choices = book.add_worksheet(GUIDE_SHEET), book.add_worksheet(CHOICES_SHEET)
    lists = _Lists(columns)
    look = _Look(book)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _wide(column), look.text if column.text else look.free)
        if column.choices:
            sheet.data_validation(1, place, LAST_ROW, place, lists.rule(column))
    last = len(columns)
    if rows is not None:
        sheet.set_column(last, last, 60, look.reason)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.write_string(
            0, place, column.heading + ("*" if column.required else ""), look.required if column.required else look.head
        )
        if told := _told(column):
            sheet.write_comment(0, place, told, {"x_scale": 2, "y_scale": 1.5, "author": ""})
    count = 0
    if rows is not None:
        sheet.write_string(0, last, REASON, look.head)
        count = _rows(sheet, columns, rows, look)
    _guide(guide, columns, look, rows is not None)
    lists.write(choices, dictionary)
    choices.very_hidden()
    sheet.activate()
    return count


class _Look:
    """The formats of the book."""

    def __init__(self, book: Any) -> None:
        head = {
            "bold": True,
            "bg_color": "#EAF1FB",
            "border": 1,
            "border_color": "#D0D5DD",
            "valign": "vcenter",
            "num_format": "@",
        }
        red = {"bg_color": "#F9C6C6", "border": 1, "border_color": "#C4352B"}
        self.head, self.required = book.add_format(head), book.add_format(head | {"font_color": "#B42318"})
        self.text, self.free = book.add_format({"num_format": "@"}), book.add_format()
        self.bad_text, self.bad_free = book.add_format(red | {"num_format": "@"}), book.add_format(red)
        self.reason = book.add_format({"font_color": "#B42318"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 14})


class _Lists:
    """The choices of the columns, where they do not fit into the rules."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.all = list(dict.fromkeys(tuple(it.choices) for it in columns if it.choices))

    def rule(self, column: Column) -> dict[str, Any]:
        """The drop-down of the column; what is not in the list is asked about, and judged at the import."""
        choices = tuple(column.choices)
        joined = ",".join(choices)
        inline = len(joined) <= INLINE and not any("," in it or '"' in it for it in choices)
        where = _letters(self.all.index(choices))
        return {
            "validate": "list",
            "source": list(choices) if inline else f"='{CHOICES_SHEET}'!${where}$2:${where}${len(choices) + 1}",
            "error_type": "warning",
            "error_title": column.heading[:32],
            "error_message": "请从下拉列表中选择；列表之外的内容导入时会被指出。",
        }

    def write(self, sheet: Any, dictionary: str) -> None:
        """The version in the first row, below it each list in its column."""
        sheet.write_row(0, 0, [VERSION_PROPERTY, dictionary])
        for row in range(max(map(len, self.all), default=0)):
            for place, choices in enumerate(self.all):
                if row < len(choices):
                    sheet.write_string(row + 1, place, choices[row])


def _rows(
    sheet: Any, columns: Sequence[Column], rows: Iterable[tuple[Sequence[str], Mapping[int, str]]], look: _Look
) -> int:
    plain = [look.text if it.text else look.free for it in columns]
    bad = [look.bad_text if it.text else look.bad_free for it in columns]
    last, comments, number = len(columns), 0, 0
    write, blank = sheet.write_string, sheet.write_blank
    for number, (texts, reasons) in enumerate(rows, 1):
        for place, text in enumerate(texts[:last]):
            if reasons and place in reasons:
                if text:
                    write(number, place, text[:32_767], bad[place])
                else:
                    blank(number, place, None, bad[place])
                if comments < MOST_COMMENTS:
                    comments += 1
                    sheet.write_comment(number, place, reasons[place], {"author": "", "x_scale": 1.5})
            elif text:
                write(number, place, text[:32_767], plain[place])
        if reasons:
            write(number, last, _joined(columns, reasons), look.reason)
    return number


def _joined(columns: Sequence[Column], reasons: Mapping[int, str]) -> str:
    named = (
        f"{columns[place].heading}：{reason}" if 0 <= place < len(columns) else reason
        for place, reason in sorted(reasons.items())
    )
    return "\n".join(named)[:32_767]


def _guide(sheet: Any, columns: Sequence[Column], look: _Look, comes_back: bool) -> None:
    """What the template says of itself, a line a column."""
    lines = [
        "请在第一张工作表中填写，从第 2 行起每行一条；红字带 * 的列必须填写，不要改动表头。",
        "代码、电话、证件号码等列已设为“文本”格式，请直接录入；从别处复制时请用“选择性粘贴为数值”，"
        "不要使用公式和合并单元格。",
        "日期请写成 2026-03-01 的样子。",
    ]
    if comes_back:
        lines.append(
            f"标红的单元格有误，原因见批注和最后一列“{REASON}”；改正后可将本文件直接重新上传，该列不会被读取。"
        )
    sheet.set_column(0, 0, 24, look.wrapped)
    sheet.set_column(1, 1, 10, look.wrapped)
    sheet.set_column(2, 3, 48, look.wrapped)
    sheet.write_string(0, 0, GUIDE_SHEET, look.title)
    for number, line in enumerate(lines, 1):
        sheet.write_string(number, 0, f"{number}. {line}")
    top = len(lines) + 2
    for place, heading in enumerate(("列", "是否必填", "说明", "示例")):
        sheet.write_string(top, place, heading, look.head)
    for number, column in enumerate(columns, top + 1):
        said = [column.note, _offered(column)]
        cells = (column.heading, "必填" if column.required else "可不填", "\n".join(filter(None, said)), column.example)
        for place, text in enumerate(cells):
            sheet.write_string(number, place, text, look.wrapped)


def _offered(column: Column) -> str:
    if not column.choices:
        return ""
    shown = "、".join(islice(column.choices, 12))
    return f"可选：{shown}" + (f"等 {len(column.choices)} 项" if len(column.choices) > 12 else "")


def _told(column: Column) -> str:
    example = f"示例：{column.example}" if column.example else ""
    told = [column.note, _offered(column), example]
    return "\n".join(filter(None, chain(["必填"] if column.required and any(told) else [], told)))


def _wide(column: Column) -> int:
    longest = max([column.heading + " *", column.example, *islice(column.choices, MEASURED)], key=_width)
    return max(12, min(_width(longest) + 3, 40))


def _width(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text[:60])


def _letters(place: int) -> str:
    return (_letters(place // 26 - 1) if place >= 26 else "") + chr(65 + place % 26)
