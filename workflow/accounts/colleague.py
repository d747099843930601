"""Names typed into a form (审核人, 经办人, 负责人), as accounts where the office has somebody of that name."""

from __future__ import annotations

from sqlalchemy import select

from models.accounts.account import Account
from workflow.base.unit_of_work import UnitOfWork


def colleagues(uow: UnitOfWork, *names: str) -> dict[str, int]:
    """Name as typed → the account in use of the actor's own office that bears exactly this name.

    The actor himself comes first; a name that several colleagues share, or nobody bears, is left out: it stays a word.
    """
    wanted, actor = set(names) - {""}, uow.actor
    found: dict[str, set[int]] = {}
    mine = (
        Account.committee_id == actor.committee_id
        if actor.committee_id
        else Account.organisation_id == actor.organisation_id
    )
    if wanted - {actor.full_name} and (actor.committee_id or actor.organisation_id):
        parts = select(Account.id, Account.last_name, Account.first_name).where(
            mine, Account.__table__.c.active.is_(True)
        )
        for key, last, first in uow.session.execute(parts):
            found.setdefault(f"{last or ''}{first or ''}", set()).add(key)
    known = {name: keys.pop() for name, keys in found.items() if name in wanted and len(keys) == 1}
    return known | ({actor.full_name: actor.id} if actor.full_name in wanted else {})
