"""A table that somebody uploads is read, or refused in a sentence; never does it take the product down."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl.formatting.rule import FormulaRule
from openpyxl.worksheet.datavalidation import DataValidation

from tests import zoo
from workflow.base.errors import Refused
from workflow.imports import reading as guarded
from workflow.imports.reading import read

CODE = zoo.GOOD[0][1]
GOOD = [(2, list(zoo.GOOD[0])), (3, list(zoo.GOOD[1]))]
ROOT = Path(__file__).resolve().parents[3]
#: A process with nothing else in its memory reads the files and says what each cost.
LEAN = """
import json, resource, sys, time
sys.path.append(sys.argv[1])
from pathlib import Path
from workflow.base.errors import Refused
from workflow.imports.reading import read
told = []
for path, name, headings in json.load(sys.stdin):
    began = time.perf_counter()
    try:
        said = len(read(Path(path), name, headings=headings, required=headings[:2], title="单位").rows)
    except Refused as refusal:
        said = refusal.sentence
    told.append((name, said, time.perf_counter() - began))
own = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
peaks = [resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10, int(own.split()[1]) >> 10]
print(json.dumps([told, peaks]))
"""


@pytest.fixture
def reading(tmp_path):
    """The table in those bytes, sent under that name; kept without an ending, as the store of files keeps them."""

    def table(data, name="units.xlsx", **more):
        path = tmp_path / "kept"
        path.write_bytes(data)
        return read(path, name, **{"headings": zoo.HEADINGS, "required": zoo.HEADINGS[:2], "title": "单位", **more})

    return table


def measured(files):
    """[(name, sentence or number of rows, seconds)], and the peaks of memory of the readers and of their parent."""
    answer = subprocess.run(
        [sys.executable, "-I", "-c", LEAN, str(ROOT)],
        input=json.dumps(files),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(answer.stdout)


def children():
    """Processes of ours that still are there."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


# --- what is read -----------------------------------------------------------------------------------------


def test_columns_are_found_by_their_headings_in_any_order(reading):
    table = reading(
        zoo.workbook(
            ["＊统一信用代码", " 单位\n名称*", "来源", "失败原因"],
            [CODE, "　湖南大学（南校区） ", "网上", "错"],
            [],
            [CODE, "湘雅"],
        )
    )
    assert table.rows == [(2, ["湖南大学（南校区）", CODE, "", "", ""]), (4, ["湘雅", CODE, "", "", ""])]
    assert table.notes == ["没有读取模板以外的列：来源", "文件中没有这些可不填的列：行政区划、成立日期、备注"]
    assert table.headings == ["统一信用代码", "单位名称", "来源", "失败原因"]


def test_a_title_may_stand_above_the_headings(reading):
    def title(book):
        book.active.insert_rows(1)
        book.active["A1"] = "2026 年单位登记表"
        book.active.merge_cells("A1:E1")

    assert reading(zoo.workbook(then=title)).rows == [(row + 1, texts) for row, texts in GOOD]


def test_the_sheet_of_the_template_wins_else_the_first_that_can_be_seen(reading):
    def more(book):
        book.create_sheet("旧", 0).append(["别的"])
        book.create_sheet("藏", 0).sheet_state = "hidden"

    table = reading(zoo.workbook(then=more))
    assert table.rows == GOOD and table.sheet == "单位"
    assert table.notes == ["没有读取隐藏的工作表：藏", "只读取了工作表“单位”，没有读取：旧"]

    def hide(book):
        book.create_sheet("藏", 0).sheet_state = "veryHidden"

    assert reading(zoo.workbook(then=hide), title="别的").sheet == "单位"


def test_values_become_texts_as_the_office_writes_them(reading):
    row = ["湖南大学", 13800000000, True, datetime(2026, 3, 1, 8, 30), 0.1 + 0.2]
    other = ["２０２６Ａ班　甲\u200b", "'00731", date(2026, 3, 1), "2026年3月1日", 1990.05]
    table = reading(zoo.workbook(zoo.HEADINGS, row, other))
    assert table.rows == [
        (2, ["湖南大学", "13800000000", "是", "2026-03-01", "0.3"]),
        (3, ["2026A班 甲", "00731", "2026-03-01", "2026年3月1日", "1990.05"]),
    ]
    assert table.spoiled == {}


def test_lines_within_a_cell_stay(reading):
    assert (
        reading(zoo.workbook(zoo.HEADINGS, ["湖南大学", CODE, "", "", " 一、\r\n二、\n"])).rows[0][1][4] == "一、\n二、"
    )


