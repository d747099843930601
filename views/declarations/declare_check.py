"""What 检查并提交 shows of a declaration: its way, and where each problem is mended."""

from __future__ import annotations

from typing import Any

from flask import url_for
from markupsafe import Markup

from models.base import db
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from views.conditions.judged import card as judged_card
from views.screens.moment import of_request
from workflow.base.errors import Refused
from workflow.declarations import carry, eligibility
from workflow.forms import form as forms
from workflow.paths import route


def conditions_of(declaration: Declaration) -> Markup:
    """申报条件核对, each open demand with the way to its field."""
    return judged_card(eligibility.judgement(of_request(), declaration), declaration=declaration.id)


def way_of(declaration: Declaration) -> dict[str, Any]:
    """The `stops` of the audit route that it has, or would have today; or why it is `broken`."""
    if declaration.route and declaration.state != S.DRAFT:
        return {"stops": list(declaration.route), "broken": ""}
    try:
        stops = route.route(
            db.session,
            way=declaration.way,
            level=declaration.level,
            committee=declaration.committee,
            office=declaration.office,
            unit=declaration.unit,
        )
    except Refused as refusal:
        return {"stops": [], "broken": refusal.sentence}
    return {"stops": list(stops), "broken": ""}


def linked(key: int, found: dict[str, str]) -> list[tuple[str, str]]:
    """(address of the field, sentence) of each problem."""
    linked = []
    keys = {s.key for s in forms.form().sections if s.fields}
    for place, words in found.items():
        section, _dot, field = place.partition(".")
        if section in keys:
            linked.append(
                (
                    url_for("DeclareView.section", key=key, name=section)
                    + (f"#{field.replace('.', '-')}" if field else ""),
                    words,
                )
            )
        elif section == "asked":
            linked.append((url_for("CorrectionAnswerView.answer", pk=key) + f"#asked-{field}", words))
        elif section == carry.MATERIALS:
            linked.append((url_for("DeclareView.materials", key=key) + (f"#{field}" if field else ""), words))
        else:
            linked.append(
                (
                    url_for("DeclareView.check", key=key)
                    if section == "promise"
                    else url_for("DeclareView.choice", key=key),
                    words,
                )
            )
    return linked
