"""收费: what declarations that have reached a committee owe by its items. Payments and refunds are not kept."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Integer, and_, cast, func

from models.committees.committee import CommitteeFee
from models.declarations.declaration import Declaration
from reports.figures.dimension import Dimension, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.declaration import DECLARATIONS
from reports.figures.subjects.shared import by_name, of_declaration

D = Declaration


def items(session: object, found: object) -> Mapping[str, str]:
    """Items speak for themselves."""
    return {}


FEES = subject(
    Subject(
        "fee",
        "应收费用",
        D,
        by_name(
            *of_declaration(),
            Dimension("item", "缴费项目", lambda: CommitteeFee.item, items),
            Dimension(
                "amount", "金额（分）", lambda: cast(func.round(CommitteeFee.amount * 100), Integer), plain, "number"
            ),
        ),
        joined=lambda query: DECLARATIONS.joined(query).join(CommitteeFee, CommitteeFee.committee_id == D.committee_id),
        always=lambda: and_(DECLARATIONS.always(), D.reached_committee_at.is_not(None)),
    )
)
