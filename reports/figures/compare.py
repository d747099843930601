"""Two answers of one figure laid side by side: each number then and now, their difference, and its share of then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from reports.figures.answer import Answer, Cell, Row
from reports.figures.book import FORMS, SHARE, forms_of, head_of_rows, named_sheet
from reports.figures.dimension import NOTHING_WORD
from reports.figures.figure import Figure
from reports.figures.measure import COUNT, DAY, RATE, TENTHS, permille, written

NOT_THERE = "—"


@dataclass(frozen=True)
class Change:
    """One number of a figure at two moments."""

    row: str
    head: str
    form: str
    then: Cell
    now: Cell

    @property
    def difference(self) -> int | None:
        """How much more it is now; None where one of them says nothing."""
        if self.then.value is None or self.now.value is None:
            return None
        return self.now.value - self.then.value

    @property
    def differs(self) -> bool:
        """Whether they do not say the same."""
        return self.then.word != self.now.word

    @property
    def more(self) -> str:
        """The difference in words: +3, -1.2 个百分点."""
        if (value := self.difference) is None:
            return NOT_THERE
        sign = "+" if value > 0 else ""
        if self.form == RATE:
            return f"{sign}{written(value, TENTHS)} 个百分点"
        return f"{sign}{value:,} 天" if self.form == DAY else f"{sign}{written(value, self.form)}"

    @property
    def share(self) -> int | None:
        """The difference in tenths of a percent of what it was; of rates and days there is none."""
        if self.difference is None or self.form in (RATE, DAY) or not self.then.value:
            return None
        part = permille(abs(self.difference), abs(self.then.value))
        return part if part is None or self.difference >= 0 else -part

    @property
    def percent(self) -> str:
        """The share in words."""
        return written(self.share, RATE)


@dataclass(frozen=True)
class Comparison:
    """All numbers of one figure, the rows in the order of now, then what is there no more."""

    figure: Figure
    head: str
    changes: Sequence[Change]

    @property
    def changed(self) -> list[Change]:
        """Those that differ."""
        return [one for one in self.changes if one.differs]


def compare(then: Answer, now: Answer) -> Comparison:
    """Rows and columns are matched by what they stand for, not by their words; what is not there counts nothing."""
    old, new = dict(_cells(then)), dict(_cells(now))
    changes = [
        Change(row, head, form, *(held[key][3] if key in held else _nothing(form) for held in (old, new)))
        for key, (row, head, form, _cell) in {
            **new,
            **{key: told for key, told in old.items() if key not in new},
        }.items()
    ]
    return Comparison(now.figure, head_of_rows(now), changes)


def _nothing(form: str) -> Cell:
    return Cell(0, "0") if form == COUNT else Cell(None, NOT_THERE)


def _cells(said: Answer) -> Iterator[tuple[Any, tuple[str, str, str, Cell]]]:
    front = [f"cumulative {n}" for n in range(2)] if said.figure.cumulative else []
    places = [*front, *(("across", value) for value, _word in said.across)]
    places += [("measure", measure.label) for measure in said.figure.measures]
    forms = forms_of(said)
    for row in [*said.rows, *([said.total] if said.total is not None else [])]:
        key = "total" if row is said.total else _key(said, row)
        for place, head, form, cell in zip(places, said.heads, forms, row.cells, strict=True):
            yield (key, place), (row.label or NOTHING_WORD, head, form, cell)


def _key(said: Answer, row: Row) -> Any:
    """What a row stands for; the rows of a funnel stand for what got further too, and are told by their words."""
    if not isinstance(said.figure.rows, str) or said.figure.cumulative:
        return row.label
    return row.where[said.figure.rows]


def write(target: BinaryIO, compared: Iterable[Comparison], moments: tuple[str, str], remarks: Sequence[str]) -> int:
    """All numbers as an Excel file, one sheet a figure; says how many sheets were written."""
    import xlsxwriter  # here, so that a worker that exports nothing does not carry it

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    many, names = 0, set[str]()
    with xlsxwriter.Workbook(target, options) as book:
        looks = {form: book.add_format({"num_format": pattern}) for form, pattern in FORMS.items()}
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EAF1FB", "text_wrap": True, "valign": "top"})
        title = book.add_format({"bold": True, "font_size": 14})
        for one in compared:
            many += 1
            sheet = book.add_worksheet(named_sheet(one.figure.title, names))
            sheet.set_column(0, 1, 24)
            sheet.set_column(2, 5, 20)
            above = [one.figure.title, f"口径：{one.figure.definition}（{one.figure.clause}）", *remarks]
            for line, sentence in enumerate(above):
                sheet.write_string(line, 0, sentence, title if not line else None)
            top = len(above) + 1
            sheet.freeze_panes(top + 1, 1)
            for place, word in enumerate([one.head, "指标", *moments, "差", "增减"]):
                sheet.write_string(top, place, word, head)
            for line, change in enumerate(one.changes, top + 1):
                _write(sheet, line, change, looks)
    return many


def _write(sheet: Any, line: int, change: Change, looks: dict[str, Any]) -> None:
    sheet.write_string(line, 0, change.row)
    sheet.write_string(line, 1, change.head)
    for place, cell in ((2, change.then), (3, change.now)):
        if cell.value is None or change.form not in SHARE:
            sheet.write_string(line, place, cell.word)
        else:
            sheet.write_number(line, place, cell.value / SHARE[change.form], looks[change.form])
    if change.difference is None or change.form not in SHARE or change.form == RATE:
        sheet.write_string(line, 4, change.more)
    else:
        sheet.write_number(line, 4, change.difference / SHARE[change.form], looks[change.form])
    if change.share is None:
        sheet.write_string(line, 5, NOT_THERE)
    else:
        sheet.write_number(line, 5, change.share / SHARE[RATE], looks[RATE])
