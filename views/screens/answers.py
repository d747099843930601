"""What was typed, as the value that is meant: the one reader of generated forms, of verbs that ask, and of conditions.

Each takes the label of the field and the word, and gives the value or raises ValueError with the field's sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from flask import request

from models.base import db
from views.screens.lookup import LOOKUPS
from workflow.base import settings
from workflow.base.errors import Refused

N = TypeVar("N", int, Decimal)
#: A number as people write it: no exponent, no underscore, no digits of another script.
_WHOLE, _AMOUNT = re.compile(r"-?[0-9]+"), re.compile(r"-?[0-9]+(?:\.[0-9]*)?|-?\.[0-9]+")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－", "0123456789.-")
_MOST_DIGITS = 40
#: A day and a moment as an input of a browser sends them, and as they are printed.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: As people write one: 2026/7/5, 2026年7月5日, 20260705.
_DAY_WRITTEN = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})")
_MOMENT = re.compile(_DAY.pattern + r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?")
INT_LOWEST, INT_HIGHEST = -(2**31), 2**31 - 1
#: So much of what was typed beside a picker is read.
MOST_PICKED = 120


def cleaned(word: str) -> str:
    """A text as it is kept: line ends of one kind, no spaces around it."""
    return word.replace("\r\n", "\n").strip()


def text(label: str, word: str, most: int | None) -> str:
    """A text that is not too long; refused with both numbers."""
    if most and len(word) > most:
        raise ValueError(f"{label}不能超过 {most} 字，现有 {len(word)} 字。")
    return word


def number(label: str, word: str, least: float | None = None, most: float | None = None) -> int:
    """A whole number that a column can hold: no 1e1, no 1_000, no digits of other scripts."""
    digits = _digits(word)
    if not _WHOLE.fullmatch(digits):
        raise ValueError(f"{label}应为整数，现为“{word[:20]}”。")
    if len(digits) > _MOST_DIGITS or not INT_LOWEST <= int(digits) <= INT_HIGHEST:
        raise ValueError(f"{label}超出可登记的范围。")
    return within(label, int(digits), least, most)


def decimal(
    label: str, word: str, precision: int, scale: int, least: float | None = None, most: float | None = None
) -> Decimal:
    """An amount with as many digits as the column keeps, in digits and a point only."""
    digits = _digits(word)
    if not _AMOUNT.fullmatch(digits) or len(digits.partition(".")[2].rstrip("0")) > scale:
        raise ValueError(f"{label}应为数字，最多 {scale} 位小数，现为“{word[:20]}”。")
    if len(digits) > _MOST_DIGITS or abs(Decimal(digits)) >= 10 ** (precision - scale):
        raise ValueError(f"{label}应为数字，整数部分最多 {precision - scale} 位，现为“{word[:20]}”。")
    return within(label, Decimal(digits), least, most)


def _digits(word: str) -> str:
    """Digits typed in full width are the digits; nothing else is read into a number."""
    return word.strip().translate(_FULL_WIDTH)


def within(label: str, found: N, least: float | None, most: float | None) -> N:
    """A number within its bounds; refused with the bound that it passes."""
    if least is not None and found < least:
        raise ValueError(f"{label}不得小于 {least}，现为 {found}。")
    if most is not None and found > most:
        raise ValueError(f"{label}不得大于 {most}，现为 {found}。")
    return found


def day(label: str, word: str) -> date:
    """A day, by `<input type="date">`."""
    return _or_wrong(read_date(word), f"{label}不是有效日期，请按 2026-05-20 的格式填写。")


def moment(label: str, word: str) -> datetime:
    """A day and a time, by `<input type="datetime-local">`."""
    return _or_wrong(read_moment(word), f"{label}不是有效时间，请按 2026-05-20 15:20 的格式填写。")


def one_of(label: str, word: str, offered: Iterable[str]) -> str:
    """One of the values on offer."""
    if word not in set(offered):
        raise ValueError(f"{label}的选项无效，请从列表中选择。")
    return word


def picked(label: str, model: str, key: str, typed: str, *, choosing: bool = True) -> Any:
    """The record chosen in a picker, or the only one of exactly that name or code; None when nothing was typed."""
    if not key and not typed:
        return None
    lookup = LOOKUPS[model]
    found = lookup.of(key, choosing=choosing) if key else lookup.by_text(typed)
    return _or_wrong(found, f"没有找到“{typed or label}”，请输入名称或代码后从列表中选择。")


def upload(sent: Any) -> tuple[bytes, str] | None:
    """The bytes and the name of an upload, read before the unit of work opens; None when none was sent."""
    if sent is None or not sent.filename:
        return None
    limit = settings.value(db.session, "upload_max_mb") * 1024 * 1024
    sent.stream.seek(0)  # a verb that is run again reads it again
    data = sent.stream.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"文件“{sent.filename[:80]}”超过 {limit // 1048576} MB 的上限；请压缩或拆分后再上传。")
    return data, sent.filename


def uploads(sent: Iterable[Any], field: str) -> list[tuple[bytes, str]]:
    """The bytes and the name of each of several uploads; refused at the field when one is too large."""
    try:
        return [found for one in sent if (found := upload(one)) is not None]
    except ValueError as error:
        raise Refused(str(error), field=field) from None


def read_date(word: str) -> date | None:
    """A date of the address or a form, as people write it; None when it is none, or far from our time."""
    if not (parts := _DAY_WRITTEN.fullmatch(_digits(word))):
        return None
    try:
        found = date(*(int(part) for part in parts.groups() if part))
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2200 else None


def read_moment(word: str) -> datetime | None:
    """A moment of a form (2026-05-20T15:20), or None."""
    if not _MOMENT.fullmatch(word):
        return None
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        return None
    return found if found.tzinfo is None and 1900 <= found.year <= 2200 else None


def _or_wrong(value: Any, sentence: str) -> Any:
    if value is None:
        raise ValueError(sentence)
    return value


def piece(most: int) -> bytes | None:
    """The body of a request as it is; None, and unread, where its size is not told or larger than `most` bytes."""
    length = request.content_length
    return None if length is None or length > most else request.stream.read(length)
