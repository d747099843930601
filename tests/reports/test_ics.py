"""Calendar files are what RFC 5545 asks for, whatever stands in the names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from reports import ics


@dataclass
class Day:
    key: str
    title: str
    day: date
    text: str = ""
    last: date | None = None


MADE = datetime(2026, 5, 20, 7, 30)


def unfolded(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def test_a_day_is_a_whole_day_and_a_span_ends_the_day_after():
    lines = unfolded(
        ics.calendar(
            "2026 年度",
            "batch-7",
            [Day("vote", "投票", date(2026, 12, 31)), Day("paper", "纸质", date(2026, 9, 27), last=date(2026, 9, 28))],
            made=MADE,
            edition=3,
        )
    )
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"] and lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART;VALUE=DATE:20261231" in lines and "DTEND;VALUE=DATE:20270101" in lines
    assert "DTSTART;VALUE=DATE:20260927" in lines and "DTEND;VALUE=DATE:20260929" in lines
    assert "UID:batch-7-vote@zhicheng" in lines and "DTSTAMP:20260519T233000Z" in lines and "SEQUENCE:3" in lines


def test_ids_stay_when_a_date_moves():
    first, second = (
        unfolded(ics.calendar("批次", "batch-7", [Day("vote", "投票", day)], made=MADE))
        for day in (date(2026, 12, 1), date(2026, 12, 2))
    )
    assert [line for line in first if line.startswith("UID")] == [line for line in second if line.startswith("UID")]


@given(st.text(max_size=300), st.text(max_size=300))
def test_lines_are_short_and_texts_come_back(title, text):
    data = ics.calendar("甲", "b", [Day("k", title, date(2026, 1, 1), text)], made=MADE)
    raw = data.split(b"\r\n")
    assert all(len(line) <= 75 for line in raw) and b"\n" not in b"".join(raw) and b"\r" not in b"".join(raw)
    for line in raw:
        line.decode()  # no character is cut in two
    if text.isprintable() and text:
        (found,) = [line for line in unfolded(data) if line.startswith("DESCRIPTION:")]
        body = found.removeprefix("DESCRIPTION:")
        assert body.replace("\\;", ";").replace("\\,", ",").replace("\\\\", "\\") == text
