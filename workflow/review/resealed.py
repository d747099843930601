"""Seals of envelopes and rosters under another master key: what fitted fits again, what was replaced stays so."""

from __future__ import annotations

import hmac

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.review.ballot import Envelope, Poll
from models.sealed import under
from workflow.office.rekey import bound_to_key
from workflow.review.ballot import seal_of


@bound_to_key
def seal_ballots_anew(session: Session, old: bytes, new: bytes) -> None:
    """Envelopes are there only between the cast and the count; rosters stay."""
    for poll in session.scalars(select(Poll)).all():
        roster = "roster", poll.roster_hash.encode()
        if seal := _anew(poll, *roster, poll.roster_seal, old, new):
            table = Poll.__table__
            session.connection().execute(update(table).where(table.c.id == poll.id).values(roster_seal=seal))
        table = Envelope.__table__
        rows = select(table.c.expert_id, table.c.box, table.c.seal).where(table.c.poll_id == poll.id)
        for expert, box, was in session.connection().execute(rows).all():
            if seal := _anew(poll, f"expert:{expert}", bytes(box), was, old, new):
                of = table.c.poll_id == poll.id, table.c.expert_id == expert
                session.connection().execute(update(table).where(*of).values(seal=seal))


def _anew(poll: Poll, what: str, content: bytes, was: str, old: bytes, new: bytes) -> str:
    with under(old):
        if not was or not hmac.compare_digest(was, seal_of(poll, what, content)):
            return ""
    with under(new):
        return seal_of(poll, what, content)
