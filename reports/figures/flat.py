"""All numbers of many answers in one flat table, for whoever goes on reckoning with them, and the 市州 side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from reports.figures.answer import Answer
from reports.figures.book import SHARE, forms_of, head_of_rows
from reports.figures.dimension import NOTHING_WORD
from reports.figures.measure import COUNT, DAY, RATE

COLUMNS = ("统计表", "行维度", "行", "指标", "数值", "单位", "显示", "口径", "依据")
UNITS = {COUNT: "个", RATE: "比例", DAY: "日期"}
TOTAL = "合计"
#: The dimension whose rows are laid side by side.
REGION = "region"


def write(target: BinaryIO, answers: Iterable[Answer]) -> int:
    """Two sheets: every number as a row of its own, and a row for each 市州 with what every figure says of it.

    Says how many numbers there are. Text stays text, so that no cell ever becomes a formula.
    """
    import pandas  # here, so that only the worker that makes the report carries it

    told = list(answers)
    flat = pandas.DataFrame(list(_numbers(told)), columns=list(COLUMNS))
    cities = {answer.figure.title for answer in told if answer.figure.rows == REGION and not answer.figure.columns}
    side = flat[flat["统计表"].isin(cities) & (flat["行"] != TOTAL)]
    wide = side.pivot_table(index="行", columns=["统计表", "指标"], values="数值", aggfunc="first", sort=False)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with pandas.ExcelWriter(target, engine="xlsxwriter", engine_kwargs={"options": options}) as book:
        flat.to_excel(book, sheet_name="明细", index=False, freeze_panes=(1, 0))
        if not wide.empty:
            wide.to_excel(book, sheet_name="市州一览", freeze_panes=(3, 1))
    return len(flat)


def _numbers(answers: Iterable[Answer]) -> Iterator[tuple[Any, ...]]:
    for answer in answers:
        figure, head, forms = answer.figure, head_of_rows(answer), forms_of(answer)
        for row in [*answer.rows, *([answer.total] if answer.total is not None else [])]:
            for name, form, cell in zip(answer.heads, forms, row.cells, strict=True):
                value = None if cell.value is None or form not in SHARE else cell.value / SHARE[form]
                label = row.label or NOTHING_WORD
                told = (value, UNITS.get(form, ""), cell.word, figure.definition, figure.clause)
                yield (figure.title, head, label, name, *told)
