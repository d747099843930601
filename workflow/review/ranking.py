"""Who would pass (REQUIREMENTS §5.4): two thirds, then the unit's 职数, then the committee's ratio.

`cut` is pure: the same candidates, caps and tie decisions always give the same result. A tie at a cut is
shown and decided on record, never silently.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.declarations.quota import Quota
from models.declarations.standing import PASSED
from models.review.plan import Plan
from models.review.session import ReviewSession
from workflow.base.unit_of_work import UnitOfWork
from workflow.review import scoring
from workflow.review.ballot import counted_poll, tallies
from workflow.review.bench import candidates

# -- The cuts, pure -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Contender:
    """A candidate as the cuts see him; `quota` is the places he competes for, or None outside 职数控制."""

    id: int
    level: str
    yes: int
    agreed: bool  #: two thirds of those attending
    points: int = 0
    quota: Hashable = None


@dataclass(frozen=True)
class Tie:
    """Contenders equal in votes and points of whom a cut would take some and leave others."""

    ids: tuple[int, ...]
    places: int  #: how many of them are taken
    where: str


@dataclass(frozen=True)
class Outcome:
    """Who passes, why the others do not, and which ties stand in the way."""

    passed: tuple[int, ...]
    failed: Mapping[int, str]
    ties: tuple[Tie, ...] = field(default=())


NOT_AGREED = "同意票数未达到出席评委总数的三分之二（令40号 第十九条）"
OVER_QUOTA = "按同意票数和综合得分排序，超出所在单位核准的岗位职数（118号 五(三)）"
OVER_RATIO = "按同意票数和综合得分排序，超出评委会通过比例控制数（118号 五(三)）"


def cut(
    contenders: Iterable[Contender],
    *,
    places: Mapping[Hashable, int],
    caps: Mapping[str, int],
    decided: Sequence[Sequence[int]] = (),
) -> Outcome:
    """Apply the cuts in their order: two thirds, places of the quota, cap of the level.

    Takes the places left of each quota, the cap of each level, and for each tie that the meeting has decided its
    contenders in their order. A decision says nothing of other ties, whoever stands in both. While a tie at one cut is
    open, the later cuts are not made.
    """
    contenders = list(contenders)
    failed = {c.id: NOT_AGREED for c in contenders if not c.agreed}
    remaining = [c for c in contenders if c.agreed]
    by_quota = [("单位职数", c.quota, c) for c in remaining if c.quota is not None]
    out, ties = _cut_groups(by_quota, {key: places.get(key, 0) for _, key, _ in by_quota}, decided)
    failed |= dict.fromkeys(out, OVER_QUOTA)
    if not ties:
        by_level = [(f"{TitleLevel(c.level).label}比例控制", c.level, c) for c in remaining if c.id not in failed]
        out, ties = _cut_groups(by_level, {key: caps.get(str(key), 0) for _, key, _ in by_level}, decided)
        failed |= dict.fromkeys(out, OVER_RATIO)
    passed = tuple(sorted(c.id for c in remaining if c.id not in failed))
    return Outcome(passed, failed, tuple(ties))


def _cut_groups(
    rows: Iterable[tuple[str, Hashable, Contender]], places: Mapping[Hashable, int], decided: Sequence[Sequence[int]]
) -> tuple[list[int], list[Tie]]:
    """Who falls out of each group, and the ties that are still open (whose contenders stay in for now)."""
    groups: dict[tuple[str, Hashable], list[Contender]] = defaultdict(list)
    for where, key, contender in rows:
        groups[where, key].append(contender)
    out: list[int] = []
    ties: list[Tie] = []
    for (where, key), group in sorted(groups.items(), key=lambda item: min(c.id for c in item[1])):
        room = max(0, places[key])
        ranked = [c.id for c in sorted(group, key=lambda c: (-c.yes, -c.points, c.id))]
        tie = _tie(group, room, where)
        if tie is None:
            out += ranked[room:]
            continue
        before = [number for number in ranked[:room] if number not in tie.ids]
        after = [number for number in ranked[room:] if number not in tie.ids]
        order = next((order for order in decided if set(tie.ids) <= set(order)), None)
        if order is None:
            ties.append(tie)
            out += after
        else:
            out += [*before, *(number for number in order if number in tie.ids), *after][room:]
    return out, ties


def _tie(group: Sequence[Contender], room: int, where: str) -> Tie | None:
    """The contenders between whom the cut falls though they are equal."""
    if not 0 < room < len(group):
        return None
    places = sorted(((c.yes, c.points) for c in group), reverse=True)
    edge, before = places[room], sum((c.yes, c.points) > places[room] for c in group)
    if before == room:
        return None
    return Tie(tuple(sorted(c.id for c in group if (c.yes, c.points) == edge)), room - before, where)


def cap(base: int, ratio: int) -> int:
    """How many may pass of `base` candidates at `ratio` per cent; fractions are dropped (REQUIREMENTS §6.3)."""
    return base * ratio // 100


# -- The facts of a session -----------------------------------------------------------------------


def ratio_of(plan: Plan, level: str) -> int:
    """The ratio the plan states for that level, in per cent."""
    return plan.full_ratio if level == TitleLevel.FULL_SENIOR else plan.associate_ratio


def quota_left(session: Session, quota: Quota) -> int:
    """Places of a quota that nobody holds: approved, without those used and those passed but not yet filed."""
    pending = select(func.count()).where(Declaration.quota_id == quota.id, Declaration.state.in_(PASSED))
    return quota.approved - quota.used - (session.scalar(pending) or 0)


def contenders(session: Session, review: ReviewSession) -> list[Contender]:
    """The candidates of a counted session with their votes and points."""
    poll = counted_poll(session, review)
    rows = {tally.declaration_id: tally for tally in tallies(session, poll)} if poll else {}
    scores = scoring.standings(session, review)
    people = session.scalars(select(Declaration).where(Declaration.id.in_(rows)).order_by(Declaration.id))
    return [
        Contender(
            declaration.id,
            declaration.level,
            rows[declaration.id].yes,
            rows[declaration.id].passed,
            scores[declaration.id].points if declaration.id in scores else 0,
            (declaration.quota_id or 0) if declaration.needs_quota else None,
        )
        for declaration in people
        if declaration.state == D.IN_REVIEW
    ]


def caps(session: Session, review: ReviewSession) -> dict[str, int]:
    """The cap of each level: the ratio of those who stood for the vote at that level."""
    poll = counted_poll(session, review)
    levels = select(Declaration.level, func.count()).where(Declaration.id.in_(poll.candidates if poll else []))
    rows = session.execute(levels.group_by(Declaration.level))
    return {level: cap(base, ratio_of(review.plan, level)) for level, base in rows}


def preview(session: Session, review: ReviewSession) -> Outcome:
    """The result as it would be declared now, with the ties still to be decided."""
    people = contenders(session, review)
    quotas = {c.quota for c in people if c.quota}
    rows = session.scalars(select(Quota).where(Quota.id.in_(quotas)))
    places: dict[Hashable, int] = {quota.id: quota_left(session, quota) for quota in rows}
    orders = [decision["order"] for decision in decisions(review)]
    return cut(people, places=places, caps=caps(session, review), decided=orders)


def decisions(review: ReviewSession) -> list[dict[str, list[int]]]:
    """The tie decisions of the meeting so far, each with `order` and `reason`."""
    return list(json.loads(review.tie_decision)) if review.tie_decision else []


# -- Guards ---------------------------------------------------------------------------------------


def undeclared(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Somebody still waits for his result."""
    if candidates(uow.session, review.plan_id):
        return None
    return "评审结果已经宣布，不能重复宣布或改动；对未获通过的不得复评（118号 五(四)）。"


def tie_open(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """There is a tie at a cut."""
    return None if preview(uow.session, review).ties else "没有需要处理的并列，请直接宣布结果。"


def no_tie(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Every tie at a cut is decided."""
    ties = preview(uow.session, review).ties
    if not ties:
        return None
    tie = ties[0]
    numbers = uow.session.scalars(select(Declaration.number).where(Declaration.id.in_(tie.ids)))
    return (
        f"{'、'.join(sorted(numbers))} 票数、得分相同，{tie.where}只余 {tie.places} 个名额，"
        "不能自动取舍（118号 五(三)）；"
        "请由主任委员主持议定先后，登记并列处理决定后再宣布结果。"
    )


def tied(uow: UnitOfWork, review: ReviewSession) -> str:
    """The contenders of the first open tie, a line each, for the office to put into the order decided."""
    ids = [number for tie in preview(uow.session, review).ties[:1] for number in tie.ids]
    rows = uow.session.scalars(select(Declaration).where(Declaration.id.in_(ids)).order_by(Declaration.number))
    return "\n".join(f"{d.number} {d.applicant_name}" for d in rows)
