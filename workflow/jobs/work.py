"""Long work, asked for and done: the row is written with the request, a run claims it, effect and end are one commit.

A claim is a step of the lifecycle on a row nobody else has taken, with a fresh token; `Run.finish` stands in the unit
of work that writes the effect and checks that token. So whatever dies, is taken back or rung twice: an effect is
written once.
"""

from __future__ import annotations

import gc
import logging
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.jobs.job import Job
from models.jobs.job import JobState as S
from workflow.base import roles
from workflow.base.errors import NotNow, Refused, TooBusy
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.jobs.bell import Unreachable
from workflow.jobs.job import JOB, OPEN, WHOEVER, bell, give_up, results_of
from workflow.jobs.kinds import KINDS
from workflow.storage.store import Unavailable, digest_of, store

log = logging.getLogger(__name__)
#: Jobs an account may have waiting or running at once.
MOST_AT_ONCE = 3
#: How often a job is begun before it counts as failed.
MOST_TRIES = 5
#: Seconds between two tellings of the progress.
TOLD_EVERY = 0.3
FAULT = "办理时出现系统错误，没有写入任何数据；请重新办理，仍不成功的请联系系统管理员。"
WORN_OUT = (
    f"办理 {MOST_TRIES} 次均中断（服务重启、资源不足或数据库、存储无法访问），没有写入任何数据；"
    "请稍后重新办理，仍不成功的请联系系统管理员。"
)
NOBODYS = "提出人的账号已停用或已没有业务角色，没有办理；需要的请由有权限的账号重新提出。"
NOT_AGAIN = "办理中断，是否已经生效须由您核对；核对后需要的，请重新办理。"


#: Digest and size of a result.
Kept = tuple[str, int]
NOTHING: Kept = ("", 0)


class Lost(Exception):
    """The job is no longer this run's: it was cancelled, or taken back and given to another."""


@dataclass
class Run:
    """A job while it runs: who asked, with what, where it tells how far it is, and how it ends."""

    job_id: int
    token: str
    actor: Any
    session: Session
    arguments: dict[str, Any]
    parent: int = field(default_factory=os.getppid)
    _told: float = 0.0

    def tell(self, done: int, total: int, words: str) -> None:
        """Say how far the work is; cheap. Also the moment at which a run learns that its worker is gone."""
        if os.getppid() != self.parent:
            raise Lost
        queue, now = bell(), time.monotonic()
        if queue is None or (now - self._told < TOLD_EVERY and done < total):
            return
        self._told = now
        try:
            queue.put(f"told:{self.job_id}", [self.token, done, total, words])
        except Unreachable:
            return  # nobody sees how far it is; the work goes on

    def mine(self, uow: UnitOfWork) -> Job:
        """The row, when this run still holds it; ends the run otherwise."""
        job = uow.session.get(Job, self.job_id, populate_existing=True)
        if job is None or job.state != S.RUNNING or job.token != self.token:
            raise Lost
        return job

    def finish(self, uow: UnitOfWork, sentence: str, result: str = "", kept: Kept = NOTHING) -> None:
        """The job is done: in the unit of work that writes its effect, so that there are both or neither.

        Taken: the sentence that is shown, the name of the file it leaves and what `keep` has said of it.
        """
        job = self.mine(uow)
        JOB.advance(uow, job, "finish", sentence=sentence)
        job.sentence, job.token, job.ended_at = sentence[:500], "", uow.now.replace(microsecond=0)
        job.result, (job.digest, job.size) = result[:120], kept

    def keep(self, draft: BinaryIO) -> Kept:
        """Put what the work has written where every node finds it. The draft is a seekable stream of this machine."""
        digest = digest_of(draft)
        store().put(digest, draft, under=results_of(self.job_id))
        return digest, draft.seek(0, os.SEEK_END)


def later(refusal: Refused) -> bool:
    """Whether it says "not now" of the machine and not "no" of the office: then the work waits for another try."""
    return isinstance(refusal, (TooBusy, Unavailable))


def ask(
    uow: UnitOfWork, kind: str, title: str, *, home: str = "", here: bool = False, lane: str = "", **arguments: Any
) -> Job:
    """Ask for long work; it begins once this is committed. `here` does it at once, in this process: for small work.

    Taken: a registered kind, what people call the work, the page on which it is looked at, JSON arguments, another lane
    than the kind's. Refused: a fourth job while three of the account's are under way.
    """
    if kind not in KINDS:
        raise TypeError(f"nobody does jobs of the kind {kind}")
    aside = [name for name, known in KINDS.items() if known.aside]
    under_way = select(func.count(Job.id)).where(
        Job.account_id == uow.actor.id, Job.state.in_(OPEN), Job.kind.not_in(aside)
    )
    if (uow.session.scalar(under_way) or 0) >= MOST_AT_ONCE:
        raise NotNow(f"您已有 {MOST_AT_ONCE} 个后台任务正在办理，请待其完成或取消其中不需要的，再提出新的任务。")
    return put_down(uow, kind, title, home=home, here=here, lane=lane, **arguments)


