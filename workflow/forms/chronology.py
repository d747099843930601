"""A life in order (118号 四(二)1 真实性): born, schooled, degreed, at work, titled, in post, each after what it needs.

Every date of the form is held against the birth date and against the others it cannot come before. Only what can be
read is compared: a date that is none is told of by the form itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from workflow.forms.form_parts import Facts, Section

CLAUSE = "118号 四(二)1"
_CHECK = "请核对两处时间，以证件和档案记载为准。"
#: The least age at which a life can hold it: a schoolchild's entry, a first certificate, work (劳动法 第十五条).
YOUNGEST = {
    ("education", "entered_on"): 10,
    ("education", "graduated_on"): 14,
    ("basic", "work_since"): 16,
    ("basic", "specialty_since"): 16,
    ("titles", "obtained_on"): 16,
    ("titles", "employed_from"): 16,
    ("licences", "issued_on"): 16,
    ("experience", "since"): 16,
    ("declaring", "new_post_since"): 16,
    ("declaring", "posted_since"): 16,
}
YOUNGEST_OF_ALL = 10
#: What has happened, or it would not be told: never after today.
PAST = frozenset(
    {
        "entered_on", "graduated_on", "work_since", "specialty_since", "obtained_on", "counts_from", "employed_from",
        "issued_on", "new_post_since", "posted_since", "since", "published_on", "granted_on", "awarded_on",
        "finished_on", "year",
    }
)  # fmt: skip
#: Projects that are over, and so their last month is.
OVER = ("已完成", "已验收", "终止")
DEGREES = {"学士": 1, "双学士": 1, "硕士": 2, "博士": 3}
LEVELS = {"technician": 1, "assistant": 2, "intermediate": 3, "associate_senior": 4, "full_senior": 5}

#: Where, which field, which row, and the sentence.
Found = tuple[str, str, int | None, str]


def disorder(sections: Mapping[str, Any], shown: list[Section], facts: Facts) -> Iterator[Found]:
    """Everything in a declaration that cannot have been in this order; `facts` may tell `born_on` and `today`."""
    born, today = facts.get("born_on"), facts.get("today")
    rows = {section.key: _rows(section, sections.get(section.key)) for section in shown}
    for section in shown:
        for number, row in enumerate(rows[section.key]):
            place = number if section.repeated else None
            for field in section.fields:
                if field.kind in ("date", "month", "year") and (word := _word(row.get(field.key))):
                    yield from (
                        (section.key, field.key, place, s) for s in _alone(section.key, field, word, born, today)
                    )
    if today is not None:
        yield from _ended(rows, today)
    yield from _assessed(rows.get("assessments", []))
    yield from _work(rows)
    yield from _degrees(rows.get("education", []))
    yield from _titles(rows.get("titles", []))
    yield from _awards(rows.get("awards", []))


def _alone(section: str, field: Any, word: str, born: date | None, today: date | None) -> Iterator[str]:
    if born is not None:
        age = YOUNGEST.get((section, field.key), YOUNGEST_OF_ALL)
        if word < f"{born.year + age:04d}{born:-%m-%d}"[: len(word)]:
            yield f"{field.label}（{word}）时申报人不满 {age} 周岁（{born} 出生，{CLAUSE}）；{_CHECK}"
    if today is not None and field.key in PAST and word > today.isoformat()[: len(word)]:
        yield f"{field.label}（{word}）晚于今天（{today}），尚未发生（{CLAUSE}）；请按已发生的事实填写。"


def _ended(rows: Mapping[str, list[Mapping[str, Any]]], today: date) -> Iterator[Found]:
    """Employment and projects that are over have not ended after today."""
    month = f"{today:%Y-%m}"
    for number, row in enumerate(rows.get("experience", [])):
        if (until := _word(row.get("until"))) > month:
            told = f"经历的止（{until}）晚于今天（{today}），尚未发生（{CLAUSE}）；至今的请不填。"
            yield "experience", "until", number, told
    for number, row in enumerate(rows.get("projects", [])):
        if row.get("status") in OVER and (until := _word(row.get("until"))) > month:
            told = f"项目状态为“{row['status']}”，止（{until}）却晚于今天（{today}，{CLAUSE}）；"
            yield "projects", "until", number, told + "请按实际完成时间填写，尚未完成的状态选“在研在建”。"


def _assessed(rows: list[Mapping[str, Any]]) -> Iterator[Found]:
    """One result a year (考核年度); two that differ cannot both be so."""
    results: dict[str, str] = {}
    for number, row in enumerate(rows):
        year, result = _word(row.get("year")), str(row.get("result") or "")
        if not year or not result:
            continue
        if results.setdefault(year, result) != result:
            told = f"{year} 年度考核结果填写了“{results[year]}”和“{result}”（{CLAUSE}）；"
            yield "assessments", "result", number, told + "同一年度只有一个考核结果，请以考核表为准，删除多余的一行。"


def _work(rows: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[Found]:
    """Nobody is in a post, in practice or on a new post before he began to work."""
    basic = next(iter(rows.get("basic", [])), {})
    began = _word(basic.get("work_since"))
    if not began:
        return
    for number, row in enumerate(rows.get("experience", [])):
        since = _word(row.get("since"))
        if row.get("kind") == "工作经历" and since and since < began[: len(since)]:
            yield (
                "experience",
                "since",
                number,
                f"工作经历起始时间（{since}）早于参加工作时间（{began}，{CLAUSE}）；{_CHECK}",
            )
    for key, label in (("new_post_since", "到新岗位日期"), ("posted_since", "派驻起始日期")):
        for row in rows.get("declaring", []):
            if (since := _word(row.get(key))) and since < began:
                yield "declaring", key, None, f"{label}（{since}）早于参加工作时间（{began}，{CLAUSE}）；{_CHECK}"


def _degrees(rows: list[Mapping[str, Any]]) -> Iterator[Found]:
    """A higher degree is not obtained before a lower one."""
    for number, row in enumerate(rows):
        rank, day = DEGREES.get(str(row.get("degree")), 0), _word(row.get("graduated_on"))
        for other in rows:
            lower, before = DEGREES.get(str(other.get("degree")), 0), _word(other.get("graduated_on"))
            if rank > lower > 0 and day and before and day < before:
                told = f"{row.get('degree')}（{day}）早于{other.get('degree')}（{before}）取得"
                told += f"，学历学位顺序不合（{CLAUSE}）"
                yield "education", "graduated_on", number, f"{told}；{_CHECK}"


def _titles(rows: list[Mapping[str, Any]]) -> Iterator[Found]:
    """A title is not used before it was obtained, nor a higher one of the series obtained before a lower one."""
    for number, row in enumerate(rows):
        day, used = _word(row.get("obtained_on")), _word(row.get("employed_from"))
        if day and used and used < day[: len(used)]:
            yield "titles", "employed_from", number, f"聘任起（{used}）早于该职称取得时间（{day}，{CLAUSE}）；{_CHECK}"
        for other in rows:
            before = _word(other.get("obtained_on"))
            higher = LEVELS.get(str(row.get("level")), 0) > LEVELS.get(str(other.get("level")), 0) > 0
            if higher and row.get("series") == other.get("series") and day and before and day < before:
                told = f"{row.get('name')}（{day}）早于低一级的{other.get('name')}（{before}）取得"
                told += f"，职称顺序不合（{CLAUSE}）"
                yield "titles", "obtained_on", number, f"{told}；{_CHECK}"


def _awards(rows: list[Mapping[str, Any]]) -> Iterator[Found]:
    """The year of an award is not after the day on which it was given."""
    for number, row in enumerate(rows):
        year, day = _word(row.get("year")), _word(row.get("awarded_on"))
        if year and day and year > day[:4]:
            yield "awards", "year", number, f"获奖年度（{year}）晚于授奖日期（{day}，{CLAUSE}）；{_CHECK}"


def _rows(section: Section, raw: Any) -> list[Mapping[str, Any]]:
    found = raw if section.repeated and isinstance(raw, list) else [raw]
    return [row for row in found if isinstance(row, Mapping)]


def _word(value: Any) -> str:
    """A date, month or year as it is kept: comparable as text from its beginning; nothing for what is none."""
    word = str(value or "")
    return word if word[:4].isdecimal() and len(word) in (4, 7, 10) else ""
