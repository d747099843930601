"""The 审计管理员 is told of a missing verification when he signs in: where no worker runs nobody else would say so."""

from __future__ import annotations

from workflow.accounts.sign_in import at_sign_in
from workflow.base import roles as r
from workflow.base.unit_of_work import UnitOfWork
from workflow.jobs import watch


@at_sign_in
def missing_verification(uow: UnitOfWork) -> None:
    """Once a day, while it is missing."""
    if uow.actor.plays(r.AUDIT_ADMIN):
        watch.tell_late(uow)
