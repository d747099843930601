"""A declaration laid beside the conditions of its title, and what is kept of it at the 提交.

Counted at the 材料有效截止日 of the batch, that day included, and never at today: the same declaration gives the same
verdict on any day.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.conditions.condition import ConditionWay
from models.conditions.judgement import ConditionJudgement
from models.declarations.declaration import Declaration
from models.paths.path import Way
from workflow.base.remembered import once
from workflow.base.unit_of_work import UnitOfWork
from workflow.conditions import adopted, declared
from workflow.conditions.judge import Judged, Judgement, judge
from workflow.conditions.person import Person, Target

#: 认定（初定） are judged by the same rows: education, and years of work from it on (湘人社函〔2024〕115号).
WAYS = {Way.RECOGNITION: ConditionWay.INITIAL}


def target_of(declaration: Declaration) -> Target:
    """What the declaration wants."""
    specialty = declaration.specialty
    return Target(
        declaration.series.number,
        str(declaration.level),
        str(WAYS.get(Way(declaration.way), declaration.way)),
        declaration.title.branch,
        specialty.name if specialty is not None else "",
    )


def judgement_of(session: Session, declaration: Declaration, *, recommenders: int | None = None) -> Judgement:
    """What the rows in force for the batch's year say of the declaration as it stands; asked once while nothing
    changes."""

    def look() -> Judgement:
        target = target_of(declaration)
        rows = adopted.alternatives(session, declaration.year, series=target.series, level=target.level, way=target.way)
        person = Person(declared.facts(session, declaration, recommenders=recommenders))
        return judge(person, target, declaration.batch.evidence_on, rows, declared.kinds_of(declaration))

    return once(session, (judgement_of, declaration, recommenders), look)


def keep(uow: UnitOfWork, declaration: Declaration, judgement: Judgement) -> None:
    """Keep the verdict with what it rests on, so that it reads the same when rows have changed."""
    keys, at = [row.alternative.key for row in judgement.rows], uow.now.replace(microsecond=0)
    found, checksum = kept(uow.session, declaration), adopted.checksum(uow.session, keys)
    if found is None or found.judged_at != at:  # withdrawn and submitted again within a second is one 提交
        found = ConditionJudgement(declaration_id=declaration.id, judged_at=at)
    found.cutoff, found.rows_sha256 = judgement.cutoff, checksum
    found.verdict, found.effective = judgement.verdict.code, judgement.effective.code
    found.body = [written(row) for row in judgement.rows]
    uow.session.add(found)


def kept(session: Session, declaration: Declaration) -> ConditionJudgement | None:
    """What was judged at the last 提交."""
    return session.scalars(
        select(ConditionJudgement)
        .where(ConditionJudgement.declaration_id == declaration.id)
        .order_by(ConditionJudgement.judged_at.desc())
        .limit(1)
    ).first()


def written(row: Judged) -> dict[str, Any]:
    """One row with its atoms, as it is kept."""
    return {
        "row": row.alternative.key,
        "title": row.alternative.title,
        "clause": row.alternative.clause,
        "kind": row.alternative.kind,
        "confidence": row.alternative.confidence,
        "confirmed": row.alternative.confirmed,
        "verdict": row.verdict.code,
        "ready": row.ready and row.ready.isoformat(),
        "atoms": [
            {
                "verdict": atom.verdict.code,
                "need": atom.need,
                "have": atom.have,
                "field": atom.field,
                "ready": atom.ready and atom.ready.isoformat(),
            }
            for atom in row.atoms
        ],
    }
