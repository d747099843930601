"""A vote that cannot be counted (作废重投): two signatures make it void, nothing of it is opened, it is held anew."""

from __future__ import annotations

from sqlalchemy import delete

from models.review.ballot import Envelope, Poll, Roll
from workflow.base.unit_of_work import UnitOfWork
from workflow.review import ballot_keys
from workflow.review.ballot import POLL, turnout
from workflow.review.scrub import scrub_afterwards


@POLL.performs("ask_void")
def ask_void(uow: UnitOfWork, poll: Poll, *, reason: str) -> None:
    """The office finds that this vote cannot be counted, and says why."""
    POLL.advance(uow, poll, "ask_void", opinion=reason)
    poll.void_reason, poll.void_asked_by = reason.strip(), uow.actor.id


@POLL.performs("void")
def void(uow: UnitOfWork, poll: Poll) -> None:
    """The second signature: what was cast is destroyed unread, and the vote is opened anew with new keys."""
    POLL.advance(uow, poll, "void", opinion=poll.void_reason, cast=turnout(uow.session, poll)[0])
    _destroy_unread(uow, poll)
    poll.round, poll.void_reason, poll.void_asked_by = poll.round + 1, "", None


def annul(uow: UnitOfWork, poll: Poll) -> None:
    """The session is called off: its poll is void and nothing of it is opened."""
    POLL.advance(uow, poll, "annul")
    _destroy_unread(uow, poll)


def _destroy_unread(uow: UnitOfWork, poll: Poll) -> None:
    for model in (Envelope, Roll):
        uow.session.execute(delete(model).where(model.poll_id == poll.id).execution_options(synchronize_session=False))
    ballot_keys.destroy(uow.session, poll)
    poll.candidates, poll.attending = [], 0
    poll.public_key, poll.roster_hash, poll.roster_seal = None, "", ""
    scrub_afterwards(uow)
