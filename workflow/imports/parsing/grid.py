"""Rows as a parser gives them -> clean texts under the asked headings."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Any

#: Between the cells of a row, and after each row, on the way to the parent.
CELL, ROW = "\x1f", "\x1e"
MOST_COLUMNS = 200
#: How many rows may stand above the headings (a title, a hint).
ABOVE = 10

LOST = "这个数字超过 15 位，Excel 已丢掉末尾的数字；请把该列设为“文本”格式后重新录入。"
ERROR = "单元格里是 Excel 的错误值；请改为正确的内容。"
PICTURE = "单元格里是图片；请改为文字。"
NARROW = "单元格里只有“#”号（导出时列太窄）；请拉宽该列后重新导出。"
#: Every sentence of a spoiled cell; only its number travels.
SPOILS = (LOST, ERROR, PICTURE, NARROW)

ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
#: 4.30102E+17: what is left of a code that passed through a number.
EXPONENT = re.compile(r"\d(?:\.\d+)?[Ee]\+(\d{2,3})")
#: What most cells consist of: nothing of it is ever washed. Asking for this is quick, and a million cells are asked.
CLEAR = re.compile('[!-"$-&(-*,-<>-~\u4e00-\u9fff\n\x1f（），、。：；《》“”—·]*')
SUSPECT = re.compile("[\x00-\x1e \x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060\u3000\ufeff０-９Ａ-Ｚａ-ｚ#+=']")
_WIDE = {
    code: code - 0xFEE0 for run in ("09", "AZ", "az") for code in range(ord(run[0]) + 0xFEE0, ord(run[1]) + 0xFEE1)
}
_GONE = (
    *range(0x09),
    *range(0x0B, 0x0D),
    *range(0x0E, 0x20),
    *range(0x7F, 0xA0),
    0xAD,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    0x2060,
    0xFEFF,
)
_SPACES = (0x09, 0xA0, 0x3000)
#: Only what is the same to everybody: brackets and commas of names stay as wide as they were typed.
CLEAN: dict[int, int | str | None] = {
    **_WIDE,
    **dict.fromkeys(_GONE),
    **dict.fromkeys(_SPACES, " "),
    0x0D: "\n",
    0x2028: "\n",
    0x2029: "\n",
}


class Unreadable(Exception):
    """The file cannot be read; the sentence is for its sender."""


class Lost(str):
    """What is shown of a number whose last digits Excel has thrown away."""

    __slots__ = ()


@dataclass(frozen=True)
class Asked:
    """What the reader wants to have."""

    headings: list[str]
    required: list[str]
    most_rows: int
    title: str = ""
    ignored: list[str] = field(default_factory=list)
    also: dict[str, str] = field(
        default_factory=dict
    )  #: what a list calls the column when it exports it -> its heading


def heading(text: Any) -> str:
    """A heading without the mark of a required column, without blanks, full width as half width."""
    return re.sub(r"[\s*\u200b-\u200f\ufeff]+", "", unicodedata.normalize("NFKC", str(text)))


def letters(column: int) -> str:
    """0 -> A, 26 -> AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def too_wide(columns: int) -> Unreadable:
    """The refusal of a sheet with too many columns."""
    return Unreadable(
        f"表格有 {columns:,} 列，超过 {MOST_COLUMNS} 列的上限，多半是在很远的列里误留了内容；"
        "请删除右侧多余的列，或把有用的列复制到新下载的模板中再上传。"
    )


def too_large() -> Unreadable:
    """The refusal of a sheet that needs more memory than there is."""
    return Unreadable(
        "文件展开后超过读取的上限，多半是在很远的行、列里误留了内容，或内容确实过多；"
        "请把有用的行列复制到新下载的模板中，必要时拆成几个文件再上传。"
    )


@dataclass
class Heading:
    """Where the asked columns stand."""

    row: int
    found: list[str]
    #: column of each asked heading, None where it is missing
    places: list[int | None]
    notes: list[str]


def _as_asked(plain: list[str], also: dict[str, str]) -> list[str]:
    """The headings of a row as they are asked for: where one is missing, the first other word for it that is there."""
    meant: dict[str, str] = {}
    for other, it in also.items():
        if it not in plain and other in plain and it not in meant.values():
            meant[other] = it
    return [meant.get(text, text) for text in plain]


