"""有效期 of committees on the page: the badge with the days left, and the query condition (令40号 第八条)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g

from models.base import db
from models.committees.committee import Committee, CommitteeState
from views.screens.columns import badge
from views.screens.moment import of_request
from views.screens.query import Condition
from workflow.base import settings
from workflow.base.unit_of_work import asking
from workflow.committees.committee_term import THRESHOLDS, days_left, ends_within, expired
from workflow.committees.competence import Validity, validity

SOON, LAST, OVER = "soon", "last", "over"


def standing(record: Committee) -> Any:
    """已核准, 27 天后到期, 已过期 … as of today."""
    if record.state != CommitteeState.APPROVED:
        state = CommitteeState(record.state)
        return badge(state.label, state.tone)
    term = validity(of_request(), record)
    if term == Validity.VALID:
        return badge(CommitteeState.APPROVED.label, "ok")
    if term in (Validity.SOON, Validity.VERY_SOON):
        left = days_left(record, of_request().today)
        return badge(f"{left} 天后到期" if left else "今日到期", term.tone)
    return badge(term.label, term.tone)


def choices() -> Sequence[tuple[str, str]]:
    """The options in the words of the settings: 90 天内到期, 30 天内到期, 已过期."""
    soon, last = (f"{settings.value(db.session, name)} 天内到期" for name in THRESHOLDS)
    return [("", "全部"), (SOON, soon), (LAST, last), (OVER, "已过期")]


@dataclass(frozen=True)
class TermCondition(Condition):
    """`term=soon|last|over` in the address limits the list to committees whose term ends so."""

    def clause(self, given: Mapping[str, str]) -> tuple[Any, str]:
        """The clause for the day of the request."""
        word = given.get(self.name, "").strip()
        today = asking(g.user).today
        match word:
            case "":
                return None, ""
            case "soon":
                return ends_within(db.session, today, THRESHOLDS[0]), ""
            case "last":
                return ends_within(db.session, today, THRESHOLDS[1]), ""
            case "over":
                return expired(today), ""
        return None, f"查询条件“{self.label}”不能识别“{word[:30]}”，已忽略该条件；请修改后重新查询。"


def term_condition() -> TermCondition:
    """The condition 有效期 of a list of committees."""
    return TermCondition(
        "term", "有效期", "choice", None, options=[(SOON, "即将到期"), (LAST, "临近到期"), (OVER, "已过期")]
    )
