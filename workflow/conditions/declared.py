"""What a declaration says of its person, in the words in which conditions are judged.

Only what was filled in counts. A section that nobody has opened is unknown; one that was kept empty says that there is
none (没有的不填). What cannot be read for certain stays unknown, so that no spelling refuses anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.committees.catalogue import LADDER, Series, TitleLevel
from models.declarations.declaration import Declaration, DeclarationMode
from models.declarations.standing import OBTAINED
from workflow.conditions.days import full_years, when
from workflow.conditions.judge import NORMAL

#: Ways that are open to a declaration of each mode; the rows of a way that is not its own say nothing of it.
ORDINARY = (NORMAL, "private", "grassroots", "skilled")
KINDS = {
    DeclarationMode.EXCEPTIONAL: ("exceptional",),
    DeclarationMode.GREEN: ("green",),
    DeclarationMode.TRANSFER: ("transfer",),
}

EDUCATION = {
    "博士研究生毕业": "pg_class",
    "硕士研究生毕业": "pg_class",
    "研究生班毕业": "pg_class",
    "大学本科毕业": "bachelor",
    "大学专科毕业": "college",
    "中等专科毕业": "secondary",
    "职业高中毕业": "high_school",
    "普通高中毕业": "high_school",
    "技工院校中级工班毕业": "secondary",
    "技工院校高级工班毕业": "college",
    "技工院校预备技师（技师）班毕业": "bachelor",
}
DEGREE = {"博士": "doctor", "硕士": "master", "双学士": "second_bachelor", "学士": "bachelor"}
#: What a typed qualification is, by the words in it; the first line that fits counts.
QUALIFICATIONS = (
    ("exams", "senior_accounting", ("高级会计师", "考试")),
    ("exams", "senior_audit", ("高级审计师", "考试")),
    ("exams", "senior_statistics", ("高级统计师", "考试")),
    ("exams", "senior_economics", ("高级经济师", "考试")),
    ("exams", "catti1", ("翻译", "一级")),
    ("skills", "chief_technician", ("首席技师",)),
    ("skills", "special_technician", ("特级技师",)),
    ("skills", "senior_technician", ("高级技师",)),
    ("skills", "technician", ("技师",)),
    ("skills", "senior_worker", ("高级工", "级")),
    ("skills", "senior_worker", ("高级工",)),
    ("licences", "teacher", ("教师资格",)),
    ("licences", "physician", ("执业医师",)),
    ("licences", "physician", ("医师资格",)),
    ("licences", "nurse", ("护士",)),
    ("licences", "press", ("记者证",)),
    ("licences", "broadcaster", ("播音",)),
    ("licences", "notary", ("公证员",)),
    ("licences", "forensic", ("司法鉴定",)),
    ("licences", "publishing_middle", ("出版", "中级")),
    ("licences", "veterinary", ("执业兽医",)),
    ("licences", "simultaneous", ("同声传译",)),
)
PRIVATE = {"private": "private", "social": "social"}


def kinds_of(declaration: Declaration) -> tuple[str, ...]:
    """The ways whose rows speak of a declaration."""
    return KINDS.get(DeclarationMode(declaration.mode), ORDINARY)


def facts(session: Session, declaration: Declaration, *, recommenders: int | None = None) -> dict[str, Any]:
    """The facts of the person as `Person` reads them, up to the evidence cut-off of the batch."""
    filled = declaration.content.sections or {}
    series = _numbers(session)
    cutoff = declaration.batch.evidence_on
    known: dict[str, Any] = {}
    for part in (
        _education(filled),
        _titles(filled, series),
        _qualifications(filled),
        _basic(filled),
        _experience(filled, cutoff),
        _assessed(filled),
        _declaring(filled, declaration),
    ):
        known.update(part)
    if (born := declaration.person.born_on) is not None:
        known["under40"] = full_years(born, cutoff) < 40
    if recommenders is not None:
        known["recommenders"] = recommenders
    return known


def _rows(filled: Mapping[str, Any], section: str) -> list[Mapping[str, Any]] | None:
    found = filled.get(section)
    return None if found is None else list(found if isinstance(found, list) else [found])


def _education(filled: Mapping[str, Any]) -> dict[str, Any]:
    rows = _rows(filled, "education")
    if not rows:  # nobody has none: an empty section is one not filled in
        return {}
    return {"degrees": [one for row in rows for one in _degrees(row)]}


def _degrees(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """学历 and 学位 count each by itself; a word that is not in the list is an education of a kind we do not know."""
    on = row.get("graduated_on")
    if code := DEGREE.get(str(row.get("degree") or "")):
        yield {"code": code, "on": on}
    education = str(row.get("education") or "")
    if education:
        yield {"code": EDUCATION.get(education, education), "on": on}


@dataclass(frozen=True, slots=True)
class HeldTitle:
    """A 现任职称 as it was typed: the number of its series, None where nobody can tell; its rung on the ladder."""

    series: int | None
    rung: int


def held(session: Session, declaration: Declaration) -> list[HeldTitle]:
    """The titles that the declaration says are held, those of a known level, and those that were obtained here."""
    rows = _rows(declaration.content.sections or {}, "titles") or []
    known = _numbers(session)
    typed = [
        HeldTitle(_series(str(row.get("series") or ""), known), LADDER.index(TitleLevel(row["level"])))
        for row in rows
        if row.get("level") in set(TitleLevel)
    ]
    return [*typed, *obtained(session, declaration)]


def obtained(session: Session, declaration: Declaration) -> list[HeldTitle]:
    """What this system has granted the person and not taken back, whether he names it or not."""
    granted = (
        select(Series.number, Declaration.level)
        .join(Series, Declaration.series_id == Series.id)
        .where(
            Declaration.person_id == declaration.person_id,
            Declaration.id != declaration.id,
            Declaration.state.in_(OBTAINED),
        )
    )
    return [HeldTitle(number, LADDER.index(TitleLevel(level))) for number, level in session.execute(granted).tuples()]


def _numbers(session: Session) -> dict[str, int]:
    return {name: number for number, name in session.execute(select(Series.number, Series.name)).tuples()}


def _titles(filled: Mapping[str, Any], series: Mapping[str, int]) -> dict[str, Any]:
    rows = _rows(filled, "titles")
    if rows is None:
        return {}
    titles: list[dict[str, Any]] = []
    for row in rows:
        number = _series(str(row.get("series") or ""), series)
        title = {"series": number, "level": row.get("level"), "on": row.get("obtained_on")}
        title["counts_from"] = row.get("counts_from") or None
        if row.get("employed_from"):
            title["employed"] = [[row["employed_from"], row.get("employed_to") or None]]
        same = next((t for t in titles if (t["series"], t["level"]) == (number, row.get("level")) and number), None)
        if same is None:
            titles.append(title)
            continue
        # one title in several rows: employed at several units, one after another
        same["on"] = min(filter(None, (same["on"], title["on"])), default=None)
        same["counts_from"] = same["counts_from"] or title["counts_from"]
        if "employed" in title:
            same.setdefault("employed", []).extend(title["employed"])
    return {"titles": titles}


def _series(typed: str, series: Mapping[str, int]) -> int | None:
    """The number of a series by its name, or by a beginning or part that only one has (工程 is 工程技术人员)."""
    word = typed.strip().removesuffix("系列")
    if word in series:
        return series[word]
    fits = {number for name, number in series.items() if word and (word in name or name in word)}
    return fits.pop() if len(fits) == 1 else None


def _qualifications(filled: Mapping[str, Any]) -> dict[str, Any]:
    rows = _rows(filled, "licences")
    if rows is None:
        return {}
    found: dict[str, list[dict[str, Any]]] = {"licences": [], "skills": [], "exams": []}
    for row in rows:
        name = str(row.get("name") or "")
        kind, code = next(
            ((kind, code) for kind, code, words in QUALIFICATIONS if all(word in name for word in words)),
            ("licences", None),
        )
        found[kind].append({"grade" if kind == "skills" else "code": code, "on": row.get("issued_on")})
    if any(row["code"] is None for row in found["licences"]):  # what we cannot read may be a grade or an examination
        found = {kind: rows for kind, rows in found.items() if rows}
    return dict(found)


def _basic(filled: Mapping[str, Any]) -> dict[str, Any]:
    basic = (_rows(filled, "basic") or [{}])[0]
    nature = basic.get("unit_nature") or None
    yes = {"是": True, "否": False}
    known = {
        "work_since": basic.get("specialty_since") or None,
        "work_not_before": basic.get("work_since") or None,
        "unit_kind": "freelance" if basic.get("relation") == "自由职业" else PRIVATE.get(str(nature), nature),
        "unit_scope": basic.get("unit_scope") or None,
        "stage": basic.get("stage") or None,
        "city_school": yes.get(str(basic.get("city_school"))),
        "rural_years": basic.get("rural_years"),
        "student_work_years": basic.get("student_work_years"),
    }
    return {key: value for key, value in known.items() if value not in (None, "")}


def _experience(filled: Mapping[str, Any], cutoff: date) -> dict[str, Any]:
    """Months of 基层服务, each row to the cut-off at most; the month that began counts, as it does in the form."""
    rows = _rows(filled, "experience")
    if not rows:
        return {}
    months: set[tuple[int, int]] = set()
    for row in rows:
        if row.get("kind") != "基层服务经历":
            continue
        since, until = str(row.get("since") or ""), str(row.get("until") or "") or cutoff.isoformat()
        try:
            first = int(since[:4]) * 12 + int(since[5:7]) - 1
            last = min(int(until[:4]) * 12 + int(until[5:7]) - 1, cutoff.year * 12 + cutoff.month - 1)
        except ValueError:
            return {}
        months |= {divmod(month, 12) for month in range(first, min(last + 1, first + 12 * 70))}
    return {"grassroots_months": len(months)}


def assessed_since(rows: Iterable[Mapping[str, Any]], since: Any) -> bool:
    """Whether an assessment of that day's year or a later one was passed; of any year where no day is given."""
    first = when(since).first.year
    return any(row.get("result") in PASSED and when(row.get("year")).last.year >= first for row in rows)


PASSED = ("优秀", "合格", "excellent", "qualified")


def _assessed(filled: Mapping[str, Any]) -> dict[str, Any]:
    rows = _rows(filled, "assessments")
    if not rows:
        return {}
    since = (_rows(filled, "declaring") or [{}])[0].get("new_post_since")
    return {"assessed": assessed_since(rows, since)}


def _declaring(filled: Mapping[str, Any], declaration: Declaration) -> dict[str, Any]:
    declaring = (_rows(filled, "declaring") or [{}])[0]
    known: dict[str, Any] = {"new_post_since": declaring.get("new_post_since") or None}
    if declaration.mode == DeclarationMode.EXCEPTIONAL:
        known["exception_basis"] = bool(declaring.get("exception_basis"))
    if declaration.mode == DeclarationMode.GREEN:
        known["green_basis"] = bool(declaring.get("green_basis"))
    return {key: value for key, value in known.items() if value is not None}
