"""A vote as it is held: two keys made and given by two accounts."""

from __future__ import annotations

import workflow.lifecycles  # noqa: F401  (whoever leads the verbs of a vote)
from workflow.review.ballot import POLL

OFFICE, SUPERVISOR = "主任委员的口令-2026", "机关纪委的口令-2026"


def set_keys(as_, case, office=OFFICE, supervisor=SUPERVISOR):
    """Both trustees make their keys."""
    POLL.perform(as_(case.office), case.poll, "key_office", office_pass=office)
    POLL.perform(as_(case.inspector), case.poll, "key_supervisor", supervisor_pass=supervisor)


def opened(as_, case, **answers):
    """The poll is open."""
    set_keys(as_, case)
    POLL.perform(as_(case.office), case.poll, "open", **answers)
    return case


def counted(as_, case, office=OFFICE, supervisor=SUPERVISOR, **answers):
    """The vote is ended, the supervisor gives his key, the office counts."""
    POLL.perform(as_(case.office), case.poll, "end", **answers)
    POLL.perform(as_(case.inspector), case.poll, "release", supervisor_pass=supervisor)
    return POLL.perform(as_(case.office), case.poll, "close", office_pass=office)


def with_poll(make, case):
    """A sitting with its poll and its supervisor."""
    from workflow.base import roles

    case.poll = make.poll(case)
    case.inspector = make.account(roles.SUPERVISOR)
    return case


__all__ = ["OFFICE", "SUPERVISOR", "counted", "opened", "set_keys", "with_poll"]
