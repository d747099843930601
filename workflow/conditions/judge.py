"""One person, one title wanted, the rows that apply: what each says, the best of them, and the nearest way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflow.base.errors import Refused
from workflow.conditions import history, tokens
from workflow.conditions.atom import ASK, GROUP, Atom, Check, Day, plain
from workflow.conditions.days import LATEST, Counting
from workflow.conditions.person import DEGREES, Person, Target
from workflow.conditions.three import Verdict, every, some

#: Kinds of ways that a committee still has to weigh; never offered before waiting a few months.
SPECIAL, DETOUR = ("exceptional", "green"), 200
NORMAL = "normal"


@dataclass(frozen=True)
class Alternative:
    """One row of the conditions, compiled. `series` 0 and `branch` * stand for every one."""

    key: str
    series: int
    branches: frozenset[str]
    level: str
    way: str
    kind: str
    title: str
    clause: str
    checks: tuple[Check, ...]
    counting: Counting = Counting.DAY
    #: How well its text is known: official, mirror, memory; and whether the office has confirmed it.
    confidence: str = "official"
    confirmed: bool = True

    @property
    def needs(self) -> list[str]:
        """What it asks, in words: what it would say of somebody of whom nothing is known."""
        nobody, day = Person({}), Day(LATEST, self.counting)
        target = Target(self.series, self.level, self.way)
        return [check(nobody, target, day).need for check in self.checks]

    def applies(self, target: Target, kinds: Collection[str] | None) -> bool:
        """Whether the row speaks of what is wanted; a branch that is not known may be its own."""
        return (
            self.series in (0, target.series)
            and self.level == target.level
            and self.way == target.way
            and (kinds is None or self.kind in kinds)
            and ("*" in self.branches or not target.branch or target.branch in self.branches)
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """What one row says of a person."""

    alternative: Alternative
    verdict: Verdict
    atoms: tuple[Atom, ...]
    ready: date | None
    cost: int

    @property
    def effective(self) -> Verdict:
        """What it may lead to: a row that no office has confirmed refuses nobody, one from memory decides nothing."""
        row = self.alternative
        if row.confidence == "memory" and not row.confirmed:
            return Verdict.UNKNOWN
        return self.verdict if row.confirmed else max(self.verdict, Verdict.UNKNOWN)

    @property
    def missing(self) -> list[Atom]:
        """What is not met or not known."""
        return [atom for atom in self.atoms if atom.verdict is not Verdict.MET]

    @property
    def label(self) -> str:
        """The words of the screen."""
        if self.verdict is Verdict.UNKNOWN:
            return f"无法判断（缺：{'、'.join(a.need for a in self.atoms if a.verdict is Verdict.UNKNOWN)}）"
        if self.verdict is Verdict.MET and self.alternative.kind in SPECIAL:
            return "可申报，待评委会评议"
        return self.verdict.label


@dataclass(frozen=True)
class Judgement:
    """What all rows say together: the best row counts."""

    target: Target
    cutoff: date
    rows: list[Judged] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """OR over the rows; where no row is loaded nothing can be said."""
        return some(row.verdict for row in self.rows) if self.rows else Verdict.UNKNOWN

    @property
    def effective(self) -> Verdict:
        """The same over what the rows may lead to."""
        return some(row.effective for row in self.rows) if self.rows else Verdict.UNKNOWN

    @property
    def nearest(self) -> Judged | None:
        """The row that is met, or the one least away; none while it is not known whether one is met."""
        if met := [row for row in self.rows if row.verdict is Verdict.MET]:
            return min(met, key=lambda row: row.cost)
        if self.verdict is Verdict.UNKNOWN:
            return None
        return min(self.rows, key=lambda row: row.cost, default=None)


def compiled(row: Mapping[str, Any]) -> Alternative:
    """A row as it is stored (the columns of conditions.csv) as an alternative. Refused: a demand it cannot read."""
    codes = tuple(part for part in (row["degree"] or "").split("|") if part)
    if strange := [code for code in codes if code not in DEGREES]:
        raise Refused(f"学历代码“{'、'.join(strange)}”无法识别；可用的代码：{'、'.join(DEGREES)}。")
    parts = [part.strip() for part in (row["extra"] or "").split(";") if part.strip()]
    series = next((part.removeprefix("held_series=") for part in parts if part.startswith("held_series=")), history.OWN)
    checks: list[Check] = []
    if codes:
        checks.append(history.degree(codes))
    if row["held_level"]:
        checks.append(history.held(row["held_level"], row["held_basis"] or "", int(row["held_years"] or 0), series))
    if row["work_years"] not in (None, ""):
        checks.append(history.work(int(row["work_years"]), row["work_counts_from"] or "any", codes))
    checks += tokens.compiled(";".join(part for part in parts if not part.startswith("held_series=")))
    branches = frozenset((row["branch"] or "*").split("|"))
    return Alternative(
        key=row["alt_id"],
        series=int(row["series"]),
        branches=branches,
        level=row["level"],
        way=row["way"],
        kind=row["exception_kind"] or NORMAL,
        title=row["title_target"] or "",
        clause=f"{row['document']} {row['article']}".strip(),
        checks=tuple(checks),
        counting=Counting(row.get("counting") or Counting.DAY),
        confidence=row["confidence"],
        confirmed=bool(row.get("confirmed_at", True)),
    )


def judge(
    person: Person,
    target: Target,
    cutoff: date,
    alternatives: Iterable[Alternative],
    kinds: Collection[str] | None = None,
) -> Judgement:
    """What the rows say of a person who wants `target`, on the last day of evidence (that day included).

    `kinds` limits the rows to some ways: normal, exceptional, green, transfer, private, grassroots, skilled.
    """
    rows = [_judged(row, person, target, cutoff) for row in alternatives if row.applies(target, kinds)]
    return Judgement(target, cutoff, rows)


def _judged(row: Alternative, person: Person, target: Target, cutoff: date) -> Judged:
    day = Day(cutoff, row.counting)
    atoms = [check(person, target, day) for check in row.checks]
    if not target.branch and "*" not in row.branches:
        atoms.append(plain(None, f"职称分支：{'、'.join(sorted(row.branches))}", "未选定", "title_id", ASK))
    verdict = every(atom.verdict for atom in atoms)
    away = sum(atom.cost for atom in atoms if atom.ready is None)
    wait = max((atom.cost for atom in atoms if atom.ready is not None), default=0)  # people wait for all at once
    cost = min(away + wait, GROUP) + (DETOUR if row.kind in SPECIAL else 0)
    return Judged(row, verdict, tuple(atoms), _ready(atoms), cost)


def _ready(atoms: list[Atom]) -> date | None:
    """The day on which all is met by waiting alone; None where something else is missing too."""
    open_ones = [atom for atom in atoms if atom.verdict is not Verdict.MET]
    days = [atom.ready for atom in open_ones if atom.ready is not None]
    return max(days) if days and len(days) == len(open_ones) else None
