"""Read the yearly notice of the State Council (国务院办公厅关于…部分节假日安排的通知), as it is written.

`一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。` gives the days that are not what their
weekday
says: weekdays off and weekends worked. Lines such as `2027-02-05 至 2027-02-11 放假 春节` are read as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from models.office.setting import DayKind
from workflow.base.errors import Refused

SATURDAY = 5
WEEKDAYS = "一二三四五六日"
#: The longest run of days off that is believed; more is a slip of the pen.
LONGEST = 30
_BRACKETS = r"(?:[（(]([^（）()]*)[）)])?"
_DAY = rf"(?:(\d{{4}})年)?(?:(\d{{1,2}})月)?(\d{{1,2}})日{_BRACKETS}|(\d{{4}})-(\d{{1,2}})-(\d{{1,2}})"
_WORD = re.compile(rf"(?P<day>{_DAY})|(?P<to>至|到|—+|~|～)|(?P<kind>放假|上班)")
_NAME = re.compile(r"^\s*(?:[（(]?[一二三四五六七八九十]+[)）、.．]|\d{1,2}[、.．])?\s*([^\s：:，。、\d]{1,20})[：:]")
_OTHER = re.compile(r"调休|放假|上班|共\d+天|至|到|[\d\-—~～（）()年月日周星期\s，,。;；：:、.．]")


@dataclass(frozen=True, order=True)
class Off:
    """One day that is not what its weekday says."""

    day: date
    kind: DayKind
    name: str

    @property
    def weekday(self) -> str:
        """周四."""
        return f"周{WEEKDAYS[self.day.weekday()]}"


def read(year: int, text: str) -> list[Off]:
    """The days of the notice in their order; each line that cannot be understood is told at the field `text`."""
    found: dict[date, Off] = {}
    wrong: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        try:
            for off in _line(year, line.strip()):
                if (other := found.get(off.day)) and other.kind != off.kind:
                    raise ValueError(f"{off.day} 既放假又上班，请核对通知")
                found.setdefault(off.day, off)
        except ValueError as error:
            wrong.append(f"“{line.strip()[:30]}”：{error}")
    if not found and not wrong:
        wrong.append("没有读到放假或上班的日期，请粘贴通知原文（一、元旦：1月1日（周四）至3日（周六）放假…）")
    if wrong:
        sentence = "；".join(wrong[:5]) + "。"
        raise Refused(sentence, field="text")
    return sorted(found.values())


def _line(year: int, line: str) -> Iterator[Off]:
    named = _NAME.match(line)
    name = named[1] if named else _OTHER.sub("", line)[:20]
    days: list[date] = []
    first, until = None, False
    for word in _WORD.finditer(line, named.end() if named else 0):
        if word["day"]:
            first, started = _date(year, word, first), first
            if until and started is not None:
                days += _between(started, first)
            days.append(first)
            until = False
        elif word["to"]:
            until = True
        else:
            if not days:
                continue
            if not name:
                raise ValueError("没有写明节日名称")
            yield from _offs(days, DayKind.HOLIDAY if word["kind"] == "放假" else DayKind.MAKEUP, name)
            days = []
    if days:
        raise ValueError(f"{days[-1]} 没有写明放假还是上班")


def _offs(days: list[date], kind: DayKind, name: str) -> Iterator[Off]:
    for day in days:
        weekend = day.weekday() >= SATURDAY
        if kind == DayKind.MAKEUP and not weekend:
            raise ValueError(f"{day}（周{WEEKDAYS[day.weekday()]}）本就是工作日，不能调休上班")
        if weekend == (kind == DayKind.MAKEUP):
            yield Off(day, kind, name)


def _date(year: int, word: re.Match[str], before: date | None) -> date:
    """The day of a word; year and month are those of the day before it where they are left out."""
    stated, month, number, bracket, *iso = word.groups()[1:8]
    if iso[0]:
        stated, month, number = iso
    if month is None:
        if before is None:
            raise ValueError(f"“{word[0]}”没有写明月份")
        stated, month = stated or str(before.year), str(before.month)
    try:
        found = date(int(stated or year), int(month), int(number))
    except ValueError:
        raise ValueError(f"“{word[0]}”不是有效日期") from None
    if abs(found.year - year) > 1:
        raise ValueError(f"{found} 不在 {year} 年前后，请核对年度")
    told = re.search(r"(?:周|星期)([一二三四五六日天])", bracket or "")
    if told and told[1].replace("天", "日") != WEEKDAYS[found.weekday()]:
        raise ValueError(f"{found} 是周{WEEKDAYS[found.weekday()]}，不是{told[0]}，请核对年度和日期")
    return found


def _between(first: date, last: date) -> list[date]:
    days = (last - first).days
    if not 0 < days <= LONGEST:
        raise ValueError(f"{first} 至 {last} 的起止有误")
    return [first + timedelta(days=n) for n in range(1, days)]
