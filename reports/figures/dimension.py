"""A dimension (维度): one way in which rows of a subject differ, in SQL, in words, and in an address."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, and_, cast, false, func, or_, true, type_coerce
from sqlalchemy.orm import Session

from models.base import Labelled

Value = str | int | bool | date | None
#: What stands in an address for a value that is not there, and what is read for it.
NOTHING, NOTHING_WORD = "-", "未填"
#: Most values that one condition of an address may name.
MOST_VALUES = 60


@dataclass(frozen=True)
class Today:
    """A day told from today, in a declaration: so many days later. `at` makes a date of it."""

    days: int = 0

    def at(self, today: date) -> date:
        """The date it is when today is that day."""
        return today + timedelta(days=self.days)


@dataclass(frozen=True)
class Span:
    """From `least` to `most`, both included; None is no end."""

    least: Any = None
    most: Any = None

    def at(self, today: date) -> Span:
        """With days told from today as dates."""
        return Span(*(end.at(today) if isinstance(end, Today) else end for end in (self.least, self.most)))

    def holds(self, value: Any) -> bool:
        """Whether the value lies in it; nothing lies nowhere."""
        if value is None:
            return False
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


#: What is asked of a dimension: any of these values, or a stretch of them.
Wanted = frozenset[Value] | Span


@dataclass(frozen=True)
class Dimension:
    """`term` gives the SQL expression; `words` the words of values in their official order, those of `found` at least.

    `kind` is word, key, flag, number or day: how a value is read from an address, and whether it can be summed up.
    """

    name: str
    label: str
    term: Callable[[], Any]
    words: Callable[[Session, Collection[Any]], Mapping[Any, str]]
    kind: str = "word"
    personal: bool = False  #: of persons: small groups are hidden from whoever may not open the rows

    def clause(self, wanted: Wanted) -> ColumnElement[bool]:
        """The condition in SQL."""
        term = self.term()
        if isinstance(wanted, Span):
            ends = [term >= wanted.least] if wanted.least is not None else []
            ends += [term <= wanted.most] if wanted.most is not None else []
            return and_(true(), *ends)
        values = sorted((v for v in wanted if v is not None), key=str)
        clauses = [term.in_(values)] if values else []
        return or_(false(), *clauses, term.is_(None)) if None in wanted else or_(false(), *clauses)

    def read(self, word: str) -> Wanted | None:
        """What an address asks: `a`, `a,b`, `5..`, `..9`, `-`; None where it cannot be read."""
        if ".." in word:
            ends = [self._value(end) if end else None for end in word.split("..", 1)]
            return None if any(end is _UNREADABLE for end in ends) or ends == [None, None] else Span(*ends)
        values = [None if one == NOTHING else self._value(one) for one in word.split(",")]
        if len(values) > MOST_VALUES or any(value is _UNREADABLE for value in values):
            return None
        return frozenset(values)

    def _value(self, word: str) -> Any:
        if self.kind in ("key", "number"):
            return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else _UNREADABLE
        if self.kind == "flag":
            return {"1": True, "0": False}.get(word, _UNREADABLE)
        if self.kind == "day":
            try:
                return date.fromisoformat(word)
            except ValueError:
                return _UNREADABLE
        return word if word and len(word) <= 40 and "\x00" not in word else _UNREADABLE

    def written(self, wanted: Wanted) -> str:
        """As it stands in an address."""
        if isinstance(wanted, Span):
            least, most = ("" if end is None else _word(end) for end in (wanted.least, wanted.most))
            return f"{least}..{most}"
        return ",".join(sorted(_word(value) for value in wanted))

    def said(self, session: Session, wanted: Wanted) -> str:
        """The condition in words: 市州：长沙市、株洲市."""
        if isinstance(wanted, Span):
            least = "" if wanted.least is None else f"{wanted.least} 起"
            most = "" if wanted.most is None else f"至 {wanted.most}"
            return f"{self.label}：{least}{most}"
        known = self.words(session, wanted)
        named = [word for value, word in known.items() if value in wanted]
        named += [NOTHING_WORD if value is None else str(value) for value in sorted(wanted - set(known), key=str)]
        return f"{self.label}：" + "、".join(named)


_UNREADABLE: Any = object()


def _word(value: Value) -> str:
    if value is None:
        return NOTHING
    return str(int(value)) if isinstance(value, bool) else str(value)


def of_enum(enum: type[Labelled]) -> Callable[[Session, Collection[Any]], Mapping[Any, str]]:
    """The words of a closed list, in its order."""
    fixed = {member.value: member.label for member in enum}
    return lambda session, found: fixed


def of_words(fixed: Mapping[Any, str]) -> Callable[[Session, Collection[Any]], Mapping[Any, str]]:
    """Words that are written down beside the dimension."""
    return lambda session, found: fixed


def plain(session: Session, found: Collection[Any]) -> Mapping[Any, str]:
    """Numbers and days speak for themselves."""
    return {value: str(value) for value in sorted(value for value in found if value is not None)}


def at(wanted: Wanted, today: date) -> Wanted:
    """With days told from today as dates."""
    return wanted.at(today) if isinstance(wanted, Span) else wanted


def both(one: Wanted, other: Wanted) -> Wanted:
    """What fulfils both; it may be that nothing does."""
    if isinstance(one, Span) and isinstance(other, Span):
        least = [end for end in (one.least, other.least) if end is not None]
        most = [end for end in (one.most, other.most) if end is not None]
        return Span(max(least) if least else None, min(most) if most else None)
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return one & other
    values, span = (one, other) if isinstance(one, frozenset) else (other, one)
    return frozenset(value for value in values if span.holds(value))  # type: ignore[union-attr]


def flags(yes: str, no: str) -> Callable[[Session, Collection[Any]], Mapping[Any, str]]:
    """The words of what holds and of what does not."""
    return of_words({True: yes, False: no})


def year_of(day: Any) -> ColumnElement[int]:
    """The year of a day or a moment, on both databases."""
    return cast(func.extract("year", day), Integer)


def day_of(moment: Any) -> ColumnElement[date]:
    """The day of a moment, on both databases."""
    return type_coerce(func.date(moment), Date)
