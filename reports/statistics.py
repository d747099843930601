"""统计: declarations counted once by the database, shaped into the tables and figures of the leaders (REQUIREMENTS
§4.1).

One aggregate answers everything: how many declarations of a year stand at which stage, by 市州, series, level, way
and plan; the year before is one count. What may be counted is the caller's clause, the same that limits lists.
The number of statements does not depend on the number of rows. Rates are integers: tenths of a percent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from models.awards.publicity import Publicity, PublicityItem, PublicityKind, PublicityState
from models.batches.batch import Batch
from models.committees.catalogue import Series, TitleLevel
from models.committees.committee import Committee
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import SETTLED, Reached, states
from models.paths.path import Way
from models.register.organisation import Region
from models.review.plan import Plan

if TYPE_CHECKING:
    from pandas import DataFrame

Clause = ColumnElement[bool]
D = Declaration
#: Units that belong to the province directly carry its code.
PROVINCIAL = "4300"

#: 单位公示 is passed once its result is registered without a proven objection; running, it is not.
_PUBLICISED = (
    select(PublicityItem.declaration_id)
    .join(Publicity)
    .where(
        Publicity.kind == PublicityKind.UNIT,
        Publicity.state == PublicityState.CLOSED,
        Publicity.outcome.in_(("none", "untrue")),
    )
)
#: What else than the state shows that a declaration got so far: most of what was sent back or ended got further.
#: A title revoked, or lost to a proven objection, is no longer counted as passed: it stays among those voted on.
_SHOWN_BY: Mapping[Reached, Sequence[Clause]] = {
    Reached.DECIDED: (D.voted_on.is_not(None), and_(D.state == S.REVOKED, D.way == Way.REVIEW)),
    Reached.QUALIFIED: (D.plan_id.is_not(None),),
    Reached.COMMITTEE: (D.reached_committee_at.is_not(None),),
    Reached.AUDITED: (D.position >= 1, D.returned_from >= 1),
    Reached.PUBLICISED: (D.id.in_(_PUBLICISED),),
}
#: The stages from the last to the first, each with what shows that a declaration got so far; the first true one counts.
STAGES: list[tuple[str, str, Clause | None]] = [
    (
        each.value,
        each.label,
        None if each is Reached.SUBMITTED else or_(D.state.in_(states(reached=each)), *_SHOWN_BY.get(each, ())),
    )
    for each in reversed(Reached)
]
ORDER = [name for name, _, _ in reversed(STAGES)]
STAGE_LABELS = {name: label for name, label, _ in STAGES}
REACHED_PASS = ("passed", "filed", "issued")
#: The condition of the lists that gives exactly the rows that are counted here (views/declarations).
COUNTED, YES = "counted", "yes"
#: 初定 and 认定 end at the last organisation of their path, without a committee (附件3 1.12.3).
SHORT = ("submitted", "publicised", "audited", "filed", "issued")


@dataclass(frozen=True)
class Question:
    """The conditions of the dashboard; empty ones do not limit."""

    year: int
    series: int | None = None
    level: str = ""
    city: str = ""  #: six digits of a 市州, or 430000 for the province's own units
    way: str = ""

    def clause(self) -> Clause:
        """The conditions as SQL."""
        clauses: list[Clause] = [D.year == self.year]
        if self.series:
            clauses.append(D.series_id == self.series)
        if self.level:
            clauses.append(D.level == self.level)
        if self.city:
            clauses.append(D.region_code.between(self.city[:4] + "00", self.city[:4] + "99"))
        if self.way:
            clauses.append(D.way == self.way)
        return and_(*clauses)


@dataclass(frozen=True)
class Table:
    """A table of the page and of the sheet: heads, rows of cells, and the totals."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    total: Sequence[Any] = ()
    keys: Sequence[Mapping[str, Any]] = field(default=())  #: the condition that each row stands for
    words: int = 1  #: how many leading columns are words, not figures


def permille(part: int, whole: int) -> int | None:
    """Tenths of a percent, rounded half up; None where there is nothing to divide by."""
    return (2000 * part + whole) // (2 * whole) if whole else None


def percent(tenths: int | None) -> str:
    """63.6% of 636; a dash for None."""
    return "—" if tenths is None else f"{tenths // 10}.{tenths % 10}%"


def submitted() -> Clause:
    """What counts as declared: sent to the unit at least once, and not taken back into a draft."""
    return and_(D.state != S.DRAFT, or_(D.state != S.WITHDRAWN, D.submitted_at.is_not(None)))


def counting(question: Question, where: Clause) -> Select[Any]:
    """The one aggregate: stages of what was submitted, limited to the rows that `where` lets the reader see."""
    stage = case(*[(condition, name) for name, _, condition in STAGES if condition is not None], else_="submitted")
    settled = case((D.state.in_(SETTLED), 1), else_=0)
    keys = (func.substr(D.region_code, 1, 4), D.series_id, D.level, D.way, D.plan_id, settled, stage)
    names = ("city", "series", "level", "way", "plan", "settled", "stage")
    columns: list[Any] = [key.label(name) for key, name in zip(keys, names, strict=True)]
    rows = select(*columns).where(where, question.clause(), submitted()).subquery()
    return select(*rows.c, func.count().label("n")).group_by(*rows.c)


