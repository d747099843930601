"""投票: votes in sums of whole polls that are counted (无记名投票). No mark, envelope or roll is read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select

from models.review.ballot import Poll, PollState, Tally
from reports.figures.dimension import Dimension, of_enum, plain
from reports.figures.subject import Subject, subject
from reports.figures.subjects.draw import of_plan
from reports.figures.subjects.session import SESSION, of_session
from reports.figures.subjects.shared import by_name


def _of_tallies(what: Any) -> Any:
    return select(what).where(Tally.poll_id == Poll.id).correlate_except(Tally).scalar_subquery()


def _sum(column: Any) -> Any:
    return _of_tallies(func.coalesce(func.sum(column), 0))


POLLS = subject(
    Subject(
        "poll",
        "投票",
        Poll,
        by_name(
            *of_plan(),
            SESSION,
            Dimension("state", "状态", lambda: Poll.state, of_enum(PollState)),
            Dimension("members", "应到", lambda: Poll.members, plain, "number"),
            Dimension("attending", "实到", lambda: Poll.attending, plain, "number"),
            Dimension("candidates", "参评人数", lambda: _of_tallies(func.count()), plain, "number"),
            Dimension("yes", "同意票", lambda: _sum(Tally.yes), plain, "number"),
            Dimension("no", "不同意票", lambda: _sum(Tally.no), plain, "number"),
            Dimension("abstain", "弃权票", lambda: _sum(Tally.abstain), plain, "number"),
            Dimension("reached", "达到三分之二人数", lambda: _sum(case((Tally.passed, 1), else_=0)), plain, "number"),
        ),
        joined=lambda query: of_session(query, Poll.session_id),
        always=lambda: Poll.state.in_((PollState.CLOSED, PollState.DESTROYED)),
    )
)
