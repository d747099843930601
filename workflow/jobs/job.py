"""The lifecycle of long work (后台任务), and what its page asks: how far it is, who is before it, who works.

The row is written in the unit of work of whoever asks (work.py); the queue carries its number (bell.py); a worker does
it in a process of its own (worker.py); what falls silent is taken back (sweep.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.jobs.job import Job
from models.jobs.job import JobState as S
from workflow.base import roles
from workflow.base.errors import NotNow, NotYou
from workflow.base.flow import Flow, Step
from workflow.base.unit_of_work import UnitOfWork
from workflow.jobs.bell import Bell, Unreachable
from workflow.jobs.kinds import KINDS
from workflow.storage.store import Reading, store

#: Under way: everything that has not ended.
OPEN = (S.WAITING, S.RUNNING)
CANCELLED = "已取消，没有写入任何数据。"
NOBODY = "后台办理程序没有运行：任务已经登记，不会丢失，程序启动后自动办理；长时间没有变化的，请联系系统管理员。"
OUT_OF_REACH = "任务队列暂时无法访问，看不到办理进度：任务已经登记，不会丢失，队列恢复后自动办理。"
#: The folder of the store in which results lie.
RESULTS = "results"
_bell: Bell | None = None


def install(bell: Bell | None) -> None:
    """Say which queue carries the numbers; None: jobs are done at once, where they are asked (tests). Once."""
    global _bell
    _bell = bell


def bell() -> Bell | None:
    """The queue, or None where jobs are done at once."""
    return _bell


def own(uow: UnitOfWork, job: Job) -> str | None:
    """Only who asked for it; the system where a worker has died."""
    mine = job.account_id == uow.actor.id or uow.actor.plays(roles.SYSTEM)
    return None if mine else "只能办理本人提出的后台任务。"


#: Two of the three administrators import accounts and roles; the 审计管理员 has no work that takes long.
WHOEVER = tuple(role for role in roles.ALL if role != roles.AUDIT_ADMIN)
WORKER = (*WHOEVER, roles.SYSTEM)
CLAUSE = "附件3 1.3–1.8、1.10"

# fmt: off
JOB = Flow("后台任务", S, [
    #     verb        label       from                    to           by       only if
    Step("start",    "开始",      {S.WAITING},            S.RUNNING,   WORKER,  [own], clause=CLAUSE, inner=True),
    Step("finish",   "完成",      {S.RUNNING},            S.DONE,      WORKER,  [own], clause=CLAUSE, inner=True),
    Step("put_back", "重新排队",  {S.RUNNING},            S.WAITING,   WORKER,  [own], clause=CLAUSE, inner=True),
    Step("fail",     "未完成",    {S.WAITING, S.RUNNING}, S.FAILED,    WORKER,  [own], clause=CLAUSE, inner=True),
    Step("cancel",   "取消",      {S.WAITING, S.RUNNING}, S.CANCELLED, WHOEVER, [own], clause=CLAUSE, tone="bad",
         confirm="取消后本次办理停止，不写入任何数据；需要时可以重新提出，确定取消吗？"),
])
# fmt: on


@JOB.performs("cancel")
def cancel(uow: UnitOfWork, job: Job) -> None:
    """取消: nothing of it is written. A run that is under way can no longer end it, and is stopped where it runs."""
    give_up(uow, job, "cancel", CANCELLED)


def give_up(uow: UnitOfWork, job: Job, verb: str, sentence: str) -> None:
    """End a job that has done nothing (`fail` or `cancel`), and lead what it was about to a way out."""
    token = job.token
    JOB.advance(uow, job, verb, sentence=sentence)
    job.sentence, job.token, job.ended_at = sentence[:500], "", uow.now.replace(microsecond=0)
    kind = KINDS.get(job.kind)
    if kind is not None and kind.given_up is not None:
        kind.given_up(uow, job, sentence)
    uow.after_commit.append(lambda: please_stop(job.id, token))


def please_stop(key: int, token: str) -> None:
    """Let the process that does this run be ended, wherever it is. On SQLite it may hold the writer until then."""
    if _bell is not None and token:
        try:
            _bell.put(f"stop:{key}", token)
        except Unreachable:
            return  # the run goes on to its end, and finds that it may write nothing


# -- what a page asks ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How far a job has come: `done` of `total` pieces (0 when unknown), in words; `alive` while it is not over.

    `note` says what holds it up: who is before it, that it was begun again, that nobody works or the queue is away.
    """

    done: int = 0
    total: int = 0
    words: str = ""
    alive: bool = False
    note: str = ""

    @property
    def percent(self) -> int:
        """0 … 100."""
        return min(100, 100 * self.done // self.total) if self.total else 0


def progress_of(session: Session, job: Job) -> Progress:
    """How far the job is, for its page."""
    if job.state not in OPEN:
        return Progress()
    words = "等待办理" if job.state == S.WAITING else "正在准备"
    if _bell is None:
        return Progress(words=words, alive=True)
    try:
        told = _bell.look([f"told:{job.id}"]).get(f"told:{job.id}")
        note = _note(session, job, _bell.served(job.lane))
    except Unreachable:
        return Progress(words=words, alive=True, note=OUT_OF_REACH)
    if job.state == S.RUNNING and told and told[0] == job.token:
        return Progress(int(told[1]), int(told[2]), str(told[3]), True, note)
    return Progress(words=words, alive=True, note=note)


def _note(session: Session, job: Job, served: bool) -> str:
    if not served:
        return NOBODY
    again = (
        f"上次办理中断，没有写入任何数据；现在是第 {job.tries + (job.state == S.WAITING)} 次办理。"
        if job.tries + (job.state == S.WAITING) > 1
        else ""
    )
    if job.state == S.RUNNING:
        return again
    before = position(session, job)
    return again + (f"前面还有 {before} 个任务。" if before else "即将开始。")


def position(session: Session, job: Job) -> int:
    """How many jobs of its lane are before it: those under way, and those that were asked for earlier."""
    before = (Job.state == S.RUNNING) | ((Job.state == S.WAITING) & (Job.id < job.id))
    return session.scalar(select(func.count(Job.id)).where(Job.lane == job.lane, before)) or 0


def results_of(key: int) -> str:
    """Under which record of the store the file of a job lies."""
    return f"{RESULTS}/{key}"


def result_of(uow: UnitOfWork, job: Job, start: int = 0, end: int | None = None) -> Reading:
    """The file a job has left; refused when there is none, or when it has been cleared away."""
    if sentence := own(uow, job):
        raise NotYou(sentence)
    if not job.digest:
        raise NotNow("结果文件不存在或已过保存期，请重新办理。")
    return store().open(job.digest, start, end, under=results_of(job.id))


def standing(session: Session) -> dict[str, Any]:
    """For whoever watches the machine: how many wait and run, since when the oldest waits, how many have failed."""
    counts = dict(
        session.execute(
            select(Job.state, func.count(Job.id)).where(Job.state.in_((*OPEN, S.FAILED))).group_by(Job.state)
        )
        .tuples()
        .all()
    )
    oldest = session.scalar(select(func.min(Job.asked_at)).where(Job.state == S.WAITING))
    return {
        "waiting": counts.get(S.WAITING, 0),
        "running": counts.get(S.RUNNING, 0),
        "failed": counts.get(S.FAILED, 0),
        "oldest": oldest,
    }
