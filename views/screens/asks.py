"""What a verb asks, as boxes on the page; and what was answered, as the verb wants it.

Answers by kind: text and area str, date date, datetime datetime, number int, choice str, choices list of str,
check bool, secret str, file (bytes, name), rows list of str. What cannot be read is refused at its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Request

from models.base import db
from views.screens.boxes import Box, as_typed
from views.screens.forms import INT_HIGHEST, INT_LOWEST, read_moment
from views.screens.lookup import LOOKUPS
from views.screens.query import read_date
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
    return [_box(ask, step, uow, subject, typed, errors.get(ask.name, "")) for ask in step.asks]


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
            typed[ask.name] = form.get(ask.name, "").replace("\r\n", "\n").strip()
            if ask.kind in PICKS:
                typed[f"{ask.name}-text"] = form.get(f"{ask.name}-text", "").strip()[:120]
    return typed


def answers_of(step: Step, request: Request, uow: UnitOfWork, subject: Any) -> dict[str, Any]:
    """The answers as the verb wants them; refused with a sentence at every field that cannot be read."""
    typed, wrong, answers = typed_in(step, request), {}, {}
    for ask in step.asks:
        try:
            answers[ask.name] = _answer(ask, typed.get(ask.name), request, uow, subject)
        except ValueError as error:
            wrong[ask.name] = str(error)
    if wrong:
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)
    return answers


def _answer(ask: Ask, typed: Any, request: Request, uow: UnitOfWork, subject: Any) -> Any:
    match ask.kind:
        case "file":
            return _file(request.files.get(ask.name))
        case "check":
            if ask.required and not typed:
                raise ValueError(f"请确认“{ask.label}”。")
            return typed
        case "rows":
            return [line.strip() for line in typed.splitlines() if line.strip()]
        case "choices" | "ballot":
            return [_one_of(ask, value, uow, subject) for value in typed]
    if ask.kind in PICKS:
        return _picked(PICKS[ask.kind], typed, request.form.get(f"{ask.name}-text", "").strip()[:120])
    if typed == "":
        return None if ask.kind in ("date", "datetime", "number", "choice") else ""
    match ask.kind:
        case "choice":
            return _one_of(ask, typed, uow, subject)
        case "date":
            return _or_wrong(read_date(typed), f"{ask.label}不是有效日期，请按 2026-05-20 的格式填写。")
        case "datetime":
            return _or_wrong(read_moment(typed), f"{ask.label}不是有效时间，请按 2026-05-20 15:20 的格式填写。")
        case "number":
            return _number(ask, typed)
    return typed


def _one_of(ask: Ask, value: str, uow: UnitOfWork, subject: Any) -> str:
    if value not in {str(v) for v, _label in ask.options(uow, subject)}:
        raise ValueError(f"{ask.label}的选项无效，请从列表中选择。")
    return value


def _picked(model: str, key: str, text: str) -> Any:
    """The record chosen in a picker, or the only one of exactly that name or code; None when nothing was typed."""
    if not key and not text:
        return None
    found = LOOKUPS[model].of(key) if key else LOOKUPS[model].by_text(text)
    return _or_wrong(found, f"没有找到“{text or key}”，请输入名称或代码后从列表中选择。")


def _or_wrong(value: Any, sentence: str) -> Any:
    if value is None:
        raise ValueError(sentence)
    return value


def _number(ask: Ask, typed: str) -> int:
    try:
        number = int(typed)
    except ValueError:
        raise ValueError(f"{ask.label}应为整数，现为“{typed[:20]}”。") from None
    if not INT_LOWEST <= number <= INT_HIGHEST:
        raise ValueError(f"{ask.label}超出可登记的范围。")
    return number


def _file(sent: Any) -> tuple[bytes, str] | None:
    """The bytes and the name of an upload, read before the unit of work opens."""
    if sent is None or not sent.filename:
        return None
    limit = settings.value(db.session, "upload_max_mb") * 1024 * 1024
    data = sent.stream.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"文件“{sent.filename[:80]}”超过 {limit // 1048576} MB 的上限；请压缩或拆分后再上传。")
    return data, sent.filename
