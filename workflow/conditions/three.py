"""Three values: met, unknown, not met (strong Kleene logic, 1938). AND is the worst, OR the best."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Verdict(IntEnum):
    """What is known about a demand; ordered, so that `min` joins by AND and `max` by OR."""

    NOT_MET = 0
    UNKNOWN = 1
    MET = 2

    @property
    def code(self) -> str:
        """The stored word: met, unknown, not_met."""
        return self.name.lower()

    @property
    def label(self) -> str:
        """The word on the screen."""
        return ("不符合", "无法判断", "符合")[self]

    @classmethod
    def of(cls, code: str) -> Verdict:
        """The value of a stored word."""
        return cls[code.upper()]

    @classmethod
    def whether(cls, known: bool | None) -> Verdict:
        """Yes, no, or nobody has said."""
        return cls.UNKNOWN if known is None else cls.MET if known else cls.NOT_MET


def every(verdicts: Iterable[Verdict]) -> Verdict:
    """AND: one demand known as not met decides, even where others are unknown. Nothing demanded is met."""
    return min(verdicts, default=Verdict.MET)


def some(verdicts: Iterable[Verdict]) -> Verdict:
    """OR: one that is met decides. Nothing to choose from is not met."""
    return max(verdicts, default=Verdict.NOT_MET)
