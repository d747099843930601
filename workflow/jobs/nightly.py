"""The work of the night that belongs to no other room: the journal is verified, old results and files cleared away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, exists, select
from sqlalchemy.orm import Session

from models.accounts.account import SYSTEM_NAME, Account
from models.imports.import_batch import ImportBatch
from models.jobs.job import Job, JobState
from models.jobs.slot import Slot
from models.registry import by_table
from workflow.base import anchor, clock, journal, outside
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.jobs import watch
from workflow.jobs.job import RESULTS, results_of
from workflow.jobs.kinds import works
from workflow.jobs.periodic import nightly, repeats
from workflow.jobs.work import Run
from workflow.office import checkpoint
from workflow.storage import stocktaking
from workflow.storage.store import Unavailable, store

#: Days for which the file of a job is kept, and those for which periodic work that has ended is remembered.
KEPT_DAYS = 7
REMEMBERED_DAYS = 60
#: Rows of ended periodic work that one night takes away at most.
CLEARED_AT_ONCE = 5_000
#: Slots that are remembered of one kind of periodic work: what is older than these never comes again.
SLOTS = 400


@works("verify_journal", lane="long", minutes=240)
def _verify(run: Run) -> None:
    """Verify the journal, once a week from its first entry, else from the last checkpoint.

    A fault is told to the 审计管理员 and ends the job as failed, with the first ones by number.
    """
    run.tell(0, 0, "正在核验审计日志")
    with _unmoved(run.session) as session:
        since = checkpoint.newest(session, outside.lines(outside.CHECKPOINTS))
        if since is not None and not since.fresh(clock.province_now(session)):
            since = None
        faults = list(journal.verify(session, by_table(), since=since.stands if since else None))
        faults += anchor.faults(session, outside.lines())
        count = journal.count(session)
        whole = "" if faults else checkpoint.line(session, since)
    from_where = f"{since.at:%Y-%m-%d %H:%M}" if since else ""

    def note(uow: UnitOfWork) -> None:
        journal.note_verified(uow, count, len(faults), from_where)
        if faults:
            watch.tell_faults(uow, faults)
        else:
            how = f"，其中 {from_where} 的检查点以后的逐条核对" if since else "，从第一条起逐条核对"
            run.finish(uow, f"审计日志完整，共 {count} 条{how}。")

    attempt(run.actor, note, session=run.session)
    if faults:
        raise Refused(f"审计日志核验发现 {len(faults)} 处问题：{watch.named(faults)}。请审计管理员立即核查。")
    outside.keep_line(whole, outside.CHECKPOINTS)


@contextlib.contextmanager
def _unmoved(session: Session) -> Iterator[Session]:
    """A session in which nothing moves while the journal is walked: writers go on, and what they write is not seen."""
    bind = session.get_bind()
    if not isinstance(bind, Engine):
        yield session
        return
    level = {"isolation_level": "REPEATABLE READ"} if bind.dialect.name == "postgresql" else {}
    with bind.connect().execution_options(**level) as connection, Session(connection) as reading:
        yield reading


@works("clear_results", lane="long", minutes=60)
def _clear(run: Run) -> None:
    """Clear away files of jobs that ended long ago, and slots that never come again."""
    for key in attempt(run.actor, lambda uow: _clear_all(uow, run), session=run.session):
        with contextlib.suppress(Unavailable):  # the row no longer names it, and the store sweeps what no row names
            store().forget(results_of(key))


def _clear_all(uow: UnitOfWork, run: Run) -> list[int]:
    rows = uow.session.scalars(select(Job).where(_expired(uow.now))).all()
    for job in rows:
        job.digest, job.size = "", 0
    for name in uow.session.scalars(select(Slot.name).distinct()).all():
        old = select(Slot).where(Slot.name == name).order_by(Slot.id.desc()).offset(SLOTS)
        for slot in uow.session.scalars(old).all():
            uow.session.delete(slot)
    uow.session.flush()
    gone = clear_ended(uow)
    told = f"已清理 {len(rows)} 个超过 {KEPT_DAYS} 天的结果文件，{gone} 个超过 {REMEMBERED_DAYS} 天的定期任务记录。"
    run.finish(uow, told)
    return [job.id for job in rows]


def clear_ended(uow: UnitOfWork, most: int = CLEARED_AT_ONCE) -> int:
    """Take away what is remembered of periodic work that ended well long ago; how many rows.

    What a person asked for stays, for the import or the export it belongs to is shown with it; so does what failed.
    """
    ended = select(Job).join(Account, Account.id == Job.account_id).where(*_forgettable(uow.now)).order_by(Job.id)
    rows = uow.session.scalars(ended.limit(most)).unique().all()
    for job in rows:
        uow.session.delete(job)
    uow.session.flush()
    return len(rows)


def _forgettable(now: datetime) -> list[ColumnElement[bool]]:
    return [
        Account.username == SYSTEM_NAME,
        Job.state == JobState.DONE,
        Job.ended_at < now - timedelta(days=REMEMBERED_DAYS),
        Job.digest == "",
        ~exists().where(Slot.job_id == Job.id),
        ~exists().where(ImportBatch.job_id == Job.id),
    ]


def _expired(now: datetime) -> ColumnElement[bool]:
    return and_(Job.ended_at < now - timedelta(days=KEPT_DAYS), Job.digest != "")


def _anything(session: Session, now: datetime) -> bool:
    old = select(Job.id).join(Account, Account.id == Job.account_id).where(*_forgettable(now))
    return any(session.scalar(found.limit(1)) is not None for found in (select(Job.id).where(_expired(now)), old))


@works("anchor_journal", lane="short", minutes=10)
def _anchor(run: Run) -> None:
    """Write the signed line of the day beside the heads, from where the operator takes his copy."""
    kept = outside.keep_line(anchor.line(run.session))
    told = "已留证。" if kept else "本机没有库外记录的目录，未留证；请检查 DATA_DIR。"
    attempt(run.actor, lambda uow: run.finish(uow, told), session=run.session)


@works("sweep_store", lane="long", minutes=240)
def _sweep(run: Run) -> None:
    """Take away files that no row names."""
    files, size = stocktaking.sweep(run.session, store(), run.actor)
    sentence = f"已清理 {files} 个无主文件，共 {size / (1 << 20):.1f} MB。"
    attempt(run.actor, lambda uow: run.finish(uow, sentence), session=run.session)


def _called(session: Session, key: int) -> str:
    job = session.get_one(Job, key)
    return f"“{job.title}”的结果文件（后台任务 {key}）"


stocktaking.lies_in(RESULTS, Job.id, Job.digest, _called, Job.digest != "")
repeats("anchor_journal", "审计日志留证", nightly(1))
repeats("verify_journal", "核验审计日志", nightly(2))
repeats("sweep_store", "清理无主文件", nightly(4))
repeats("clear_results", "清理结果文件", nightly(3), _anything)
