"""An atom: one demand of a row laid beside what is known of a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from workflow.conditions.days import Counting, When, months_until
from workflow.conditions.person import Person, Target
from workflow.conditions.three import Verdict

#: What a demand that no waiting fulfils weighs in months, so that the nearest row is the one least away.
PAPER, LICENCE, DEGREE, GROUP = 12, 24, 400, 9999
#: What nobody has said weighs as little as asking for it.
ASK = 1


@dataclass(frozen=True, slots=True)
class Atom:
    """One judged demand: what is needed, what there is, where it stands in the form, the day it is met by waiting."""

    verdict: Verdict
    need: str
    have: str
    field: str
    ready: date | None = None
    #: Months to wait, or what stands for them; 0 where it is met.
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """The day a row is judged on, and how its document counts years."""

    cutoff: date
    counting: Counting = Counting.DAY


#: A demand, compiled from its row once.
Check = Callable[[Person, Target, Day], Atom]


def unknown(need: str, field: str, missing: str = "未填写") -> Atom:
    """Nobody has said."""
    return Atom(Verdict.UNKNOWN, need, missing, field, None, ASK)


def plain(met: bool | None, need: str, have: str, field: str, cost: int = PAPER) -> Atom:
    """A demand that is met, or not, or nobody knows; no waiting changes it."""
    verdict = Verdict.whether(met)
    return Atom(verdict, need, have, field, None, (cost, ASK, 0)[verdict])


def waiting(reached: When, need: str, have: str, field: str, cutoff: date) -> Atom:
    """A demand that is met on a day."""
    verdict = reached.by(cutoff)
    if verdict is Verdict.MET:
        return Atom(verdict, need, have, field)
    if verdict is Verdict.UNKNOWN:
        return Atom(verdict, need, f"{have}，须填写到日", field, None, ASK)
    return Atom(verdict, need, have, field, reached.last, months_until(reached.last, cutoff))
