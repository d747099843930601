"""复查: what applicants contested, when, what was found, after how many working days."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from models.awards.appeal import Appeal, AppealState, Remedy
from reports.figures.dimension import Dimension, day_of, flags, of_enum, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.shared import by_name, of_declaration, with_declaration
from reports.figures.working_days import working_days

A = Appeal
OPEN = (AppealState.APPLIED, AppealState.INVESTIGATING)


def _joined(query: Select[Any]) -> Select[Any]:
    return with_declaration(query, A.declaration_id)


APPEALS = subject(
    Subject(
        "appeal",
        "复查申请",
        A,
        by_name(
            *of_declaration(),
            Dimension("state", "状态", lambda: A.state, of_enum(AppealState)),
            Dimension("open", "是否办结", lambda: A.state.in_(OPEN), flags("尚未核查完毕", "已核查或撤回"), "flag"),
            Dimension("flawed", "复查结论", lambda: A.flawed, flags("程序有误", "维持原结果"), "flag"),
            Dimension("remedy", "后续处理", lambda: A.remedy, of_enum(Remedy)),
            Dimension("applied", "申请日期", lambda: day_of(A.applied_at), plain, "day"),
            Dimension(
                "days", "核查工作日", lambda: working_days(day_of(A.applied_at), A.concluded_on), plain, "number"
            ),
        ),
        joined=_joined,
    )
)