def find(rows: list[tuple[int, list[Any]]], asked: Asked, left: int) -> Heading:
    """The heading row among the first rows: the one with most of the asked headings; refuses a wrong template."""
    wanted = {heading(it) for it in asked.headings}
    also = {heading(other): heading(it) for other, it in asked.also.items()}  # of each heading the first word first
    best, number, texts = -1, 0, list[str]()
    for place, row in rows:
        seen = _as_asked([heading(it) for it in row], also)
        score = len(wanted.intersection(seen))
        if score > best and any(seen):
            best, number, texts = score, place, seen
    if best < 0:
        raise Unreadable("表格里没有任何内容；请下载模板，填写后再上传。")
    shown = [it for it in texts if it]
    missing = [it for it in asked.required if heading(it) not in texts]
    if missing or best == 0:
        here = "、".join(f"“{it[:20]}”" for it in shown[:12]) + ("等" if len(shown) > 12 else "")
        lacking = "、".join(f"“{it}”" for it in (missing or asked.headings))
        raise Unreadable(
            f"表头与模板不符：缺少 {lacking} 列，文件中的表头是 {here}；请重新下载模板，按模板的列填写后再上传。"
        )
    for it in asked.headings:
        where = [letters(left + n) for n, text in enumerate(texts) if text == heading(it)]
        if len(where) > 1:
            raise Unreadable(
                f"表头“{it}”出现了 {len(where)} 次（{'、'.join(where)} 列），不知道以哪一列为准；请只保留一列后再上传。"
            )
    places = [texts.index(heading(it)) if heading(it) in texts else None for it in asked.headings]
    known = wanted | {heading(it) for it in asked.ignored} | set(also)
    notes = []
    if unknown := [it for it in shown if it not in known]:
        notes.append(
            "没有读取模板以外的列：" + "、".join(it[:20] for it in unknown[:10]) + ("等" if len(unknown) > 10 else "")
        )
    if lacking_columns := [it for it, place in zip(asked.headings, places, strict=True) if place is None]:
        notes.append("文件中没有这些可不填的列：" + "、".join(lacking_columns))
    return Heading(number, shown, places, notes)


def texts(
    rows: Iterable[list[Any]],
    asked: Asked,
    send: Callable[[str], None],
    *,
    left: int = 0,
    heading_found: Callable[[Heading], None] = lambda _heading: None,
) -> Heading:
    """Send every row that holds something under an asked heading; refuses too many rows, and none at all.

    `rows` begin with the first row of the file; `left` is the column in which they begin.
    """
    numbered = enumerate(rows, 1)
    first: list[tuple[int, list[Any]]] = []
    for number, row in numbered:
        if any(cell not in ("", None) for cell in row):
            first.append((number, row))
        if len(first) == ABOVE:
            break
    head = find(first, asked, left)
    heading_found(head)
    below = chain(((n, row) for n, row in first if n > head.row), numbered)
    count = 0
    for line in _lines(below, head.places):
        count += 1
        if count > asked.most_rows:
            raise Unreadable(f"表中的数据超过 {asked.most_rows:,} 行的上限；请拆成几个文件分别导入。")
        send(line)
    if not count:
        raise Unreadable("表头下面没有数据；请填写后再上传。")
    return head


def _lines(rows: Iterator[tuple[int, list[Any]]], places: list[int | None]) -> Iterator[str]:
    """One line a row: its number, the marks of its spoiled cells, its texts. Written for speed: a million cells pass
    here."""
    many = len(places)
    lacking = None in places
    present = [place for place in places if place is not None]
    plain_order = present == list(range(many))
    reach = max(present) + 1
    clear, suspect = CLEAR.fullmatch, SUSPECT.search
    for number, row in rows:
        if len(row) < reach:
            row = row + [""] * (reach - len(row))
        if lacking:
            picked = ["" if place is None else row[place] for place in places]
        elif plain_order:
            picked = row[:many] if len(row) > many else row
        else:
            picked = [row[place] for place in present]
        try:
            line = CELL.join(picked)
        except TypeError:  # numbers, dates
            picked = [cell if cell.__class__ is str else plain(cell) for cell in picked]
            line = CELL.join(picked)
        if len(line) < many:  # nothing but separators
            continue
        if (not clear(line) and suspect(line)) or line.count(CELL) >= many or "\n" in line:
            cells, marks = [], []
            for place, cell in enumerate(picked):
                text, spoil = washed(cell)
                cells.append(text)
                if spoil is not None:
                    marks.append(f"{place}:{spoil}")
            line = CELL.join(cells)
            if len(line) >= many:
                yield f"{number}{CELL}{','.join(marks)}{CELL}{line}{ROW}"
        else:
            yield f"{number}{CELL}{CELL}{line}{ROW}"


def plain(value: Any) -> str:
    """A value that is no text, as the office would write it."""
    if value.__class__ is float or value.__class__ is int:
        if value != value or abs(value) == float("inf"):
            return "#NUM!"
        if abs(value) >= 1e15:
            return Lost(f"{value:.14E}")
        if value == int(value):
            return str(int(value))
        short = format(value, ".15g")
        return short if "e" not in short else format(Decimal(short), "f")
    if value is None:
        return ""
    if value is True or value is False:
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value).strip()


def washed(cell: str) -> tuple[str, int | None]:
    """A text without what nobody sees, and the number of the sentence if Excel has spoiled it."""
    if cell.__class__ is str and CLEAR.fullmatch(cell):
        return cell.replace(CELL, "").strip(), None
    if cell.__class__ is Lost:
        return str(cell), SPOILS.index(LOST)
    text = cell.replace("\r\n", "\n").translate(CLEAN).strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:  # how other systems keep digits in a CSV
        text = text[2:-1].strip()
    if text.startswith("'"):
        text = text[1:].lstrip()
    if text.startswith("#") and text.upper() in ERRORS:
        return text, SPOILS.index(ERROR)
    if len(text) > 2 and not text.strip("#"):
        return text, SPOILS.index(NARROW)
    if text.startswith("=DISPIMG("):
        return "", SPOILS.index(PICTURE)
    if (match := EXPONENT.fullmatch(text)) and int(match[1]) >= 10:
        return text, SPOILS.index(LOST)
    return text, None
