"""What the conditions say of a declaration, as a card: the rows with need, have, clause and the day it is met."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from models.conditions.condition import ConditionKind, Confidence
from models.conditions.judgement import ConditionJudgement, ConditionVerdict
from workflow.conditions.judge import NORMAL, Judgement
from workflow.conditions.judged import written
from workflow.conditions.three import Verdict

_ORDER = {"met": 0, "unknown": 1, "not_met": 2}


def card(judgement: Judgement, kept: ConditionJudgement | None = None, *, declaration: int | None = None) -> Markup:
    """The card. With `declaration` its fields lead to where the applicant fills them in."""
    nearest = judgement.nearest
    return Markup(  # noqa: S704  (our own template)
        render_template(
            "conditions/judged.html",
            judgement=judgement,
            verdict=word(judgement.verdict.code),
            rows=sorted(map(shown, map(written, judgement.rows)), key=_place_in_card),
            nearest=nearest,
            unconfirmed=sum(not row.alternative.confirmed for row in judgement.rows),
            kept=kept,
            kept_verdict=word(kept.verdict) if kept is not None else None,
            changed=kept is not None and kept.verdict != judgement.verdict.code,
            place=lambda field: _place(field, declaration),
        )
    )


def _place_in_card(row: dict[str, Any]) -> tuple[bool, bool, int]:
    """What is met first, then the usual way before those of some people only."""
    return row["code"] != "met", not row["usual"], _ORDER[row["code"]]


def word(code: str) -> ConditionVerdict:
    """A verdict with its label and tone."""
    return ConditionVerdict(code)


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A written row with the words of the screen."""
    return {
        **row,
        "code": row["verdict"],
        "verdict": word(row["verdict"]),
        "special": row["verdict"] == Verdict.MET.code and row["kind"] in ("exceptional", "green"),
        "usual": row["kind"] == NORMAL,
        "kind": ConditionKind(row["kind"]).label,
        "confidence": Confidence(row["confidence"]),
        "atoms": [{**atom, "verdict": word(atom["verdict"])} for atom in row["atoms"]],
    }


def _place(field: str, declaration: int | None) -> str:
    """Where a field is filled in; nothing for who only reads."""
    if declaration is None:
        return ""
    section, _, name = field.partition(".")
    if section in ("series", "title_id", "specialty_id"):
        return url_for("DeclareView.choice", key=declaration)
    return url_for("DeclareView.section", key=declaration, name=section) + (f"#{name}" if name else "")
