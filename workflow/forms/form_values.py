"""One answer, typed: what a person wrote, and what the product keeps of it."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any, Protocol

Value = str | int | bool | None
YES = frozenset({True, "1", "true", "on", "yes", "y", "是"})
EARLIEST, LATEST = 1900, 2100
KEPT = 10_000  #: characters of an answer that are kept even when they are too many


class Declared(Protocol):
    """What typing needs to know of a field."""

    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def choices(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def max(self) -> int: ...
    @property
    def lowest(self) -> int | None: ...
    @property
    def highest(self) -> int | None: ...


def blank(value: Any) -> bool:
    """Whether nothing was answered; an unticked box is nothing, a zero is something."""
    return value is None or value == "" or value is False


def typed(field: Declared, raw: Any) -> tuple[Value, str]:
    """(value, sentence): the typed value and no sentence, or what was written and what is wrong with it."""
    if field.kind == "check":
        return isinstance(raw, (bool, int, str)) and (raw.strip().lower() if isinstance(raw, str) else raw) in YES, ""
    text = _tidy(raw, lines=field.kind == "area")
    if text == "":
        return None if field.kind in ("number", "year") else "", ""
    if len(text) > field.max:
        return text[:KEPT], f"{field.label}不能超过 {field.max} 字，现有 {len(text)} 字。"
    match field.kind:
        case "date":
            return _date(field, text)
        case "month":
            return _month(field, text)
        case "year":
            return _number(field, text.removesuffix("年"), EARLIEST, LATEST)
        case "number":
            return _number(field, text, field.lowest, field.highest)
        case "choice":
            if text not in dict(field.choices):
                return text, f"{field.label}请从列表中选择，“{text[:20]}”不在其中。"
    return text, ""


def _tidy(raw: Any, *, lines: bool) -> str:
    """Text without control characters and outer space; line breaks only where lines are wanted."""
    if raw is None or isinstance(raw, (dict, list)):
        return ""
    text = unicodedata.normalize("NFC", str(raw)).replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c == "\n" or c == "\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    if lines:
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return " ".join(text.split())


def _digits(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "")


def _date(field: Declared, text: str) -> tuple[Value, str]:
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d\d)(\d\d)", _digits(text), re.ASCII)
    if found:
        year, month, day = (int(part) for part in found.groups() if part is not None)
        try:
            if EARLIEST <= year <= LATEST:
                return date(year, month, day).isoformat(), ""
        except ValueError:
            pass
    return text, f"{field.label}应为日期，如 2023-09-28，现为“{text[:20]}”。"


def _month(field: Declared, text: str) -> tuple[Value, str]:
    pattern = r"(\d{4})[-/.年](\d{1,2})(?:月|[-/.月]\d{1,2}日?)?|(\d{4})(\d\d)(?:\d\d)?"
    if found := re.fullmatch(pattern, _digits(text), re.ASCII):
        year, month = (int(part) for part in found.groups() if part is not None)
        if EARLIEST <= year <= LATEST and 1 <= month <= 12:
            return f"{year:04d}-{month:02d}", ""
    return text, f"{field.label}应为年月，如 2023-09，现为“{text[:20]}”。"


def _number(field: Declared, text: str, lowest: int | None, highest: int | None) -> tuple[Value, str]:
    digits = re.sub(r"(?<=\d),(?=\d{3})", "", _digits(text))
    if not re.fullmatch(r"-?\d{1,15}", digits, re.ASCII):
        return text, f"{field.label}应为整数，现为“{text[:20]}”。"
    number = int(digits)
    if lowest is not None and number < lowest:
        return text, f"{field.label}不得小于 {lowest}，现为 {number}。"
    if highest is not None and number > highest:
        return text, f"{field.label}不得大于 {highest}，现为 {number}。"
    return number, ""
