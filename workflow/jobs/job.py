"""Long work (后台任务): what takes longer than a page may wait runs in a process of its own.

A verb asks for the work (`ask`); once it is committed a process is started that does it and ends by itself, so
neither the browser nor the web server is needed meanwhile. `DIRECTORY/<id>/` holds the lock that shows the work is
alive, its progress, and the file it leaves. Progress is no fact of the office: it is a file, not a row, so that
telling it neither waits for the database nor disturbs the transaction that is being told about.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.jobs.job import Job, JobState
from workflow.base import roles
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.flow import Flow, Step
from workflow.base.unit_of_work import UnitOfWork, attempt

log = logging.getLogger(__name__)
#: Jobs an account may have waiting or running at once.
MOST_AT_ONCE = 3
#: Days after which the file of a job is cleared away.
KEPT_DAYS = 7
BROKEN = "办理中断（服务重启或资源不足），没有写入任何数据；请重新办理。"
FAULT = "办理时出现系统错误，没有写入任何数据；请重新办理，仍不成功的请联系系统管理员。"
_root: Path | None = None
#: Starts a process for the job of that number.
Start = Callable[[int], None]
_start: Start | None = None


def own(uow: UnitOfWork, job: Job) -> str | None:
    """Only who asked for it."""
    return None if job.account_id == uow.actor.id else "只能办理本人提出的后台任务。"


#: The three administrators have no business that takes long.
WHOEVER = tuple(role for role in roles.ALL if role not in roles.THREE_ADMINS)
CLAUSE = "附件3 1.3–1.8、1.10"

# fmt: off
JOB = Flow("后台任务", JobState, [
    #     verb      label      from                                to
    Step("start",  "开始",     {JobState.WAITING},                 JobState.RUNNING, WHOEVER, [own], clause=CLAUSE, inner=True),
    Step("finish", "完成",     {JobState.RUNNING},                 JobState.DONE,    WHOEVER, [own], clause=CLAUSE, inner=True),
    Step("fail",   "未完成",   {JobState.WAITING, JobState.RUNNING}, JobState.FAILED, WHOEVER, [own], clause=CLAUSE, inner=True),
])
# fmt: on


@dataclass(frozen=True)
class Progress:
    """How far a job has come: `done` of `total` pieces (0 when unknown), in words; `alive` while its process lives."""

    done: int = 0
    total: int = 0
    words: str = ""
    alive: bool = False

    @property
    def percent(self) -> int:
        """0 … 100."""
        return min(100, 100 * self.done // self.total) if self.total else 0


@dataclass
class Run:
    """A job while it runs: who asked, with what, and where it tells how far it is."""

    job_id: int
    actor: Any
    session: Session
    arguments: dict[str, Any]

    def tell(self, done: int, total: int, words: str) -> None:
        """Say how far the work is; cheap, but not for every row."""
        draft = directory(self.job_id) / "progress.tmp"
        draft.write_text(json.dumps([done, total, words]), encoding="utf-8")
        draft.replace(directory(self.job_id) / "progress")

    def file(self) -> Path:
        """Where the file lies that the job leaves; give its name by `finish`'s result."""
        return directory(self.job_id) / "result"


#: What the work answers: the sentence that is shown when it is done, and the name of the file it leaves ("" without).
Answer = tuple[str, str]
_works: dict[str, Callable[[Run], Answer]] = {}


def works(kind: str) -> Callable[[Callable[[Run], Answer]], Callable[[Run], Answer]]:
    """Decorator: the function below does the jobs of that kind. It commits by its own units of work."""

    def register(function: Callable[[Run], Answer]) -> Callable[[Run], Answer]:
        _works[kind] = function
        return function

    return register


def install_jobs(root: str | Path, start: Start | None) -> None:
    """Say where the directories of jobs lie and how a process for a job is started (None: at once, here); once at
    start."""
    global _root, _start
    _root, _start = Path(root), start
    _root.mkdir(parents=True, exist_ok=True)


def directory(job_id: int) -> Path:
    """The directory of a job."""
    if _root is None:
        raise RuntimeError("install_jobs was not called")
    path = _root / str(job_id)
    path.mkdir(exist_ok=True)
    return path


