"""A figure as the page shows it: cards or chart, table, where the number comes from, and what its clicks do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from flask import g
from sqlalchemy import False_, func, select

from models.base import db
from models.batches.batch import Batch
from reports.charts import outline
from reports.charts.chart import draw
from reports.figures.answer import Answer, Asked, Cell, Row, answer
from reports.figures.book import head_of_rows
from reports.figures.choose import source_for
from reports.figures.columns.frozen import FrozenSource
from reports.figures.figure import Chart, Figure, Page, of_page
from reports.figures.measure import Measure
from reports.figures.source import Source
from reports.figures.subject import Where
from views.statistics import freezing, reminding
from views.statistics.conditions import Conditions, dimension
from views.statistics.opening import address, list_of
from workflow.base import policy
from workflow.base.unit_of_work import asking
from workflow.office import approved_map

#: Rows of a table that is shown whole; a longer one scrolls, and is whole on paper.
TALL = 16
#: The most rows on a page; the file has all.
MOST = 200
#: The most deadlines that are marked in a course of days.
MARKED = 3


@dataclass(frozen=True)
class Shown:
    """What the template needs of one figure."""

    answer: Answer
    head: str
    rows: Sequence[Line]
    total: Line | None
    across: Sequence[tuple[str, str]]  #: words of the columns dimension, and the page limited to each
    drawing: Mapping[str, Any] | None
    cards: Sequence[Card] = ()
    now: datetime | None = None
    ignored: str = ""
    cut: int = 0  #: so many rows stand in the file only
    reminds: str = ""  #: whom its rows remind: organisation or committee; nothing where nobody is reminded from here

    @property
    def figure(self) -> Figure:
        """What it answers."""
        return self.answer.figure

    @property
    def told(self) -> bool:
        """Whether it tells anything: of rows whose list the reader does not have, nothing is not told as zero."""
        rows = [*self.answer.rows, *([self.answer.total] if self.answer.total else [])]
        return list_of(self.figure.of.model) is not None or any(cell.value for row in rows for cell in row.cells)

    @property
    def wide(self) -> bool:
        """Whether it takes the whole width."""
        return self.figure.chart in (Chart.LINE, Chart.MAP) or len(self.answer.heads) > 8

    @property
    def tall(self) -> bool:
        """Whether its table scrolls."""
        return len(self.rows) > TALL

    @property
    def counted(self) -> str:
        """How many rows are counted, where one number says it."""
        return self.answer.total.cells[len(self.answer.across)].word if self.answer.total else ""


@dataclass(frozen=True)
class Line:
    """A row of the table: its word, the page limited to it, its cells each with the address of its rows."""

    label: str
    limit: str
    cells: Sequence[tuple[Cell, str]]
    note: str = ""
    desk: int | None = None  #: whom 催办 of this row reaches
    reminded: str = ""  #: when it was last reminded, by whom
    again: bool = True  #: whether it may be reminded today


@dataclass(frozen=True)
class Card:
    """One number on top of a page, with what it is held against."""

    label: str
    word: str
    link: str
    remarks: list[str] = field(default_factory=list)


def source() -> Source:
    """What figures are counted from, for the signed-in account."""
    return source_for(db.session, lambda model: policy.rows(g.user, model), policy.reader_of(g.user))


def known(figure: Figure, question: Asked) -> bool:
    """Whether the moment that is asked holds what the figure counts; that of now holds everything."""
    of, frozen = figure.of, question.source
    return not isinstance(frozen, FrozenSource) or frozen.knows(of, figure.names | set(of.applying(question.where)))


def readable(figure: Figure) -> bool:
    """Whether the account may see any row of what is counted."""
    return not isinstance(policy.rows(g.user, figure.of.model), False_)


def figures_of(page: Page) -> list[Figure]:
    """The figures of a page that the account may read."""
    return [figure for figure in of_page(page) if readable(figure)]


def pages() -> list[Page]:
    """The pages that have a figure for the account."""
    return [page for page in Page if figures_of(page)]


def asked(conditions: Conditions) -> Asked:
    """The question as the engine takes it: of now, or as of a kept moment."""
    if (moment := conditions.moment) is not None:
        return Asked(freezing.source_of(moment), db.session, conditions.where, moment.taken_at.date(), leads=False)
    return Asked(source(), db.session, conditions.where, asking(g.user).today)


def moment_of(conditions: Conditions) -> datetime:
    """The moment that the numbers are of."""
    return asking(g.user).now if conditions.moment is None else conditions.moment.taken_at


def told_of(conditions: Conditions) -> str:
    """The moment and the range of the numbers, in a sentence for pages and files."""
    if (moment := conditions.moment) is not None:
        return (
            f"时点数据：截至 {moment}（文件校验码 {moment.sha256[:16]}…）；统计范围与 {g.user.full_name} 的数据范围一致"
        )
    now = asking(g.user).now
    return f"数据截至 {now:%Y-%m-%d %H:%M}；统计范围与 {g.user.full_name} 在列表中可查看的记录一致"


def answered(figure: Figure, question: Asked) -> Answer:
    """The answer for the signed-in account: small groups stay hidden from whoever has no list of the rows."""
    return answer(figure, replace(question, opens=list_of(figure.of.model) is not None))


def shown(figure: Figure, conditions: Conditions, question: Asked, base: str) -> Shown:
    """A figure with everything that the page shows of it; `base` is the address of the page."""
    said = answered(figure, question)
    most = figure.top or MOST
    kept = said if len(said.rows) <= most else replace(said, rows=said.rows[:most])

    def limited(where: Mapping[str, Any]) -> str:
        """The page under a further condition; nothing where it stands already, or where no field could say it."""
        if not where or all(conditions.where.get(name) == wanted for name, wanted in where.items()):
            return ""
        return f"{base}?{conditions.also(where)}"

    reminds = reminding.kind_of(figure) if conditions.moment is None else ""
    last = reminding.last_of(reminds, kept.rows)

    def line(row: Row, limit: str) -> Line:
        cells = [(cell, address(figure.of, cell.where)) for cell in row.cells]
        return Line(row.label, limit, cells, row.note, *reminding.told(reminds, row, last))

    def ways(row: Row, cell: Cell, where: Mapping[str, Any]) -> list[str]:
        return [address(figure.of, cell.where), limited(where)]

    return Shown(
        kept,
        head_of_rows(said),
        [line(row, limited(row.where)) for row in kept.rows],
        line(said.total, "") if said.total is not None else None,
        [(word, limited({figure.columns: frozenset({value})})) for value, word in said.across],
        draw(kept, ways, _deadlines(conditions.where) if figure.chart is Chart.LINE else (), _ground(figure)),
        list(_cards(said)) if figure.chart is Chart.CARDS else (),
        moment_of(conditions),
        "、".join(dimension(name).label for name in said.ignored),
        len(said.rows) - len(kept.rows),
        reminds,
    )


def _cards(said: Answer) -> Iterator[Card]:
    """A card for each number; what is of the year before stands on the card in front of it."""
    for row in said.rows:
        card = None
        for measure, cell in zip(said.figure.measures, row.cells, strict=True):
            if card is not None and _before(measure):
                card.remarks.append(f"{measure.label} {cell.word}")
                continue
            if card is not None:
                yield card
            card = Card(measure.label, cell.word, address(said.figure.of, cell.where))
        if card is not None:
            yield card


def _ground(figure: Figure) -> outline.Ground | None:
    """The approved map, where there is one and the figure lies on a map."""
    now = approved_map.shown(db.session) if figure.chart is Chart.MAP else None
    return None if now is None else outline.approved(now.number, now.shapes)


def _before(measure: Measure) -> bool:
    return any(need.year for need in measure.needs)


def _deadlines(where: Where) -> list[tuple[date, str]]:
    """The last days of the batches of the year; of many the most common ones."""
    years = where.get("year", frozenset())
    many = func.count()
    rows = (
        select(Batch.closes_on, many, func.min(Batch.name))
        .where(Batch.year.in_(years if isinstance(years, frozenset) else ()), policy.rows(g.user, Batch))
        .group_by(Batch.closes_on)
        .order_by(many.desc(), Batch.closes_on)
        .limit(MARKED)
    )
    found = [(day, "申报截止" if n > 1 else f"{name}截止") for day, n, name in db.session.execute(rows)]
    return sorted(found, reverse=True)
