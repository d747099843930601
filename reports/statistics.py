"""What the figures of declarations count, and how far each got: the one definition for counts, lists and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, or_, select

from models.awards.publicity import Publicity, PublicityItem, PublicityKind, PublicityState
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import Reached, states
from models.paths.path import Way

Clause = ColumnElement[bool]
D = Declaration
#: Units that belong to the province directly carry its code.
PROVINCIAL = "4300"

#: 单位公示 is passed once its result is registered without a proven objection; running, it is not.
_PUBLICISED = (
    select(PublicityItem.declaration_id)
    .join(Publicity)
    .where(
        Publicity.kind == PublicityKind.UNIT,
        Publicity.state == PublicityState.CLOSED,
        Publicity.outcome.in_(("none", "untrue")),
    )
)
#: What else than the state shows that a declaration got so far: most of what was sent back or ended got further.
#: A title revoked, or lost to a proven objection, is no longer counted as passed: it stays among those voted on.
_SHOWN_BY: Mapping[Reached, Sequence[Clause]] = {
    Reached.DECIDED: (D.voted_on.is_not(None), and_(D.state == S.REVOKED, D.way == Way.REVIEW)),
    Reached.QUALIFIED: (D.plan_id.is_not(None),),
    Reached.COMMITTEE: (D.reached_committee_at.is_not(None),),
    Reached.AUDITED: (D.position >= 1, D.returned_from >= 1),
    Reached.PUBLICISED: (D.id.in_(_PUBLICISED),),
}
#: The stages from the last to the first, each with what shows that a declaration got so far; the first true one counts.
STAGES: list[tuple[str, str, Clause | None]] = [
    (
        each.value,
        each.label,
        None if each is Reached.SUBMITTED else or_(D.state.in_(states(reached=each)), *_SHOWN_BY.get(each, ())),
    )
    for each in reversed(Reached)
]
ORDER = [name for name, _, _ in reversed(STAGES)]
STAGE_LABELS = {name: label for name, label, _ in STAGES}
#: The condition of the lists that gives exactly the rows that are counted here (views/declarations).
COUNTED, YES = "counted", "yes"


def submitted() -> Clause:
    """What counts as declared: sent to the unit at least once, and not taken back into a draft."""
    return and_(D.state != S.DRAFT, or_(D.state != S.WITHDRAWN, D.submitted_at.is_not(None)))
