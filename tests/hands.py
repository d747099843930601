"""Two hands: what the 经办人 has put before the 负责人, signed by that one's own account."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import object_session

from models.accounts.account import Account
from models.declarations.signing import Signing
from tests.factories import Make
from workflow.declarations.declaration import DECLARATION
from workflow.declarations.signing import SIGNING


def head_beside(officer):
    """The 负责人 of the office in which somebody works; one is made where there is none."""
    session = object_session(officer)
    session.flush()
    place = {"organisation_id": officer.organisation_id, "committee_id": officer.committee_id}
    known = select(Account).filter_by(position="负责人", **place).where(Account.id != officer.id).order_by(Account.id)
    return session.scalars(known).unique().first() or Make(session).head(officer)


def sign(as_, case, *when):
    """The 负责人 before whom it lies confirms it; nothing where nothing waits."""
    if case.signing_id is None:
        return None
    session = object_session(case)
    signing = session.get_one(Signing, case.signing_id)
    SIGNING.perform(as_(session.get_one(Account, signing.head_id), *when), signing, "confirm")
    return signing


def both(as_, officer, case, verb, *when, **answers):
    """The 经办人 writes it and puts it before his 负责人, who signs."""
    head = str(head_beside(officer).id)
    DECLARATION.perform(as_(officer, *when), case, verb, **answers, head=head)
    return sign(as_, case, *when)
