"""The declared form on a page: its sections as boxes, and what was typed into them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import request

from models.declarations.declaration import Declaration
from views.screens.boxes import Box, as_typed
from views.storage.papers import mirrored
from workflow.forms.form_parts import Field, Section

#: Kinds of declared fields that an input has another name for.
KINDS = {"year": "number"}


def boxes_of(
    section: Section,
    declaration: Declaration | None,
    row: Mapping[str, Any],
    facts: Mapping[str, Any],
    errors: Mapping[str, str],
    prefix: str = "",
) -> list[Box]:
    """The fields of one row. What mirrors a record is shown only; what other answers call for is there, but folded
    away until they do, and left out where no answer of this section can."""
    known, own = dict(facts) | dict(row), {f.key for f in section.fields if not f.mirror}
    found = []
    for f in section.fields:
        applies = f.applies(known) or bool(row.get(f.key))
        here = [table for table in f.when if own & table.keys()]
        if applies or here:
            box = _box(f, declaration, row, errors, prefix)
            box.when = json.dumps([dict(table) for table in f.when], ensure_ascii=False) if here else ""
            box.folded = not applies
            found.append(box)
    return found


def decisive(section: Section, facts: Mapping[str, Any]) -> str:
    """What the conditions of the section's fields ask about the declaration, as JSON for the page's script."""
    asked = {name for f in section.fields for table in f.when for name in table}
    return json.dumps({name: facts.get(name) for name in sorted(asked - {f.key for f in section.fields})}, default=str)


def _box(
    field: Field, declaration: Declaration | None, row: Mapping[str, Any], errors: Mapping[str, str], prefix: str
) -> Box:
    if field.mirror and declaration is not None:
        return Box(prefix + field.key, field.label, "shown", mirrored(declaration, field) or "—", hint=field.told)
    value = row.get(field.key)
    options = [("", "请选择"), *field.choices] if field.kind == "choice" else ()
    hint = field.told or ("格式 2023-09" if field.kind == "month" else "")
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


def typed_row(section: Section) -> dict[str, Any]:
    """One row of a section by itself."""
    return _row(section, "")


def _row(section: Section, prefix: str) -> dict[str, Any]:
    return {
        f.key: bool(request.form.get(prefix + f.key))
        if f.kind == "check"
        else request.form.get(prefix + f.key, "").strip()
        for f in section.fields
        if not f.mirror
    }
