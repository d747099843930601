"""What was read of a page, as one row of characters in reading order, each with its certainty, its place and its gaps.

Characters are made alike first (NFKC, no spaces, one middle dot, one nought among numerals), the typed value in the
same way. Where something was left out a gap stays, for words end there. Pure; a reading comes from `engine` or a PDF.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: How sure the reader must be of a character before it is held against anybody, and of how little of another one.
SURE, RUNNER = 0.90, 0.02
DOTS = "·•・‧∙⋅●"
LEFT_OUT = set(" \t\r\n　,，。;；:：\"“”'‘’《》<>、|！!？?")
_ALIKE = str.maketrans({**dict.fromkeys(DOTS, "·"), "○": "〇", "零": "〇"})


def alike(text: str) -> str:
    """The characters of a text as they are compared."""
    told = unicodedata.normalize("NFKC", text).translate(_ALIKE)
    return "".join(sign for sign in told if sign not in LEFT_OUT).upper()


def common(sign: str) -> bool:
    """Whether the reader has met the character often enough to be believed: what GB 2312 holds."""
    if sign == "·":
        return True
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def han(sign: str) -> bool:
    """Whether it is a Chinese character."""
    return "㐀" <= sign <= "鿿" or ord(sign) > 0x20000


@dataclass(frozen=True)
class Box:
    """A rectangle on the page as people see it; sides as parts of width and height."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass
class Line:
    """One read line: its corners, turned straight with the page, and which characters of the page it holds."""

    corners: list[tuple[float, float]]
    straight: list[tuple[float, float]]
    edges: list[float] = field(default_factory=list)  #: where each of its characters begins, as part of its length
    start: int = 0
    end: int = 0

    @property
    def high(self) -> float:
        """How high it is."""
        q = self.straight
        return (abs(q[3][1] - q[0][1]) + abs(q[2][1] - q[1][1])) / 2

    @property
    def middle(self) -> float:
        """How far down its middle lies."""
        return sum(y for _, y in self.straight) / 4

    @property
    def left(self) -> float:
        """Where it begins."""
        return min(x for x, _ in self.straight)

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(x for x, _ in self.straight)


@dataclass
class Reading:
    """One reading of one page."""

    text: str = ""
    sure: list[float] = field(default_factory=list)
    others: list[dict[str, float]] = field(default_factory=list)
    line_of: list[int] = field(default_factory=list)
    place_of: list[int] = field(default_factory=list)  #: which character of its line
    gaps: set[int] = field(default_factory=set)  #: before these something was left out, or a line begins
    lines: list[Line] = field(default_factory=list)
    size: tuple[int, int] = (1, 1)
    turned: int = 0

    def gap(self, at: int) -> bool:
        """Whether a word can begin or end there."""
        return at <= 0 or at >= len(self.text) or at in self.gaps

    def believed(self, start: int, end: int) -> bool:
        """Whether the reader was sure of every character of the run and knows them all."""
        return end > start and all(self.sure[i] >= SURE and common(self.text[i]) for i in range(start, end))

    def may_be(self, at: int, wanted: str) -> bool:
        """Whether the character there may well be the wanted one: unsure, or that was a runner-up."""
        return self.sure[at] < SURE or self.others[at].get(wanted, 0) >= RUNNER or not common(wanted)

    def one_line(self, start: int, end: int) -> bool:
        """Whether a run stands in one line."""
        return len(set(self.line_of[start:end])) <= 1

    def box(self, start: int, end: int) -> Box:
        """Where a run of characters stands on the page."""
        points: list[tuple[float, float]] = []
        for number in sorted(set(self.line_of[start:end])):
            line = self.lines[number]
            held = [self.place_of[i] for i in range(start, end) if self.line_of[i] == number]
            points += _part(line, line.edges[min(held)], line.edges[max(held) + 1])
        seen = [_upright(x / self.size[0], y / self.size[1], self.turned) for x, y in points]
        return Box(min(x for x, _ in seen), min(y for _, y in seen), max(x for x, _ in seen), max(y for _, y in seen))

    def left_of(self, number: int) -> Line | None:
        """The nearest line to the left in the same row."""
        here = self.lines[number]
        row = [
            one
            for one in self.lines
            if one is not here and one.right < here.left + 5 and abs(one.middle - here.middle) < here.high * 0.7
        ]
        return max(row, key=lambda one: one.right, default=None)

    def right_of(self, number: int) -> Line | None:
        """The nearest line to the right in the same row."""
        here = self.lines[number]
        row = [
            one
            for one in self.lines
            if one is not here and one.left > here.right - 5 and abs(one.middle - here.middle) < here.high * 0.7
        ]
        return min(row, key=lambda one: one.left, default=None)


