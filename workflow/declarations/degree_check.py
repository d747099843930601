"""核验状态 of degrees (118号 四(二)1, 令40号 第十四条): set by who audits, never by the applicant.

A check belongs to exactly what was filled in: it is kept under the digest of the row, so a changed row counts as
unchecked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.declarations.declaration import Declaration
from workflow.base.journal import canonical
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations.eligibility import rows_in

SECTION = "education"
UNCHECKED = "未核验"
#: What an auditor may find. With the last one nothing goes on.
STATUSES = ("学信网已核验", "认证报告已核验", "档案已核验", "核验不符")
WRONG = STATUSES[-1]


@dataclass(frozen=True)
class DegreeCheck:
    """A degree of the form and what is known of it."""

    key: str
    row: Mapping[str, Any]
    status: str = ""
    by: str = ""
    on: str = ""

    @property
    def degree(self) -> str:
        """The degree in words."""
        words = (self.row.get(name) for name in ("education", "degree", "school", "major"))
        return " · ".join(str(word) for word in words if word)

    @property
    def told(self) -> str:
        """The status as people read it."""
        return f"{self.status}（{self.by}，{self.on}）" if self.status else UNCHECKED


def key_of(row: Mapping[str, Any]) -> str:
    """The digest of what was filled in; a former 核验状态 of the applicant's own does not count."""
    said = {name: value for name, value in row.items() if name != "checked" and value not in (None, "")}
    return hashlib.sha256(canonical(said)).hexdigest()[:24]


def degrees_of(declaration: Declaration) -> list[DegreeCheck]:
    """Every degree of the form with its check."""
    known = declaration.content.degree_checks or {}
    rows = [(key_of(row), row) for row in rows_in(declaration, SECTION)]
    return [DegreeCheck(key, row, **known.get(key, {})) for key, row in rows]


def none_wrong(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """What somebody has found to be untrue is not passed on nor signed by the next (118号 四(二)1、四(四))."""
    wrong = next((degree for degree in degrees_of(declaration) if degree.status == WRONG), None)
    if wrong is None:
        return None
    return (
        f"学历学位“{wrong.degree}”已登记为“{wrong.told}”，不能审核通过（118号 四(二)1 查询认证学历、四(四) 真实性）；"
        "请办理“退回”由申报人补正，经重新核验无误的在“核验与比对”中更正核验状态。"
    )