def by_then(day: date) -> Clause:
    """What had been declared by the end of that day."""
    return or_(D.submitted_at.is_(None), D.submitted_at < datetime.combine(day, time()) + timedelta(days=1))


def a_year_before(day: date) -> date:
    """The same day of last year; of 29 February the day before."""
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def declared(session: Session, question: Question, where: Clause) -> int:
    """How many declarations answer the question."""
    return session.scalar(select(func.count()).select_from(D).where(where, question.clause(), submitted())) or 0


def years(session: Session) -> list[int]:
    """The years that have batches, the newest first."""
    return list(session.scalars(select(Batch.year).distinct().order_by(Batch.year.desc())))


def cities(session: Session) -> dict[str, str]:
    """Code to name of the 市州, and of the province's own units."""
    rows = select(Region.code, Region.name).where(Region.level == "市州").order_by(Region.code)
    return {PROVINCIAL + "00": "省直"} | dict(session.execute(rows).tuples().all())


def series_names(session: Session) -> dict[int, str]:
    """Id to name of the series, in their official order."""
    return dict(session.execute(select(Series.id, Series.name).order_by(Series.number)).tuples().all())


class Statistics:
    """The answers to one question. Takes the clauses of the declarations and of the plans the reader may see."""

    def __init__(
        self, session: Session, question: Question, where: Clause, plans_where: Clause, today: date | None = None
    ) -> None:
        import pandas  # here, so that a worker that shows no statistics does not carry it

        self.question = question
        self.cities, self.series = cities(session), series_names(session)
        plans = select(Plan.id, Committee.name, Plan.full_ratio, Plan.associate_ratio).join(Committee)
        self.plans = {key: rest for key, *rest in session.execute(plans.where(plans_where, Plan.year == question.year))}
        result = session.execute(counting(question, where))
        frame = pandas.DataFrame(result.fetchall(), columns=list(result.keys()))
        review = frame["way"] == Way.REVIEW
        frame["decided"] = frame["n"].where(review & frame["stage"].isin(("decided", *REACHED_PASS)), 0)
        frame["passed"] = frame["n"].where(review & frame["stage"].isin(REACHED_PASS), 0)
        self.frame: DataFrame = frame
        # a year that is under way is held against what last year had by the same day
        self.until = a_year_before(today) if today is not None and today.year == question.year else None
        then = where if self.until is None else and_(where, by_then(self.until))
        self.before = declared(session, replace(question, year=question.year - 1), then)

    def total(self, name: str = "n") -> int:
        """The sum of a column."""
        return int(self.frame[name].sum())

    def _where(self, mask: Any) -> int:
        return int(self.frame.loc[mask, "n"].sum())

    def cards(self) -> list[tuple[str, str, str]]:
        """(label, figure, remark) of the cards on top."""
        total, decided, passed = self.total(), self.total("decided"), self.total("passed")
        pending = self._where(self.frame["settled"] == 0)
        issued = self._where(self.frame["stage"] == "issued")
        return [
            ("申报总数", f"{total:,}", self._growth(total)),
            ("在审", f"{pending:,}", f"占申报 {percent(permille(pending, total))}"),
            ("已参评", f"{decided:,}", "评审表决已出结果"),
            ("通过", f"{passed:,}", "含公示、备案、发证"),
            ("通过率", percent(permille(passed, decided)), "通过 ÷ 已参评"),
            ("已发证", f"{issued:,}", f"占申报 {percent(permille(issued, total))}"),
        ]

    def _growth(self, total: int) -> str:
        if not self.before:
            return f"{self.until or f'{self.question.year - 1} 年度'}{'前' if self.until else ''}无数据"
        tenths = permille(abs(total - self.before), self.before)
        as_of = f"（截至 {self.until}）" if self.until else ""
        return f"同比{'增' if total >= self.before else '减'} {percent(tenths)}{as_of}"

    def by_city(self) -> Table:
        """申报数 by 市州 and level, with the pass rate."""
        return self._by(
            "city", "市州", {code[:4]: name for code, name in self.cities.items()}, lambda key: {"city": f"{key}00"}
        )

    def by_series(self) -> Table:
        """申报数 by series and level, with the pass rate."""
        return self._by("series", "系列", self.series, lambda key: {"series": key})

    def _by(self, name: str, label: str, names: Mapping[Any, str], condition: Any) -> Table:
        """Levels in columns, then sum, voted on, passed, rate; the rows with the most declarations first."""
        levels = [level for level in TitleLevel if (self.frame["level"] == level).any()]
        counts = self.frame.pivot_table(index=name, columns="level", values="n", aggfunc="sum", fill_value=0)
        sums = (
            self.frame.groupby(name)[["n", "decided", "passed"]].sum().sort_values("n", ascending=False, kind="stable")
        )
        rows = [
            [names.get(key, str(key)), *(int(counts.at[key, level]) for level in levels), *self._result(sums.loc[key])]
            for key in sums.index
        ]
        total = ["合计", *(self._where(self.frame["level"] == level) for level in levels), *self._result(sums.sum())]
        heads = [label, *(level.label for level in levels), "申报数", "参评", "通过", "通过率"]
        return Table(f"按{label}申报与通过", heads, rows, total, [condition(key) for key in sums.index])

    @staticmethod
    def _result(sums: Any) -> list[Any]:
        n, decided, passed = (int(sums[name]) for name in ("n", "decided", "passed"))
        return [n, decided, passed, percent(permille(passed, decided))]

    def summary(self) -> Table:
        """申报汇总: 市州 × series × level, one row each (§4.1 table 1)."""
        names = {code[:4]: name for code, name in self.cities.items()}
        sums = self.frame.groupby(["city", "series", "level"])["n"].sum()
        place = {level: number for number, level in enumerate(TitleLevel)}
        order = {key: number for number, key in enumerate(self.series)}
        groups = sorted(
            sums.items(), key=lambda item: (item[0][0], order.get(item[0][1], 99), place.get(item[0][2], 9))
        )
        rows = [
            [names.get(c, c), self.series.get(s, str(s)), TitleLevel(level).label, int(n)]
            for (c, s, level), n in groups
        ]
        return Table("申报汇总", ["市州", "系列", "级别", "申报数"], rows, ["合计", "", "", self.total()], words=3)

    def matrix(self) -> Table:
        """申报汇总 as a cross table: series down, 市州 across."""
        short = {code[:4]: name for code, name in self.cities.items()}
        cross = self.frame.pivot_table(index="series", columns="city", values="n", aggfunc="sum", fill_value=0)
        across, down = [c for c in short if c in cross.columns], [s for s in self.series if s in cross.index]
        rows = [[self.series[s], *(int(cross.at[s, c]) for c in across), int(cross.loc[s].sum())] for s in down]
        total = ["合计", *(int(cross[c].sum()) for c in across), self.total()]
        return Table(
            "申报汇总", ["系列", *(short[c] for c in across), "合计"], rows, total, [{"series": s} for s in down]
        )

    def funnel(self) -> Table:
        """阶段漏斗 (§4.1 table 2): how many got at least so far, and of those that did not, how many still may.

        What is under way is not lost: only what has ended before the stage is. Reviews run through the committee. 初定
        and 认定 do not, so their funnel is shorter and is shown when the way is chosen; without a choice the funnel is
        that of the reviews.
        """
        way = self.question.way or Way.REVIEW
        frame = self.frame[self.frame["way"] == way]
        stages = ORDER if way == Way.REVIEW else list(SHORT)
        rank = {name: number for number, name in enumerate(ORDER)}
        every, ended = (f.groupby("stage")["n"].sum() for f in (frame, frame[frame["settled"] == 1]))
        reached, settled = (
            [int(sum(n for stage, n in at.items() if rank[stage] >= rank[name])) for name in stages]
            for at in (every, ended)
        )
        rows = []
        for number, (name, n) in enumerate(zip(stages, reached, strict=True)):
            before = reached[number - 1] if number else n
            lost = settled[number - 1] - settled[number] if number else 0
            drop = percent(permille(lost, before)) if number else "—"
            rows.append([STAGE_LABELS[name], n, percent(permille(n, reached[0])), before - n - lost, lost, drop])
        heads = ["阶段", "到达人数", "占提交", "上阶段在办", "止于上阶段", "终止比例"]
        return Table(f"{Way(way).label}阶段漏斗", heads, rows)

    def by_plan(self) -> Table:
        """通过率 of committee × level (§4.1 table 7): base, passed, rate, what the plan's ratio allows, what is left.

        Fractions of the ratio are dropped (118号 五(三)). Only plans the reader may see.
        """
        frame = self.frame[self.frame["plan"].isin(list(self.plans)) & (self.frame["decided"] > 0)]
        sums = frame.groupby(["plan", "level"])[["decided", "passed"]].sum()
        rows = []
        place = {level: number for number, level in enumerate(TitleLevel)}
        for plan, level in sorted(sums.index, key=lambda key: (self.plans[key[0]][0], key[0], place.get(key[1], 9))):
            row = sums.loc[(plan, level)]
            committee, full, associate = self.plans[plan]
            ratio = full if level == TitleLevel.FULL_SENIOR else associate
            base, passed = int(row["decided"]), int(row["passed"])
            cap = base * ratio // 100
            rate = percent(permille(passed, base))
            rows.append([committee, TitleLevel(level).label, base, passed, rate, f"{ratio}%", cap, cap - passed])
        heads = ["评委会", "级别", "参评", "通过", "通过率", "比例控制", "控制数", "余量"]
        return Table("评委会通过率与比例控制", heads, rows, words=2)

    def tables(self) -> Iterable[Table]:
        """Every table, as the sheet file carries them; the ratio only where a committee is counted whole."""
        yield from (self.by_city(), self.by_series(), self.funnel())
        if self.whole_committees:
            yield self.by_plan()
        yield self.summary()

    @property
    def whole_committees(self) -> bool:
        """Whether the question leaves committees undivided, so that a base may be held against the ratio."""
        return not self.question.city