def ask(uow: UnitOfWork, kind: str, title: str, *, home: str = "", here: bool = False, **arguments: Any) -> Job:
    """Ask for long work; it starts once this is committed. `here` does it at once, in this process: for small work.

    Taken: a registered kind, what people call the work, the page on which it is looked at, JSON arguments. Refused:
    a fourth job while three of the account's are under way.
    """
    if kind not in _works:
        raise TypeError(f"nobody does jobs of the kind {kind}")
    waiting = uow.session.scalars(
        select(Job.id).where(Job.account_id == uow.actor.id, Job.state.in_((JobState.WAITING, JobState.RUNNING)))
    )
    if sum(alive(key) for key in waiting) >= MOST_AT_ONCE:
        raise NotNow(f"您已有 {MOST_AT_ONCE} 个后台任务正在办理，请待其完成后再提出新的任务。")
    job = Job(
        account_id=uow.actor.id,
        kind=kind,
        title=title[:120],
        home=home,
        arguments=arguments,
        state=JobState.WAITING,
        asked_at=uow.now.replace(microsecond=0),
    )
    uow.session.add(job)
    uow.session.flush()
    uow.record("ask_job", job, label="提出后台任务", kind=kind)
    shutil.rmtree(directory(job.id), ignore_errors=True)  # left by a job of that number that was rolled back
    key, begin = job.id, _start
    uow.after_commit.append(lambda: do(uow.session, key) if here or begin is None else begin(key))
    return job


@contextlib.contextmanager
def _lock(path: Path, *, wait: bool) -> Iterator[bool]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def alive(job_id: int) -> bool:
    """Whether a process holds the job's lock, or has yet to be given the time to take it."""
    lock = directory(job_id) / "lock"
    if not lock.exists():
        return True  # asked a moment ago
    with _lock(lock, wait=False) as free:
        return not free


def progress_of(job: Job) -> Progress:
    """How far the job is, for its page."""
    try:
        done, total, words = json.loads((directory(job.id) / "progress").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        done, total, words = 0, 0, ""
    return Progress(done, total, words, job.state in (JobState.WAITING, JobState.RUNNING) and alive(job.id))


def broken(job: Job) -> bool:
    """Whether the job counts as under way although its process is gone."""
    return job.state in (JobState.WAITING, JobState.RUNNING) and not alive(job.id)


def do(session: Session, job_id: int) -> None:
    """Do a job, in the process that is its own: take its lock, do the work, tell how it ended.

    Jobs of one machine run one after the other; who comes later waits. A refusal ends the job with its sentence,
    a fault with a sentence for people and the trace in the log.
    """
    with _lock(directory(job_id) / "lock", wait=False) as mine:
        if not mine:
            return
        with _lock(directory(job_id).parent / "queue", wait=True):
            _do(session, job_id)


def _do(session: Session, job_id: int) -> None:
    job = session.get_one(Job, job_id)
    actor, kind = job.account, job.kind
    run = Run(job_id, actor, session, dict(job.arguments))
    attempt(actor, lambda uow: JOB.advance(uow, uow.session.get_one(Job, job_id), "start"), session=session)
    gc.disable()  # a hundred thousand rows are no garbage, and would be looked through again and again
    try:
        sentence, name = _works[kind](run)
    except Refused as refusal:
        _end(run, "fail", refusal.sentence)
    except Exception:
        log.exception("job %s failed", job_id)
        _end(run, "fail", FAULT)
    else:
        _end(run, "finish", sentence, name)
    finally:
        gc.enable()


def _end(run: Run, verb: str, sentence: str, name: str = "") -> None:
    def end(uow: UnitOfWork) -> None:
        job = uow.session.get_one(Job, run.job_id)
        JOB.advance(uow, job, verb)
        job.sentence, job.result, job.ended_at = sentence[:500], name[:120], uow.now.replace(microsecond=0)

    attempt(run.actor, end, session=run.session)


def result_of(uow: UnitOfWork, job: Job) -> Path:
    """The file a job has left; refused when there is none, or when it has been cleared away."""
    if sentence := own(uow, job):
        raise NotYou(sentence)
    path = directory(job.id) / "result"
    if not job.result or not path.exists():
        raise NotNow("结果文件不存在或已过保存期，请重新办理。")
    return path


def clear(uow: UnitOfWork) -> int:
    """Clear away the files of jobs that ended more than `KEPT_DAYS` days ago; how many."""
    over = select(Job.id).where(Job.ended_at < uow.now - timedelta(days=KEPT_DAYS), Job.result != "")
    keys = [key for key in uow.session.scalars(over) if (directory(key) / "result").exists()]
    for key in keys:
        shutil.rmtree(directory(key), ignore_errors=True)
    return len(keys)