def test_a_code_that_became_a_number_is_not_guessed(reading):
    rows = (["甲", 430102199001011234], ["乙", "4.30102E+17"], ["丙", 999999999999999], ["丁", "1E+05"])
    table = reading(zoo.workbook(zoo.HEADINGS, *rows))
    assert {place: "15 位" in sentence for place, sentence in table.spoiled.items()} == {(2, 1): True, (3, 1): True}
    assert "430102199001011" not in "".join(table.rows[0][1])
    assert table.rows[2][1][1] == "999999999999999"


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_error_values_are_named_where_they_stand(reading, kind):
    if kind == "xls":
        data = zoo.old_workbook(*zoo.old_head(), zoo.error(2, 0), zoo.label(2, 1, CODE))
    else:
        data = zoo.raw_workbook(zoo.cells({**zoo.HEAD, 3: {"A": 't="e"><v>#N/A</v>', "B": zoo.said(CODE)}}))
    table = reading(data, "units." + kind)
    assert table.rows[1] == (3, ["#N/A", CODE, "", "", ""])
    assert list(table.spoiled) == [(3, 0)] and "错误值" in table.spoiled[3, 0]


def test_a_picture_of_wps_and_a_narrow_column_are_no_content(reading):
    table = reading("\n".join([",".join(zoo.HEADINGS), f"=DISPIMG(ID),{CODE},,########,"]).encode(), "units.csv")
    assert table.rows == [(2, ["", CODE, "", "########", ""])]
    assert set(table.spoiled) == {(2, 0), (2, 3)}


