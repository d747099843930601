"""超岗待聘: who obtained a title by a special quota, without a vacancy (118号 三(二)2)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_

from models.declarations.declaration import Declaration
from models.declarations.quota import Quota, QuotaKind
from models.declarations.standing import OBTAINED
from reports.figures.dimension import Dimension, day_of, of_enum, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import DECLARATIONS
from reports.figures.subjects.shared import by_name, of_declaration

D = Declaration


def _joined(query: Select[Any]) -> Select[Any]:
    return DECLARATIONS.joined(query).join(Quota, Quota.id == D.quota_id)


ABOVE = subject(
    Subject(
        "above",
        "超岗待聘人员",
        D,
        by_name(
            *of_declaration(),
            Dimension("kind", "职数类型", lambda: Quota.kind, of_enum(QuotaKind)),
            Dimension("filed", "取得日期", lambda: day_of(D.filed_on), plain, "day"),
        ),
        joined=_joined,
        always=lambda: and_(D.state.in_(OBTAINED), Quota.kind != QuotaKind.VACANCY),
    )
)
