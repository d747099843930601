"""The registry of figures (统计指标): each is a declaration, read by pages, files and docs/figures.md alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.base import Labelled
from reports.figures.measure import Measure, Need
from reports.figures.subject import SUBJECTS, Subject, Where


class Chart(Labelled):
    """How a figure is drawn beside its table."""

    NONE = "none", "表"
    CARDS = "cards", "数字卡"
    BARS = "bars", "条形图"
    STACK = "stack", "堆积条形图"
    HEAT = "heat", "热力图"
    LINE = "line", "折线图"
    FUNNEL = "funnel", "漏斗图"
    MAP = "map", "示意图"


class Page(Labelled):
    """The pages of the statistics, in the order of the menu."""

    COCKPIT = "cockpit", "领导驾驶舱"
    BACKLOG = "backlog", "积压与超期"
    RETURNS = "returns", "退回分析"
    PROGRESS = "progress", "评审进度"
    RATIO = "ratio", "通过率与职数"
    SUPERVISION = "supervision", "监督"
    PEOPLE = "people", "人员与单位"
    EXPERTS = "experts", "评委"
    AWARDS = "awards", "证书与上报"


@dataclass(frozen=True)
class Line:
    """A row that is written down, not found: a stage of the funnel, a card."""

    label: str
    where: Where
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """What is counted of `subject` under `where`.

    `rows` go down (a dimension, or lines), `columns` across; `measures` say what of them. With `columns` the first
    measure fills the cross table and all of them stand behind it for the whole row; lines have none. `most` sorts the
    rows by the first measure; otherwise they keep the official order. `every` shows words without rows as well.
    Where `yearly` is off, the state of now is counted whatever year is asked.
    """

    name: str
    numbers: Sequence[int]
    title: str
    definition: str
    clause: str
    page: Page
    subject: str
    measures: Sequence[Measure]
    rows: str | Sequence[Line]
    columns: str = ""
    where: Where = field(default_factory=dict)
    chart: Chart = Chart.BARS
    most: bool = False
    every: bool = False
    cumulative: str = ""  #: heads a first column: whoever got to this row or to one below it, and their share of all
    top: int = 0  #: so many rows on the page; the file has all
    yearly: bool = True
    total: bool = True  #: a last row of all rows together
    reminds: bool = False  #: its rows are desks that may be reminded (催办)

    @property
    def of(self) -> Subject:
        """Its subject."""
        return SUBJECTS[self.subject]

    @property
    def needs(self) -> list[Need]:
        """Every count that it is made of."""
        return [need for measure in self.measures for need in measure.needs]

    @property
    def names(self) -> set[str]:
        """The dimensions that it asks for."""
        wheres = [self.where, *(line.where for line in self.rows if isinstance(line, Line))]
        named = {self.columns, self.rows} if isinstance(self.rows, str) else {self.columns}
        for need in self.needs:
            named |= {*need.splits, need.until}
            wheres.append(need.where)
        return {name for name in named if name} | {name for where in wheres for name in where}


FIGURES: dict[str, Figure] = {}


def enter(figures: Iterable[Figure]) -> None:
    """Enter figures; a name, a dimension or a condition that does not exist is a fault of the programmer."""
    for one in figures:
        if one.name in FIGURES:
            raise ValueError(f"{one.name} is entered twice")
        if one.columns and not isinstance(one.rows, str):
            raise ValueError(f"{one.name} has lines, which have no columns")
        if missing := one.names - set(one.of.dimensions):
            raise ValueError(f"{one.name} asks for {sorted(missing)}, which {one.subject} does not have")
        FIGURES[one.name] = one


def of_page(page: Page) -> list[Figure]:
    """The figures of a page, in the order in which they were entered."""
    return [one for one in FIGURES.values() if one.page == page]
