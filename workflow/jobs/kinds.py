"""The kinds of long work: what does it, in which lane, how long it may take, and whether it may be begun again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workflow.base.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from models.jobs.job import Job
    from workflow.jobs.work import Run

Do = Callable[["Run"], None]
#: Leads what the work was about to a state with a way out, in the unit of work in which the job fails or is cancelled.
GivenUp = Callable[[UnitOfWork, "Job", str], None]
MINUTE = 60


@dataclass(frozen=True)
class Kind:
    """One kind of long work.

    `again` says that work which broke off may be begun again by itself: true wherever the effect and the end of the job
    are one unit of work, so that a broken run has written nothing. `minutes` is the time after which a run is stopped.
    """

    name: str
    do: Do
    lane: str = "short"
    again: bool = True
    minutes: int = 10
    given_up: GivenUp | None = None
    aside: bool = False  #: asked for by the product itself: it takes nobody's place among his own jobs

    @property
    def seconds(self) -> int:
        """The longest time of one run."""
        return self.minutes * MINUTE


KINDS: dict[str, Kind] = {}


def works(
    name: str,
    *,
    lane: str = "short",
    again: bool = True,
    minutes: int = 10,
    given_up: GivenUp | None = None,
    aside: bool = False,
) -> Callable[[Do], Do]:
    """Decorator: the function below does the jobs of that kind.

    It must end by `run.finish(uow, …)` inside the unit of work that writes its effect.
    """

    def register(function: Do) -> Do:
        KINDS[name] = Kind(name, function, lane, again, minutes, given_up, aside)
        return function

    return register
