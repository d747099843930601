"""The declared form on a page: its sections as boxes, and what was typed into them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from models.declarations.declaration import Declaration
from views.screens.boxes import Box, as_typed
from views.storage.papers import mirrored
from workflow.declarations.form_parts import Field, Section

#: Kinds of declared fields that an input has another name for.
KINDS = {"month": "text", "year": "number"}


def boxes_of(
    section: Section,
    declaration: Declaration,
    row: Mapping[str, Any],
    facts: Mapping[str, Any],
    errors: Mapping[str, str],
    prefix: str = "",
) -> list[Box]:
    """The fields of one row; what does not apply to these facts is left out, what mirrors a record is shown only."""
    known = dict(facts) | dict(row)
    return [_box(f, declaration, row, errors, prefix) for f in section.fields if f.applies(known) or row.get(f.key)]


def _box(field: Field, declaration: Declaration, row: Mapping[str, Any], errors: Mapping[str, str], prefix: str) -> Box:
    if field.mirror:
        return Box(prefix + field.key, field.label, "shown", mirrored(declaration, field) or "—", hint=field.hint)
    value = row.get(field.key)
    options = [("", "请选择"), *field.choices] if field.kind == "choice" else ()
    hint = field.hint or ("格式 2023-09" if field.kind == "month" else "")
    error = errors.get(prefix.replace("-", ".") + field.key, "") or errors.get(prefix + field.key, "")
    return Box(
        prefix + field.key,
        field.label,
        KINDS.get(field.kind, field.kind),
        bool(value) if field.kind == "check" else as_typed(value),
        options,
        field.required,
        hint,
        error,
        field.max,
    )


def typed(section: Section) -> Any:
    """What was typed: a dict, or a list of dicts for a repeated section."""
    if not section.repeated:
        return _row(section, "")
    return [_row(section, f"{n}-") for n in range(min(request.form.get("rows", 0, type=int) or 0, 200))]


def _row(section: Section, prefix: str) -> dict[str, Any]:
    return {
        f.key: bool(request.form.get(prefix + f.key))
        if f.kind == "check"
        else request.form.get(prefix + f.key, "").strip()
        for f in section.fields
        if not f.mirror
    }
