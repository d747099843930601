"""What is known of a person when conditions are judged: the facts of a declaration, or of anybody who asks.

A missing key is unknown; an empty list, `false` or 0 says that there is none.

```
degrees   [{code, on}]                            code of `DEGREES`, or the words of schools
titles    [{series, level, on, counts_from, employed: [[from, to]]}]   `to` null while employed
skills    [{grade, on}]        exams [{code, on, valid_until}]         licences [code]
work_since, work_gaps [[from, to]], work_not_before, new_post_since, private_since      days, months or years
unit_kind, unit_scope, stage, major, honour, postdoc, probation, …     words
rural_years, student_work_years, grassroots_months, recommenders, …    numbers
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from models.committees.catalogue import LADDER, TitleLevel
from workflow.conditions.days import LATEST, ONE, When, when

#: What each education is at the same time: a master is a bachelor too, but no second bachelor (人社部 texts).
IMPLIES = {
    "doctor": "master",
    "master": "bachelor",
    "second_bachelor": "bachelor",
    "pg_class": "bachelor",
    "bachelor": "college",
    "college": "secondary normal_school",
    "secondary": "high_school",
    "normal_school": "high_school",
}
DEGREES = {
    "doctor": "博士",
    "master": "硕士",
    "second_bachelor": "双学士（第二学士学位）",
    "pg_class": "研究生班或研究生学历（无学位）",
    "bachelor": "大学本科或学士",
    "college": "大学专科",
    "secondary": "中等专科",
    "normal_school": "中等师范",
    "high_school": "高中",
}
#: Other words for them. 技工院校: 中级工班 as 中专, 高级工班 as 大专, 预备技师班 as 本科 (人社部 2018, 湖南 2019).
SAME = {
    "postgraduate_no_degree": "pg_class",
    "double_bachelor": "second_bachelor",
    "技工院校中级工班": "secondary",
    "技工院校高级工班": "college",
    "技工院校预备技师班": "bachelor",
    "技工院校技师班": "bachelor",
}
#: Grades of skilled workers, from the lowest.
SKILLS = ("worker", "senior_worker", "technician", "senior_technician", "special_technician", "chief_technician")


def _closure() -> dict[str, frozenset[str]]:
    def below(code: str) -> set[str]:
        return {code}.union(*(below(part) for part in IMPLIES.get(code, "").split()))

    known = {code: frozenset(below(code)) for code in DEGREES}
    return known | {word: known[code] for word, code in SAME.items()} | {"none": frozenset()}


#: Code or word of an education -> every code it satisfies.
SATISFIES = _closure()


@dataclass(frozen=True, slots=True)
class Held:
    """A title that is held; `employed` None where nobody has said."""

    series: Any
    level: int
    since: When
    employed: list[tuple[When, When | None]] | None


@dataclass(frozen=True)
class Target:
    """What somebody wants: the series by its number, level, way, and branch and specialty where they are known."""

    series: int
    level: str
    way: str
    branch: str = ""
    specialty: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Target:
        """From the keys series, level, way, branch, specialty."""
        return cls(**{key: given[key] for key in ("series", "level", "way", "branch", "specialty") if given.get(key)})


class Person:
    """The facts, read once for all the rows they are judged by."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.facts = facts

    def __contains__(self, key: str) -> bool:
        return self.facts.get(key) is not None

    @cached_property
    def degrees(self) -> list[tuple[str, frozenset[str] | None, When]] | None:
        """(word, what it satisfies, when) of each education; satisfying None where the word is not known."""
        rows = self.facts.get("degrees")
        if rows is None:
            return None
        return [(r.get("code", ""), SATISFIES.get(r.get("code", "")), when(r.get("on"))) for r in rows]

    @cached_property
    def titles(self) -> list[Held] | None:
        """The titles that are held."""
        rows = self.facts.get("titles")
        if rows is None:
            return None
        return [
            Held(
                row.get("series"),
                LADDER.index(TitleLevel(row["level"])),
                when(row.get("counts_from") or row.get("on")),
                spans(row.get("employed")),
            )
            for row in rows
            if row.get("level") in LEVELS
        ]

    @cached_property
    def work(self) -> list[tuple[When, When | None]] | None:
        """Professional work: from `work_since` on, without the days of `work_gaps`, both ends included."""
        if (began := self.facts.get("work_since")) in (None, ""):
            first = self.facts.get("work_not_before")  # in employment, but nobody has said in which profession
            return [(When(when(first).first, LATEST), None)] if first else None
        since: When = when(began)
        parts: list[tuple[When, When | None]] = []
        for gap in sorted(spans(self.facts.get("work_gaps")) or [], key=lambda gap: gap[0].first):
            parts.append((since, When(gap[0].first - ONE, gap[0].last - ONE)))
            if gap[1] is None:
                return parts
            since = When(gap[1].first + ONE, gap[1].last + ONE)
        return [*parts, (since, None)]

    def all_of(self, key: str) -> list[Mapping[str, Any]] | None:
        """The rows of a list; bare codes stand for rows that have only a code."""
        rows = self.facts.get(key)
        return None if rows is None else [row if isinstance(row, Mapping) else {"code": row} for row in rows]

    def number(self, key: str) -> float | None:
        """A number, the length of a list, or a number below a dotted key."""
        value: Any = self.facts.get(key)
        if value is None and "." in key:
            value = self.facts
            for part in key.split("."):
                value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, list):
            return len(value)
        try:
            return None if value is None or value == "" else float(value)
        except (TypeError, ValueError):
            return None


LEVELS = frozenset(TitleLevel)


def spans(given: Any) -> list[tuple[When, When | None]] | None:
    """[[from, to]] as days; None where nobody has said."""
    return None if given is None else [(when(since), when(until) if until else None) for since, until in given]
