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
from workflow.declarations.eligibility import rows_in

SECTION = "education"
UNCHECKED = "未核验"
#: What an auditor may find. The last one tells the next desk to look.
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
