"""异议、投诉: what was registered against declarations, when, how it ended, after how many working days."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func

from models.awards.publicity import Objection, ObjectionState, Publicity, PublicityKind
from reports.figures.dimension import Dimension, day_of, flags, of_enum, of_words, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.shared import by_name, of_declaration, with_declaration
from reports.figures.working_days import working_days

O = Objection  # noqa: E741
OPEN = (ObjectionState.REGISTERED, ObjectionState.INVESTIGATING)
AFTER = "after"
STAGES = {kind.value: kind.label for kind in PublicityKind} | {AFTER: "公示期以外的投诉"}


def _joined(query: Select[Any]) -> Select[Any]:
    found = with_declaration(query, O.declaration_id)
    return found.outerjoin(Publicity, Publicity.id == O.publicity_id)


OBJECTIONS = subject(
    Subject(
        "objection",
        "异议、投诉",
        O,
        by_name(
            *of_declaration(),
            Dimension("stage", "提出阶段", lambda: func.coalesce(Publicity.kind, AFTER), of_words(STAGES)),
            Dimension("state", "状态", lambda: O.state, of_enum(ObjectionState)),
            Dimension("open", "是否办结", lambda: O.state.in_(OPEN), flags("尚未核查完毕", "已核查"), "flag"),
            Dimension("named", "是否实名", lambda: O.named, flags("实名", "匿名"), "flag"),
            Dimension("upheld", "核查结论", lambda: O.upheld, flags("属实", "不属实"), "flag"),
            Dimension("registered", "登记日期", lambda: day_of(O.registered_at), plain, "day"),
            Dimension(
                "days",
                "核查工作日",
                lambda: working_days(day_of(O.registered_at), O.concluded_on),
                plain,
                "number",
            ),
        ),
        joined=_joined,
    )
)
