"""Whose term runs: a case counts its days from the day it reaches the one who must act, for each holder anew.

What one holder wastes is never taken from the next (令40号 第十七条 ends the year of who does not mend in time, of
nobody else): an office on the way down has its own days to hand a returned case on, the applicant has all of his from
the day it is in his hands, whatever the batch has planned. Only the dates are stored; who is late is derived.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.profile import Profile
from models.declarations.standing import Holder
from models.declarations.standing import holder as holder_of
from workflow.base import settings
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.office import working_days


def reaches(uow: UnitOfWork, declaration: Declaration, position: int) -> None:
    """The case lies at `position` from now on, in the state it has: its holder's days begin."""
    declaration.position = position
    declaration.held_since = uow.now.replace(microsecond=0)
    declaration.due_on = _last_day(uow, declaration) if declaration.state == S.RETURNED else None


def _last_day(uow: UnitOfWork, declaration: Declaration) -> date:
    name = "correction_days" if holder_of(S.RETURNED, declaration.position) is Holder.APPLICANT else "pass_down_days"
    return working_days.add(uow.session, uow.today, settings.value(uow.session, name))


def office_is_late(declaration: Declaration, today: date) -> bool:
    """Whether an office keeps a returned case past its own days."""
    return (
        declaration.state == S.RETURNED
        and holder_of(declaration.state, declaration.position) is Holder.OFFICE
        and declaration.due_on is not None
        and declaration.due_on < today
    )


def appeal_by(session: Session, told_on: date) -> date | None:
    """The last day to ask for 复查 of a result told on that day (令40号 第二十六条); None where no calendar says."""
    try:
        return working_days.add(session, told_on, settings.value(session, "appeal_days"))
    except Refused:
        return None


def told_on(session: Session, declaration: Declaration) -> date | None:
    """The day on which its applicant was told how it ended."""
    profile = session.get(Profile, declaration.id)
    return (profile.ended_on if profile else None) or declaration.voted_on


def may_appeal(session: Session, day: date | None) -> str:
    """What a notice and a letter add: that, where and until when the applicant may ask for 复查."""
    last = appeal_by(session, day) if day else None
    until = f"于 {last} 前" if last else ""
    return f"对结果不服的，可{until}登录本系统在“申请复查”中提出（令40号 第二十六条）。"
