"""What a verb asks, as boxes on the page; and what was answered, as the verb wants it.

Answers by kind: text and area str, date date, datetime datetime, number int, choice str, choices list of str,
check bool, secret str, file (bytes, name), rows list of str. What cannot be read is refused at its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Request

from views.screens import answers
from views.screens.boxes import Box, as_typed
from views.screens.lookup import LOOKUPS
from workflow.base import settings
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Step
from workflow.base.unit_of_work import UnitOfWork

#: Kinds answered with a picker: the model it looks in.
PICKS = {
    "account": "Account",
    "organisation": "Organisation",
    "specialty": "Specialty",
    "committee": "Committee",
    "office": "AcceptanceOffice",
    "place": "PathNode",
    "series": "Series",
    "region": "Region",
}
#: Answers kept for the page after a refusal; secrets and files are asked again.
FORGOTTEN = ("secret", "file")


def boxes_of(
    step: Step,
    uow: UnitOfWork,
    subject: Any,
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[Box]:
    """The fields of a verb's dialog: what was typed, else what the ask begins with."""
    errors = errors or {}
    asked = (ask for ask in step.asks if not _offers_nothing(ask, uow, subject))
    return [_box(ask, step, uow, subject, typed, errors.get(ask.name, "")) for ask in asked]


def _offers_nothing(ask: Ask, uow: UnitOfWork, subject: Any) -> bool:
    """A choice that need not be made and has nothing to choose is not asked."""
    return ask.kind == "choice" and not ask.required and not ask.options(uow, subject)


def _box(ask: Ask, step: Step, uow: UnitOfWork, subject: Any, typed: Mapping[str, Any] | None, error: str) -> Box:
    if typed is None:
        value = as_typed(ask.initial(uow, subject))
    else:
        value = "" if ask.kind in FORGOTTEN else typed.get(ask.name, "")
    kind = "pick" if ask.kind in PICKS else {"rows": "area", "ballot": "choices"}.get(ask.kind, ask.kind)
    options: Sequence[tuple[str, str]] = ()
    if kind in ("choice", "choices"):
        options = [(str(v), label) for v, label in ask.options(uow, subject)]
        if kind == "choice":
            options = [("", "请选择"), *options]
        else:
            value = [str(v) for v in value] if isinstance(value, (list, tuple, set)) else []
    hint = ask.hint
    if kind == "file" and "不超过" not in hint:  # who asks for other files says so himself
        hint = " ".join(
            filter(None, (hint, "PDF 或图片，不超过 {mb} MB。".format(mb=settings.value(uow.session, "upload_max_mb"))))
        )
    lookup = PICKS.get(ask.kind, "")
    text = _shown(lookup, value) or (typed or {}).get(f"{ask.name}-text", "")
    fixed = ask.narrow(uow, subject) if ask.narrow else {}
    narrow = "series_id=series" if lookup == "Specialty" and any(other.name == "series" for other in step.asks) else ""
    return Box(
        ask.name,
        ask.label,
        kind,
        value,
        options,
        ask.required,
        hint,
        error,
        ask.max_length,
        ask.least,
        ask.most,
        lookup,
        text,
        narrow,
        fixed=fixed,
        prefix=f"{step.verb}-",
    )


def _shown(lookup: str, value: Any) -> str:
    found = LOOKUPS[lookup].of(str(value), choosing=False) if lookup and value else None
    return LOOKUPS[lookup].text(found) if found is not None else ""


def typed_in(step: Step, request: Request) -> dict[str, Any]:
    """What stands in the fields, as it was typed."""
    form = request.form
    typed: dict[str, Any] = {}
    for ask in step.asks:
        if ask.kind in ("choices", "ballot"):
            typed[ask.name] = list(form.getlist(ask.name))
        elif ask.kind == "check":
            typed[ask.name] = ask.name in form
        elif ask.kind != "file":
            typed[ask.name] = answers.cleaned(form.get(ask.name, ""))
            if ask.kind in PICKS:
                typed[f"{ask.name}-text"] = _beside(request, ask)
    return typed


def answers_of(step: Step, request: Request, uow: UnitOfWork, subject: Any) -> dict[str, Any]:
    """The answers as the verb wants them; refused with a sentence at every field that cannot be read."""
    typed, wrong, found = typed_in(step, request), {}, {}
    for ask in step.asks:
        try:
            found[ask.name] = _answer(ask, typed.get(ask.name), request, uow, subject)
        except ValueError as error:
            wrong[ask.name] = str(error)
    if wrong:
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)
    return found


def _answer(ask: Ask, typed: Any, request: Request, uow: UnitOfWork, subject: Any) -> Any:
    def offered() -> list[str]:
        return [str(value) for value, _label in ask.options(uow, subject)]

    match ask.kind:
        case "file":
            return answers.upload(request.files.get(ask.name))
        case "check":
            if ask.required and not typed:
                raise ValueError(f"请确认“{ask.label}”。")
            return typed
        case "rows":
            return [line.strip() for line in typed.splitlines() if line.strip()]
        case "choices" | "ballot":
            return [answers.one_of(ask.label, value, offered()) for value in typed]
    if ask.kind in PICKS:
        return answers.picked(typed, PICKS[ask.kind], typed, _beside(request, ask))
    if typed == "":
        return None if ask.kind in ("date", "datetime", "number", "choice") else ""
    match ask.kind:
        case "choice":
            return answers.one_of(ask.label, typed, offered())
        case "date":
            return answers.day(ask.label, typed)
        case "datetime":
            return answers.moment(ask.label, typed)
        case "number":
            return answers.number(ask.label, typed, ask.least, ask.most)
    return typed


def _beside(request: Request, ask: Ask) -> str:
    """What was typed beside a picker."""
    return answers.cleaned(request.form.get(f"{ask.name}-text", ""))[: answers.MOST_PICKED]
