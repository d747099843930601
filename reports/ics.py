"""Calendar files (.ics, RFC 5545): days of the office as all-day events.

Times of the moment are written in UTC, the office's days as plain dates, which no time zone can shift. Lines are
folded at 75 octets, never inside a character; ids are stable, so a changed date moves its event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Protocol

#: The province's time (Asia/Shanghai) is eight hours ahead of UTC, all year.
AHEAD = timedelta(hours=8)
OCTETS = 75


class Day(Protocol):
    """What an event is made of."""

    @property
    def key(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def day(self) -> date: ...
    @property
    def last(self) -> date | None: ...
    @property
    def text(self) -> str: ...


def calendar(name: str, uid: str, days: Iterable[Day], *, made: datetime, edition: int = 0, url: str = "") -> bytes:
    """The calendar file: `uid` names the record, `made` is the province's time, `edition` counts its changes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Zhicheng//Batch//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
    ]
    stamp = f"{made - AHEAD:%Y%m%dT%H%M%SZ}"
    for day in days:
        ends = (day.last or day.day) + timedelta(days=1)  # the end of an all-day event is the day after
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}-{day.key}@zhicheng",
            f"DTSTAMP:{stamp}",
            f"SEQUENCE:{edition}",
            f"DTSTART;VALUE=DATE:{day.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{ends:%Y%m%d}",
            f"SUMMARY:{escaped(f'{day.title}（{name}）')}",
        ]
        if day.text:
            lines.append(f"DESCRIPTION:{escaped(day.text)}")
        if url:
            lines.append(f"URL:{url}")
        lines += ["TRANSP:TRANSPARENT", "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return "".join(part + "\r\n" for line in lines for part in folded(line)).encode()


def escaped(text: str) -> str:
    """A text value: backslash, semicolon, comma and line ends are escaped, other control characters left out."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r\n", "\n").replace("\n", "\\n")
    return "".join(c for c in text if c >= " " and c != "\x7f")


def folded(line: str) -> Iterator[str]:
    """The content line in pieces of at most 75 octets; each further one begins with a space."""
    piece, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > OCTETS:
            yield piece
            piece, size = " ", 1
        piece, size = piece + character, size + octets
    yield piece