def _edges(text: str) -> list[float]:
    """Where characters begin and the last one ends; letters and figures are half as wide as Chinese characters."""
    widths = [1.0 if unicodedata.east_asian_width(sign) in "WF" else 0.52 for sign in text]
    total = sum(widths) or 1.0
    return [sum(widths[:place]) / total for place in range(len(widths) + 1)]


def _part(line: Line, begin: float, end: float) -> list[tuple[float, float]]:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = line.corners
    along = lambda t: [(ax + (bx - ax) * t, ay + (by - ay) * t), (dx + (cx - dx) * t, dy + (cy - dy) * t)]  # noqa: E731
    return [*along(begin), *along(min(end, 1.0))]


def _upright(x: float, y: float, quarters: int) -> tuple[float, float]:
    for _ in range(quarters % 4):
        x, y = 1 - y, x
    return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)


#: Lines of a page that are compared; a paper that proves something has fewer than a hundred.
MOST_LINES = 400


def readings(page: Mapping[str, Any]) -> list[Reading]:
    """The readings of a page as the reader's process told them."""
    return [_reading(one, page["turned"]) for one in page["readings"]]


def _reading(told: Mapping[str, Any], turned: int) -> Reading:
    made = Reading(size=(max(told["size"][0], 1), max(told["size"][1], 1)), turned=turned)
    for line, text, sure, others in _in_order(told["lines"][:MOST_LINES]):
        line.start, line.edges = len(made.text), _edges(text)
        made.gaps.add(line.start)
        for place, sign in enumerate(text):
            shown = alike(sign)
            if not shown:
                made.gaps.add(len(made.text))
            for one in shown:
                made.text += one
                made.sure.append(sure[place])
                made.others.append({alike(k) or k: p for k, p in others[place].items()})
                made.line_of.append(len(made.lines))
                made.place_of.append(place)
        line.end = len(made.text)
        made.lines.append(line)
    return made


def _in_order(lines: Sequence[Sequence[Any]]) -> Iterable[tuple[Line, str, list[float], list[dict[str, float]]]]:
    """Lines as they are read: turned straight by their common angle, then row by row."""
    corners = [list(zip(told[0][::2], told[0][1::2], strict=True)) for told in lines]
    angle = _angle(corners)
    made = []
    for told, q in zip(lines, corners, strict=True):
        made.append((Line(q, [_turn(x, y, -angle) for x, y in q]), told[1], told[2], told[3]))
    made.sort(key=lambda one: one[0].middle)
    rows: list[list[Any]] = []
    for one in made:
        row = next((r for r in rows[::-1][:4] if _same_row(r[0][0], one[0])), None)
        if row is None:
            rows.append([one])
        else:
            row.append(one)
    return [one for row in rows for one in sorted(row, key=lambda part: part[0].left)]


def _same_row(first: Line, other: Line) -> bool:
    return abs(first.middle - other.middle) < 0.5 * min(first.high, other.high)


def _angle(corners: Iterable[list[tuple[float, float]]]) -> float:
    """The angle of the middle line, long ones counting more."""
    found = sorted((math.atan2(q[1][1] - q[0][1], q[1][0] - q[0][0]), math.dist(q[0], q[1])) for q in corners)
    half, gone = sum(length for _, length in found) / 2, 0.0
    for angle, length in found:
        gone += length
        if gone >= half:
            return angle
    return 0.0


def _turn(x: float, y: float, angle: float) -> tuple[float, float]:
    return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)
