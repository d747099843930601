"""黑名单: entries by their cause and state, and when they end."""

from __future__ import annotations

from models.register.blacklist import BlacklistEntry, BlacklistKind, BlacklistState
from reports.figures.dimension import Dimension, of_enum, plain, year_of
from reports.figures.subject import Subject, subject
from reports.figures.subjects.shared import by_name

B = BlacklistEntry

BLACKLIST = subject(
    Subject(
        "blacklist",
        "失信记录",
        B,
        by_name(
            Dimension("year", "列入年度", lambda: year_of(B.starts_on), plain, "number"),
            Dimension("kind", "类别", lambda: B.kind, of_enum(BlacklistKind)),
            Dimension("state", "状态", lambda: B.state, of_enum(BlacklistState)),
            Dimension("starts", "起始日期", lambda: B.starts_on, plain, "day"),
            Dimension("ends", "截止日期", lambda: B.ends_on, plain, "day"),
        ),
    )
)
