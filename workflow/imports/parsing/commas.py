"""A .csv in UTF-8 or GB18030, as Excel or WPS writes it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from workflow.imports.parsing.grid import ABOVE, MOST_COLUMNS, Asked, Unreadable, heading, too_wide

LONGEST_CELL = 32_767
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def decoded(data: bytes) -> str:
    """The text of the file; refuses any other encoding than these two."""
    if data.startswith(_UTF16) or b"\0" in data:
        raise Unreadable(
            "文件不是 UTF-8 或 GB18030 编码的 CSV（可能是“Unicode 文本”或已损坏）；"
            "请用 Excel 或 WPS 另存为 .xlsx 后再上传。"
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("文件的文字编码既不是 UTF-8 也不是 GB18030，无法辨认；请用 Excel 或 WPS 另存为 .xlsx 后再上传。")


def _delimiter(text: str, asked: Asked) -> str:
    """The one under which most asked headings appear among the first lines."""
    start = text[: 64 << 10]
    wanted = {heading(it) for it in asked.headings}

    def fits(delimiter: str) -> int:
        try:
            rows = zip(range(ABOVE), csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), strict=False)
            return max((len(wanted.intersection(heading(it) for it in row)) for _, row in rows), default=0)
        except csv.Error:
            return 0

    return max(",\t;", key=fits)


def rows(data: bytes, asked: Asked) -> Iterator[list[str]]:
    """Every record, an empty line as an empty record, so that they count as in Excel."""
    text = decoded(data)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, asked), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(
                f"CSV 第 {reader.line_num:,} 行附近的引号不成对，或一格超过 {LONGEST_CELL:,} 个字，无法分列；"
                "请用 Excel 或 WPS 另存为 .xlsx 后再上传。"
            ) from error
        if len(row) > MOST_COLUMNS and any(row[MOST_COLUMNS:]):
            raise too_wide(len(row))
        yield row