def test_an_old_workbook_is_read(reading):
    assert reading(zoo.old_workbook(), "units.xls").rows == GOOD
    table = reading(zoo.old_workbook(*zoo.old_head(), zoo.number(1, 4, 12.0), zoo.number(2, 1, 4.3e17)), "UNITS.XLS")
    assert table.rows == [(2, [*zoo.GOOD[0][:4], "12"]), (3, ["", "4.30000000000000E+17", "", "", ""])]
    assert set(table.spoiled) == {(3, 1)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_files_are_read(reading, encoding, delimiter):
    assert reading(zoo.text_file(encoding, delimiter), "units.csv").rows == GOOD


def test_rows_of_a_text_file_count_as_in_excel(reading):
    text = f'{",".join(zoo.HEADINGS)}\n"甲\n乙",="{CODE}"\n\n䶮,{CODE},,,,,\n,,,,\n'
    assert reading(text.encode("gb18030"), "units.csv").rows == [
        (2, ["甲\n乙", CODE, "", "", ""]),
        (4, ["䶮", CODE, "", "", ""]),
    ]


def test_a_blank_tail_of_a_hundred_thousand_bordered_rows_is_no_data(reading, tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "tail.xlsx", {"constant_memory": True})
    sheet, border = book.add_worksheet("单位"), book.add_format({"border": 1})
    for row, texts in enumerate((zoo.HEADINGS, *zoo.GOOD)):
        sheet.write_row(row, 0, texts)
    for row in range(3, 100_003):
        for column in range(12):
            sheet.write_blank(row, column, None, border)
    book.close()
    assert reading((tmp_path / "tail.xlsx").read_bytes()).rows == GOOD


def test_rules_below_the_cells_are_no_formulas(reading):
    def rules(book):
        book.active.conditional_formatting.add("A1:A9", FormulaRule(formula=["A1=1"]))
        book.active.add_data_validation(DataValidation(type="list", formula1='"甲,乙"', sqref="C2:C9"))

    assert reading(zoo.workbook(then=rules)).rows == GOOD


# --- what is refused --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def zoo_told(tmp_path_factory):
    """Every file of the zoo read by one lean process: {name: (sentence, seconds)}, and the peaks of memory."""
    folder = tmp_path_factory.mktemp("zoo")
    for number, (build, _word) in enumerate(zoo.REFUSED.values()):
        (folder / str(number)).write_bytes(build())
    told, peaks = measured([(str(folder / str(n)), name, zoo.HEADINGS) for n, name in enumerate(zoo.REFUSED)])
    return {name: (said, seconds) for name, said, seconds in told}, peaks


@pytest.mark.parametrize("name", zoo.REFUSED)
def test_a_bad_file_ends_in_a_sentence_that_says_what_to_do(zoo_told, name):
    sentence, seconds = zoo_told[0][name]
    assert isinstance(sentence, str), "it was read"
    assert re.search(zoo.REFUSED[name][1], sentence)
    assert "；" in sentence and "请" in sentence and sentence.endswith("。") and len(sentence) < 200
    assert seconds < 20


def test_no_bad_file_costs_more_than_400_mib(zoo_told):
    child, parent = zoo_told[1]
    assert child < 400 and parent < 400


def test_the_refusal_belongs_to_the_field_of_the_file(reading):
    with pytest.raises(Refused) as refusal:
        reading(zoo.workbook(["单位名称", "电话"], ["湖南大学", "0731"]))
    assert set(refusal.value.fields) == {"file"} and "“统一信用代码”" in refusal.value.sentence


def test_more_rows_than_asked_for_are_refused(reading):
    with pytest.raises(Refused, match="超过 1 行"):
        reading(zoo.workbook(), most_rows=1)


def test_damaged_files_are_read_or_refused(tmp_path):
    """Two hundred files with bytes changed, lost or doubled, also below the compression."""
    files = []
    for seed in range(200):
        kind, data = zoo.mutated(seed)
        (tmp_path / str(seed)).write_bytes(data)
        files.append((str(tmp_path / str(seed)), f"{seed}.{kind}", zoo.HEADINGS))
    told, (child, parent) = measured(files)
    assert len(told) == 200
    assert all(said.endswith("。") if isinstance(said, str) else said >= 0 for _name, said, _seconds in told)
    assert 20 < sum(isinstance(said, int) for _name, said, _seconds in told) < 180, (
        "some are still readable, some are not"
    )
    assert max(seconds for *_, seconds in told) < 20 and child < 400 and parent < 400


def test_a_reader_that_takes_too_long_is_killed_and_leaves_nobody_behind(reading, monkeypatch):
    monkeypatch.setattr(guarded, "WALL", 0.05)
    monkeypatch.setattr(guarded, "_START", "import os, time; os.fork(); time.sleep(60)")
    before = children()
    with pytest.raises(Refused, match="秒仍未完成"):
        reading(zoo.workbook())
    assert children() == before


def test_a_reader_that_dies_or_sends_too_much_is_one_sentence(reading, monkeypatch):
    monkeypatch.setattr(guarded, "_START", "import os; os.abort()")
    with pytest.raises(Refused, match="超过读取的上限"):
        reading(zoo.workbook())
    monkeypatch.setattr(guarded, "_START", "import sys\nwhile True: sys.stdout.write('1\\x1f\\x1fx\\x1e' * 9000)")
    monkeypatch.setattr(guarded, "MOST_TEXT", 1 << 20)
    with pytest.raises(Refused, match="超过读取的上限"):
        reading(zoo.workbook())


def test_the_reader_learns_no_secret_and_loads_nothing_of_the_product(reading, monkeypatch):
    monkeypatch.setenv("ZHICHENG_MASTER_KEY", "secret")
    spy = """
import json, os, sys
sys.path.append(sys.argv[1])
import workflow.imports.parsing.child
known = {"modules": sorted(sys.modules), "environment": sorted(os.environ)}
sys.stdout.write(chr(29) + json.dumps({"refused": json.dumps(known)}))
"""
    monkeypatch.setattr(guarded, "_START", spy)
    with pytest.raises(Refused) as told:
        reading(zoo.workbook())
    known = json.loads(told.value.sentence)
    assert not {"flask", "sqlalchemy", "models", "pandas", "openpyxl"} & {
        it.partition(".")[0] for it in known["modules"]
    }
    assert known["environment"] == ["LC_ALL", "MALLOC_ARENA_MAX"]


def test_a_hundred_thousand_rows_of_fifteen_columns_are_read_within_the_limits(tmp_path):
    headings = [*zoo.HEADINGS, *(f"列{n}" for n in range(10))]
    book = xlsxwriter.Workbook(tmp_path / "large", {"constant_memory": True})
    sheet = book.add_worksheet("单位")
    sheet.write_row(0, 0, headings)
    for row in range(1, 100_001):
        for column, text in enumerate(
            (f"湖南省第{row}中学", f"12430000{row:09d}X", "长沙市", "2026-03-01", *["某某市教育局"] * 10)
        ):
            sheet.write_string(row, column, text)
        sheet.write_number(row, 14, row)
    book.close()
    told, (child, _parent) = measured([(str(tmp_path / "large"), "large.xlsx", headings)])
    assert told[0][1] == 100_000 and told[0][2] < 20 and child < 400
