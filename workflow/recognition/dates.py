"""Dates on a page, in numbers and in numerals, and what stands before each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workflow.recognition.page import Reading

Parts = tuple[int, ...]
_PATTERNS = (
    re.compile(r"(?<!\d)((?:19|20)\d\d)[年.\-/](1[0-2]|0?[1-9])(?:[月.\-/](3[01]|[12]\d|0?[1-9])(?!\d))?"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)"),
    re.compile(
        r"([一二][九〇O0][〇O0一二三四五六七八九]{2})年(十?[一二三四五六七八九]|十)月"
        r"(?:([二三]?十?[一二三四五六七八九]|[二三]?十)日)?"
    ),
)
#: Years that lost a figure: what stands there was a date and cannot be read any more.
_LOST = re.compile(
    r"(?<![〇O0一二三四五六七八九])[〇O0一二三四五六七八九]{2,3}年(?=[〇一二三四五六七八九十月])"
    r"|(?<!\d)\d{2,3}年(?=\d{1,2}月)"
)
_NUMERALS = dict(zip("〇一二三四五六七八九", range(10), strict=True)) | {"O": 0, "0": 0}
#: Days that are never those of the paper itself.
_OTHERS = re.compile(r"(出生\w{0,2}|(?<!日)生于|更新|打印|查询|验证|申请|完成|参加工作)\w{0,3}[(:：]?$")
_BORN_AFTER = re.compile(r"^日?\)?(出生|生(?![产活效]))")


@dataclass(frozen=True)
class Date:
    """One date: its parts as far as they are printed, where it stands, and what stands before it."""

    parts: Parts
    start: int
    end: int
    before: str
    aside: bool  #: of birth, of asking: not what the paper says of itself

    @property
    def told(self) -> str:
        """As it is typed."""
        return "-".join(f"{part:02d}" for part in self.parts)


def _small(told: str) -> int:
    if told.isdigit():
        return int(told)
    tens, ten, ones = told.rpartition("十")
    return (_NUMERALS.get(tens, 1) * 10 if ten else 0) + _NUMERALS.get(ones, 0)


def dates(page: Reading) -> list[Date]:
    """Every date of the page once, those of one line before those broken over two."""
    found: dict[tuple[int, int], Date] = {}
    for line in page.lines:
        for parts, start, end in _in(page.text[line.start : line.end]):
            _add(page, found, parts, start + line.start, end + line.start)
    for parts, start, end in _in(page.text):
        if not any(s < end and start < e for s, e in found):
            _add(page, found, parts, start, end)
    return [found[key] for key in sorted(found)]


def _add(page: Reading, found: dict[tuple[int, int], Date], parts: Parts, start: int, end: int) -> None:
    line = page.lines[page.line_of[start]]
    before = page.text[max(line.start, start - 10) : start]
    if start == line.start and (label := page.left_of(page.line_of[start])):
        before = page.text[label.start : label.end]
    aside = bool(_OTHERS.search(before)) or bool(_BORN_AFTER.match(page.text[end : end + 4]))
    found[start, end] = Date(parts, start, end, before, aside)


def _in(text: str) -> Iterator[tuple[Parts, int, int]]:
    for number, pattern in enumerate(_PATTERNS):
        for m in pattern.finditer(text):
            if number == 2:
                year = int("".join(str(_NUMERALS[sign]) for sign in m[1]))
                parts: Parts = (year, *(_small(part) for part in m.groups()[1:] if part))
            else:
                parts = tuple(int(part) for part in m.groups() if part)
            yield parts, m.start(), m.end()


def lost(page: Reading) -> bool:
    """Whether a year on the page has lost a figure (〇 is often not seen): then no date there differs."""
    return bool(_LOST.search(page.text))
