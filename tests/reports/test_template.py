"""What is written as a template comes back as a table, and what went back to its sender can be handed in again."""

from __future__ import annotations

import io

import openpyxl
import pytest

from models.template import CHOICES_SHEET, GUIDE_SHEET, REASON, VERSION_PROPERTY
from reports.template import INLINE, MOST_COMMENTS, Column, returned, write
from workflow.base.errors import Refused
from workflow.imports.reading import read

REGIONS = [f"湖南省第{n}个县市区" for n in range(1, 141)]
COLUMNS = [
    Column("单位名称", "全称，与公章一致", required=True, example="湖南大学"),
    Column("统一信用代码", "18 位", required=True, example="12430000444877999X"),
    Column("单位性质", choices=("机关", "事业单位", "企业")),
    Column("行政区划", choices=REGIONS),
    Column("人数", text=False),
]
HEADINGS = [it.heading for it in COLUMNS]
TITLE = "单位/批量导入"


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "template.xlsx"
    with path.open("w+b") as target:
        write(target, TITLE, COLUMNS, "d41d8c")
    return path


def reading(path):
    return read(path, path.name, headings=HEADINGS, required=HEADINGS[:2], title=TITLE)


def test_codes_keep_their_digits_and_the_version_comes_back(template):
    book = openpyxl.load_workbook(template)
    sheet = book["单位批量导入"]
    for place, text in enumerate(["湖南大学", "12430000444877999X", "事业单位", REGIONS[99], 3200], 1):
        sheet.cell(2, place, text)
    sheet.cell(3, 1, "岳麓书院")
    sheet.cell(3, 2, "000000000000000018")
    book.save(template)
    table = reading(template)
    assert table.rows == [
        (2, ["湖南大学", "12430000444877999X", "事业单位", REGIONS[99], "3200"]),
        (3, ["岳麓书院", "000000000000000018", "", "", ""]),
    ]
    assert (table.dictionary, table.sheet, table.notes, table.spoiled) == ("d41d8c", "单位批量导入", [], {})


def test_an_empty_template_has_no_data(template):
    with pytest.raises(Refused, match="没有数据"):
        reading(template)


def test_the_template_says_what_is_asked(template):
    book = openpyxl.load_workbook(template)
    sheet = book["单位批量导入"]
    assert [cell.value for cell in sheet[1]] == ["单位名称*", "统一信用代码*", "单位性质", "行政区划", "人数"]
    assert "与公章一致" in sheet["A1"].comment.text and "示例：湖南大学" in sheet["A1"].comment.text
    assert sheet.column_dimensions["B"].number_format == "@" and sheet.column_dimensions["E"].number_format == "General"
    assert sheet.freeze_panes == "A2"
    assert book[CHOICES_SHEET].sheet_state == "veryHidden"
    told = [cell.value for row in book[GUIDE_SHEET].iter_rows() for cell in row if cell.value]
    assert "必填" in told and "12430000444877999X" in told


def test_short_lists_stand_in_the_rule_and_long_ones_on_a_sheet(template):
    book = openpyxl.load_workbook(template)
    rules = {str(it.sqref)[0]: it.formula1 for it in book["单位批量导入"].data_validations.dataValidation}
    assert rules["C"] == '"机关,事业单位,企业"'
    assert rules["D"] == f"'{CHOICES_SHEET}'!$B$2:$B$141" and len(",".join(REGIONS)) > INLINE
    assert [row[1].value for row in book[CHOICES_SHEET].iter_rows(min_row=2)] == REGIONS


def test_the_version_is_known_from_the_hidden_sheet_when_the_property_is_lost(template):
    book = openpyxl.load_workbook(template)
    assert book.custom_doc_props[VERSION_PROPERTY].value == "d41d8c"
    del book.custom_doc_props[VERSION_PROPERTY]
    book["单位批量导入"].append(["湖南大学", "12430000444877999X"])
    book.save(template)
    assert reading(template).dictionary == "d41d8c"


def test_what_came_back_names_each_bad_cell_and_can_be_handed_in_again(tmp_path):
    path = tmp_path / "returned.xlsx"
    rows = [
        (
            ["湖南大学", "12430000444877999X", "企业", "长沙", "3"],
            {1: "校验码不对", 3: "没有这个区划", 5: "与第 9 行重复"},
        ),
        (["=1+1", "", "机关", REGIONS[0], ""], {1: "没有填写"}),
        (["岳麓书院", "12430000444877998A", "", "", ""], {}),
    ]
    with path.open("w+b") as target:
        assert returned(target, TITLE, COLUMNS, iter(rows), "d41d8c") == 3
    sheet = openpyxl.load_workbook(path)["单位批量导入"]
    assert sheet["B2"].comment.text == "校验码不对" and sheet["B2"].fill.start_color.rgb == "FFF9C6C6"
    assert sheet["A2"].comment is None and sheet["A2"].fill.fill_type is None
    assert sheet["B3"].comment.text == "没有填写" and sheet["B3"].number_format == "@"
    assert sheet["F1"].value == REASON
    assert sheet["F2"].value == "统一信用代码：校验码不对\n行政区划：没有这个区划\n与第 9 行重复"
    table = reading(path)
    assert [texts for _row, texts in table.rows] == [texts for texts, _reasons in rows]
    assert table.dictionary == "d41d8c" and table.notes == []


def test_errors_in_every_cell_are_all_told_though_not_all_in_comments():
    target = io.BytesIO()
    many = MOST_COMMENTS // 5 + 10
    returned(target, TITLE, COLUMNS, (([str(n)] * 5, dict.fromkeys(range(5), "不对")) for n in range(many)))
    sheet = openpyxl.load_workbook(target)["单位批量导入"]
    assert sheet.cell(many + 1, 5).comment is None and sheet.cell(many + 1, 5).fill.start_color.rgb == "FFF9C6C6"
    assert sheet.cell(many + 1, 6).value.count("不对") == 5


def test_nothing_is_left_on_the_disk_when_the_rows_fail(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def rows():
        yield ["湖南大学"], {}
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        returned(io.BytesIO(), TITLE, COLUMNS, rows())
    assert list(tmp_path.iterdir()) == []
