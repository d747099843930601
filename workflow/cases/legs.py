"""Who had a case how long: its steps one after the other as stretches of one holder, in working days, and the rule.

The steps come from 过程跟踪 (附件3 1.24). Where a stretch ends is decided by them alone; who holds the case now is said
by the case, whatever its steps say. Nothing is decided by a stretch: it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import STANDING, Holder, Stage
from models.declarations.standing import holder as holder_of
from workflow.base import settings
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations.declaration import step_at
from workflow.office import working_days

#: Terms of the rules in working days: at most, or for a posting at least.
AT_MOST, AT_LEAST, UNTIL = "most", "least", "until"


@dataclass(frozen=True)
class Happened:
    """A step of the case: what was done, from which state into which, when."""

    verb: str
    before: str
    after: str
    at: datetime


@dataclass(frozen=True)
class Rule:
    """What a stretch is held against: so many working days (or until a day), by which clause."""

    kind: str
    days: int | None
    until: date | None
    clause: str

    @property
    def words(self) -> str:
        """The rule as a person reads it."""
        if self.kind == UNTIL:
            return f"{self.until} 前" if self.until else ""
        return f"{'不超过' if self.kind == AT_MOST else '不少于'} {self.days} 个工作日"


@dataclass(frozen=True)
class Leg:
    """A stretch with one holder: `used` working days so far; None where the calendar of a year is not set."""

    what: str
    holder: str
    arrived: datetime
    left: datetime | None
    used: int | None
    rule: Rule | None

    @property
    def running(self) -> bool:
        """Whether the holder still has it."""
        return self.left is None

    def late(self, today: date) -> bool:
        """Longer than the rule allows; a posting is never late, it can only be too short."""
        if self.rule is None or self.rule.kind == AT_LEAST:
            return False
        if self.rule.until is not None:
            return (self.left.date() if self.left else today) > self.rule.until
        return self.used is not None and self.rule.days is not None and self.used > self.rule.days


@dataclass(frozen=True)
class _At:
    state: str
    position: int


def legs(uow: UnitOfWork, declaration: Declaration, steps: Sequence[Happened]) -> list[Leg]:
    """The stretches from the first 提交 on, oldest first."""
    told: list[tuple[str, str, datetime, _At]] = []
    for at, where in _walk(declaration, steps):
        name, what = _holder(declaration, where), _what(where)
        if not told or told[-1][:2] != (what, name):
            told.append((what, name, at, where))
    found = []
    for n, (what, name, arrived, where) in enumerate(told):
        left = told[n + 1][2] if n + 1 < len(told) else None
        if holder_of(where.state, where.position) is Holder.NOBODY or (STANDING[S(where.state)].settled and not left):
            continue
        used = days(uow, arrived.date(), left.date() if left else uow.today)
        found.append(Leg(what, name, arrived, left, used, _rule(uow, declaration, where, left is None, arrived)))
    return found


def days(uow: UnitOfWork, after: date, until: date) -> int | None:
    """Working days in (after, until]; None where a calendar is missing."""
    try:
        return working_days.between(uow.session, after, until)
    except Refused:
        return None


def _walk(declaration: Declaration, steps: Sequence[Happened]) -> list[tuple[datetime, _At]]:
    """Where the case lay after each step; the last place is what the case itself says."""
    position, back = -1, 0
    walked: list[tuple[datetime, _At]] = []
    for step in steps:
        if not step.after or step.after not in set(S):
            continue
        match step.verb:
            case "submit":
                position = 0
            case "withdraw" | "hand_down":
                position = -1
            case "recommend" | "approve":
                position += 1
            case "send_back":
                back, stop = position, step_at(declaration, position)
                position = -1 if position <= 0 or (stop is not None and stop.fast_return) else position - 1
            case "pass_down":
                position -= 1
            case "resubmit":
                position = {S.AT_COMMITTEE: len(declaration.route), S.UNDER_AUDIT: back}.get(S(step.after), 0)
        if step.after == S.DRAFT and not walked:
            continue
        walked.append((step.at, _At(step.after, position)))
    if walked:
        walked[-1] = (walked[-1][0], _At(declaration.state, declaration.position))
    return walked


def _holder(declaration: Declaration, where: _At) -> str:
    here = step_at(declaration, where.position)
    match kept := holder_of(where.state, where.position):
        case Holder.OFFICE:
            return here.organisation.name if here else ""
        case Holder.COMMITTEE:
            return declaration.committee.name if declaration.committee else ""
    return kept.label


def _what(where: _At) -> str:
    """What is done there, in the words of the stages."""
    if where.state == S.RETURNED:
        return "补正" if where.position < 0 else "退回转交"
    if where.state == S.PASSED:
        return "结果待公示"
    if where.state == S.OBJECTED:
        return "异议核查"
    stage = STANDING[S(where.state)].stage
    return "修改" if stage is Stage.FILLING else stage.label if stage else ""


#: State to (setting, kind, clause) where the rule counts working days.
_COUNTED: dict[S, tuple[str, str, str]] = {
    S.UNIT_PUBLICITY: ("publicity_days", AT_LEAST, "118号 四(二)2"),
    S.RESULT_PUBLICITY: ("publicity_days", AT_LEAST, "118号 六(一)"),
    S.PASSED: ("result_publicity_within", AT_MOST, "118号 六(一)"),
    S.OBJECTED: ("complaint_days", AT_MOST, "118号 五(四)"),
    S.FILING: ("filing_within", AT_MOST, "118号 六(二)"),
}


def _rule(uow: UnitOfWork, declaration: Declaration, where: _At, now: bool, arrived: datetime) -> Rule | None:
    state, batch = S(where.state), declaration.batch
    if state == S.RETURNED:
        mine = where.position < 0
        count = settings.value(uow.session, "correction_days" if mine else "pass_down_days")
        if now and declaration.due_on:
            return Rule(AT_MOST, days(uow, arrived.date(), declaration.due_on), None, _returned_by(mine))
        return Rule(AT_MOST, count, None, _returned_by(mine))
    if state in _COUNTED:
        name, kind, clause = _COUNTED[state]
        return Rule(kind, settings.value(uow.session, name), None, clause)
    match STANDING[state].stage:
        case Stage.UNIT | Stage.AUDIT | Stage.RECHECK:
            stop = step_at(declaration, where.position)
            own = stop.deadline if stop else None
            return _until(uow, arrived, min((d for d in (own, batch.audit_on) if d), default=None), "118号 二(一)")
        case Stage.REVIEW:
            return _until(uow, arrived, batch.vote_on, "118号 二(四)")
    return None


def _returned_by(mine: bool) -> str:
    return "118号 四(三)" if mine else "附件3 1.12.3"


def _until(uow: UnitOfWork, arrived: datetime, last: date | None, clause: str) -> Rule | None:
    return Rule(UNTIL, days(uow, arrived.date(), last), last, clause) if last else None
