"""A table that somebody uploads is read, or refused in a sentence; never does it take the product down."""

from __future__ import annotations

import openpyxl
import pytest

from workflow.errors import Refused
from workflow.reading import read

HEADINGS = ("单位名称", "统一信用代码", "行政区划", "成立日期", "备注")
REQUIRED = HEADINGS[:2]
CODE = "12430000444877999X"


@pytest.fixture
def sheet(tmp_path):
    """An .xlsx with those rows."""

    def write(*rows, title="单位", name="units.xlsx", then=lambda _book: None):
        book = openpyxl.Workbook()
        book.active.title = title
        for row in rows:
            book.active.append(row)
        then(book)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


def reading(path, name="", **more):
    return read(path, name or path.name, headings=HEADINGS, required=REQUIRED, **more)


def test_columns_are_found_by_their_headings_in_any_order(sheet):
    table = reading(sheet(["＊统一信用代码", " 单位 名称*", "来源"], [CODE, "　湖南大学（南校区） ", "网上"], [], [CODE, "湘雅", None]))
    assert table.rows == [(2, ["湖南大学（南校区）", CODE, "", "", ""]), (4, ["湘雅", CODE, "", "", ""])]
    assert table.sheet == "单位" and "来源" in "".join(table.notes) and "备注" in "".join(table.notes)


def test_a_wrong_template_is_told_what_is_missing_and_what_was_found(sheet):
    with pytest.raises(Refused) as refusal:
        reading(sheet(["单位名称", "电话"], ["湖南大学", "0731"]))
    assert "统一信用代码" in refusal.value.sentence and "电话" in refusal.value.sentence
    assert set(refusal.value.fields) == {"file"}