def put_down(
    uow: UnitOfWork, kind: str, title: str, *, home: str = "", here: bool = False, lane: str = "", **arguments: Any
) -> Job:
    """Write the job down without asking how many there are: for periodic work. The number is rung after the commit."""
    job = Job(
        account_id=uow.actor.id, kind=kind, title=title[:120], home=home, arguments=arguments, state=S.WAITING,
        lane=lane or KINDS[kind].lane, asked_at=uow.now.replace(microsecond=0),
    )  # fmt: skip
    uow.session.add(job)
    uow.session.flush()
    uow.record("ask_job", job, label="提出后台任务", kind=kind)
    session, key, where, queue = uow.session, job.id, job.lane, bell()
    uow.after_commit.append(lambda: do(session, key) if here or queue is None else ring(where, key))
    return job


def ring(lane: str, key: int) -> None:
    """Let a worker know. When the queue is out of reach the row waits for the sweeper."""
    if (queue := bell()) is not None:
        queue.ring(lane, key)


# -- doing it ------------------------------------------------------------------------------------------------


def claim(session: Session, job_id: int, token: str) -> Run | None:
    """Take the job for the run of that token; None when it is not waiting: done, cancelled, or somebody else's.

    Of an account that has been closed or has lost its roles meanwhile nothing is begun: the job has failed.
    """
    job = session.get(Job, job_id, populate_existing=True)
    if job is None or job.state != S.WAITING:
        return None
    actor = job.account
    if not actor.plays(roles.SYSTEM) and not (actor.active and actor.plays(*WHOEVER)):
        attempt(_system(session), lambda uow: _close(uow, job_id), session=session)
        return None

    def take(uow: UnitOfWork) -> Run | None:
        found = uow.session.get(Job, job_id, populate_existing=True, with_for_update=True)
        if found is None or found.state != S.WAITING:
            return None
        JOB.advance(uow, found, "start", run=found.tries + 1)
        found.token, found.tries = token, found.tries + 1
        found.started_at = uow.now.replace(microsecond=0)
        return Run(job_id, token, actor, session, dict(found.arguments))

    return attempt(actor, take, session=session)


def _system(session: Session) -> Account:
    return session.scalars(select(Account).where(Account.roles.any(Role.name == roles.SYSTEM))).one()


def _close(uow: UnitOfWork, job_id: int) -> None:
    job = uow.session.get(Job, job_id, populate_existing=True)
    if job is not None and job.state == S.WAITING:
        give_up(uow, job, "fail", NOBODYS)


def do(session: Session, job_id: int, token: str = "", alarm: Callable[[int], object] | None = None) -> None:
    """Do a job: claim it, do the work, tell how it ended. `alarm` is told after how many seconds to end the process.

    A refusal ends the job with its sentence, a fault with a sentence for people and the trace in the log. Where the
    database or the store did not answer it waits for another try.
    """
    token = token or secrets.token_hex(16)
    run = claim(session, job_id, token)
    if run is None:
        return
    kind = KINDS[session.get_one(Job, job_id).kind]
    if alarm is not None:
        alarm(kind.seconds)
    gc.disable()  # a hundred thousand rows are no garbage, and would be looked through again and again
    try:
        kind.do(run)
        _refuse_unfinished(run)
    except Lost:
        log.info("job %s is no longer of this run", job_id)
    except (DBAPIError, NoConnection, OSError) as error:
        log.warning("job %s broke off and is begun again: %s", job_id, error)
        _end(run, "put_back")
    except Refused as refusal:
        if later(refusal):
            _end(run, "put_back")
        else:
            _end(run, "fail", refusal.sentence)
    except Exception:
        log.exception("job %s failed", job_id)
        _end(run, "fail", FAULT)
    finally:
        gc.enable()
        forget_signs(job_id)


def _refuse_unfinished(run: Run) -> None:
    job = run.session.get(Job, run.job_id, populate_existing=True)
    if job is not None and job.token == run.token:
        raise TypeError(f"jobs of the kind {job.kind} do not say when they are done")


def _end(run: Run, verb: str, sentence: str = "") -> None:
    def end(uow: UnitOfWork) -> None:
        job = run.mine(uow)
        put_back(uow, job) if verb == "put_back" else give_up(uow, job, verb, sentence)

    try:
        attempt(run.actor, end, session=run.session)
    except Lost:
        log.info("job %s is no longer of this run", run.job_id)
    except (DBAPIError, NoConnection, NotNow) as error:
        log.warning("the end of job %s cannot be written, the sweeper will find it: %s", run.job_id, error)


def put_back(uow: UnitOfWork, job: Job) -> None:
    """A run broke off: the job waits again; after `MOST_TRIES` runs, or where it may not be repeated, it has failed."""
    kind = KINDS.get(job.kind)
    if kind is None or not kind.again:
        give_up(uow, job, "fail", NOT_AGAIN)
    elif job.tries >= MOST_TRIES:
        give_up(uow, job, "fail", WORN_OUT)
    else:
        JOB.advance(uow, job, "put_back", run=job.tries)
        job.token = ""


def forget_signs(job_id: int) -> None:
    """Take away what a run has told of itself."""
    if (queue := bell()) is not None:
        try:
            queue.drop(f"told:{job_id}", f"stop:{job_id}")
        except Unreachable:
            return
