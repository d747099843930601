"""Who cannot declare whatever else he has: beyond the age, or where an examination gives the title.

Only a row that the office has confirmed refuses; the others say what a person should look at. The age of public staff
is asked and never computed: since 2025 it moves with the month of birth, and women in senior posts differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.conditions.condition import ConditionState, ExaminedTitle, Exclusion
from models.declarations.declaration import Declaration
from workflow.conditions import declared
from workflow.conditions.days import full_years
from workflow.conditions.tokens import SPECIALTIES

#: Up to this age on the last day of the year outside public service (湘人社发〔2019〕67号).
OLDEST = 65
#: From this age on somebody should ask when a person of public service retires.
ASKED_FROM = 55


@dataclass(frozen=True)
class Told:
    """One thing against a declaration: where, the sentence, the clause, and whether it refuses."""

    field: str
    sentence: str
    clause: str
    refuses: bool


def told(session: Session, declaration: Declaration) -> list[Told]:
    """Exclusions and examinations that speak of this declaration, at its evidence cut-off."""
    rows = session.scalars(select(Exclusion).where(Exclusion.state != ConditionState.RETIRED).order_by(Exclusion.id))
    facts = declared.facts(session, declaration)
    found = [
        Told(field, sentence, row.document, row.state == ConditionState.CONFIRMED and _decides(row))
        for row in rows
        if (rule := RULES.get(row.code)) is not None
        for field, sentence in rule(declaration, facts)
    ]
    return found + list(_examined(session, declaration))


def _decides(row: Exclusion) -> bool:
    return row.code != "age_public"


def _beyond_65(declaration: Declaration, facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    year_end = date(declaration.batch.evidence_on.year, 12, 31)
    if facts.get("unit_kind") not in ("private", "social", "freelance"):
        return
    if full_years(declaration.person.born_on, year_end) > OLDEST:
        yield (
            "basic.born_on",
            f"至 {year_end} 已超过 {OLDEST} 周岁，非公有制单位、社会组织人员和自由职业者不再申报"
            "（湘人社发〔2019〕67号）；出生日期有误的请联系所在单位更正。",
        )


def _asked(declaration: Declaration, facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    cutoff = declaration.batch.evidence_on
    if facts.get("unit_kind") not in ("institution", "state_owned"):
        return
    if full_years(declaration.person.born_on, cutoff) >= ASKED_FROM:
        yield (
            "basic.born_on",
            f"申报人至 {cutoff} 已满 {ASKED_FROM} 周岁，请核实是否已到法定退休年龄"
            "（2025 年起按出生年月渐进延迟，以批准为准）。",
        )


RULES: dict[str, Callable[[Declaration, dict[str, Any]], Iterator[tuple[str, str]]]] = {
    "age_private": _beyond_65,
    "age_public": _asked,
}


def _examined(session: Session, declaration: Declaration) -> Iterator[Told]:
    """以考代评 by series, branch or specialty; the title tree says it of whole titles."""
    rows = session.scalars(
        select(ExaminedTitle)
        .where(ExaminedTitle.series == declaration.series.number, ExaminedTitle.state != ConditionState.RETIRED)
        .order_by(ExaminedTitle.id)
    )
    for row in rows:
        if str(declaration.level) in row.levels.split(",") and _speaks(row.branch, declaration):
            yield Told(
                "title_id",
                f"“{declaration.title.name}”可能属于以考代评（{row.examination}，{row.document}）；"
                "实行考试的请参加考试取得，不再评审或认定。",
                row.document,
                row.state == ConditionState.CONFIRMED,
            )


def _speaks(branch: str, declaration: Declaration) -> bool:
    if branch == "*":
        return True
    if branch.startswith("specialty:"):
        name = branch.removeprefix("specialty:")
        chosen = declaration.specialty.name if declaration.specialty is not None else ""
        return chosen in SPECIALTIES.get(name, (name,)) or (name in chosen and bool(chosen))
    return declaration.title.branch in branch.split("|")
