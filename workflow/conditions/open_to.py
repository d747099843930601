"""我能报什么: every title that a person could declare, what is missing for the others, and when waiting is enough."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.batches.batch import Batch, BatchState
from models.committees.catalogue import LADDER, Series, Title, TitleLevel
from models.declarations.declaration import Declaration
from models.paths.path import Way
from workflow.conditions import adopted, declared
from workflow.conditions.judge import NORMAL, Alternative, Judgement, judge
from workflow.conditions.person import Person, Target
from workflow.conditions.three import Verdict

#: 初定 gives a first title, at most 中级 (湘人社函〔2024〕115号).
FIRST = frozenset((TitleLevel.INTERMEDIATE, TitleLevel.ASSISTANT, TitleLevel.TECHNICIAN))


@dataclass(frozen=True)
class Offer:
    """One title that could be wanted, and what the conditions say of it."""

    series: str
    branch: str
    level: TitleLevel
    way: Way
    names: str
    judgement: Judgement
    #: Whether the person holds a title of that series.
    own: bool

    @property
    def place(self) -> tuple[int, bool, int]:
        """What is met first, then what needs an answer; one's own series first, then by months or papers away."""
        nearest = self.judgement.nearest
        return (-int(self.judgement.verdict), not self.own, nearest.cost if nearest is not None else 0)


def evidence_day(session: Session, today: date) -> date:
    """The cut-off of the next review: the last 材料有效截止日 of the published batches of the year, or the end of the
    year."""
    last = session.scalar(
        select(func.max(Batch.evidence_on)).where(
            Batch.year == today.year, Batch.state == BatchState.PUBLISHED, Batch.way == Way.REVIEW
        )
    )
    return last or date(today.year, 12, 31)


def last_filled(session: Session, person_id: int | None) -> Declaration | None:
    """The newest declaration of a person in which anything stands."""
    if person_id is None:
        return None
    rows = session.scalars(
        select(Declaration).where(Declaration.person_id == person_id).order_by(Declaration.id.desc()).limit(5)
    )
    return next((row for row in rows if row.content is not None and (row.content.sections or {}).get("basic")), None)


def facts_from(session: Session, declaration: Declaration) -> dict[str, Any]:
    """What that declaration tells of its person; what hangs on the title it was made for is left out."""
    known = declared.facts(session, declaration)
    return {
        key: value for key, value in known.items() if key not in ("exception_basis", "green_basis", "new_post_since")
    }


def offers(session: Session, facts: dict[str, Any], cutoff: date) -> list[Offer]:
    """Every level of every series and branch that is reviewed or given first, unless the person holds as much there."""
    person = Person(facts)
    rows: dict[tuple[str, str], list[Alternative]] = {}
    for row in adopted.alternatives(session, cutoff.year):
        rows.setdefault((row.level, row.way), []).append(row)
    found = []
    for number, name, branch, level, names in _wanted(session, cutoff.year):
        for way in (Way.REVIEW, Way.INITIAL):
            rung, held = LADDER.index(level), person.titles or ()
            if way == Way.INITIAL and (level not in FIRST or any(title.level >= rung for title in held)):
                continue
            if any(title.level > rung or (title.level, title.series) == (rung, number) for title in held):
                continue  # nobody goes down, or stands for what he has
            # who holds as much in another series goes over to this one (118号 八(二))
            kinds = ("transfer",) if any(title.level == rung for title in held) else declared.ORDINARY
            target = Target(number, str(level), str(way), branch)
            told = judge(person, target, cutoff, rows.get((str(level), str(way)), ()), kinds)
            # a way for some people only (a private employee, a skilled worker) is told to whom it is open
            usual = [row for row in told.rows if row.alternative.kind == NORMAL or row.verdict is Verdict.MET]
            if told.rows:
                own = any(title.series == number for title in held)
                found.append(Offer(name, branch, level, way, names, replace(told, rows=usual or told.rows), own))
    return sorted(found, key=lambda offer: offer.place)


def _wanted(session: Session, year: int) -> list[tuple[int, str, str, TitleLevel, str]]:
    """(number and name of the series, branch, level, names of the titles), of titles that are not given by
    examination."""
    grouped: dict[tuple[int, str, str, str], list[str]] = {}
    query = (
        select(Title, Series.number, Series.name)
        .join(Series, Title.series_id == Series.id)
        .order_by(Series.number, Title.id)
    )
    for title, number, series in session.execute(query).tuples():
        if title.in_force(year) and not title.exam_only:
            grouped.setdefault((number, series, title.branch, title.level), []).append(title.name)
    return [
        (number, series, branch, TitleLevel(level), "、".join(dict.fromkeys(names)))
        for (number, series, branch, level), names in grouped.items()
    ]
