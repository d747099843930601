"""Batch import (批量导入, 附件3 1.3–1.8、1.10): upload, preview, 提交, 撤销本批.

Nothing is written before 提交: the preview is a rehearsal of the very same work in a transaction that is taken
back. 提交 does it again, row by row as it was shown, in one transaction; where the office has changed something in
between, nothing is written and the table is looked at anew. The same file twice changes nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.committees.committee import Committee
from models.imports.import_batch import ImportBatch, ImportMeaning, RowAction
from models.imports.import_batch import ImportState as S
from models.jobs.job import Job, JobState
from models.register.organisation import Organisation
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.base.flow import Flow, Step
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.imports import import_rows, reading, upload
from workflow.imports.kind import ImportKind, Outcome, Tell
from workflow.imports.kinds import KINDS, kind_of
from workflow.imports.words import Words
from workflow.jobs.kinds import works
from workflow.jobs.work import Run, ask, later
from workflow.storage.files import clean_name
from workflow.storage.store import digest_of

__all__ = ["IMPORT", "KINDS", "begin", "commit", "discard", "interpret", "undo", "unknown_words"]

#: Tables up to this size are looked at while the page waits; longer ones as a job.
SHORT_BYTES = 60_000
SHORT_ROWS = 400
#: Tables up to this size go into the queue for short work: nobody waits minutes behind them.
LANE_BYTES = 1_000_000
LANE_ROWS = 10_000
#: The guide has the same two steps in seven modules.
GUIDE = "附件3 1.3–1.8、1.10"
IMPORTERS = (
    roles.HRSS_CONFIG,
    roles.COMMITTEE_OFFICE,
    roles.UNIT_OFFICER,
    roles.BUREAU_OFFICER,
    roles.SYSTEM_ADMIN,
    roles.SECURITY_ADMIN,
)


def own(uow: UnitOfWork, batch: ImportBatch) -> str | None:
    """Only who uploaded it: the preview is what he has read; the system where a worker has died."""
    mine = batch.account_id == uow.actor.id or uow.actor.plays(roles.SYSTEM)
    return None if mine else "只能办理本人上传的导入批次。"


def something_to_do(uow: UnitOfWork, batch: ImportBatch) -> str | None:
    """At least one row is new or changed."""
    if batch.fresh + batch.changed:
        return None
    return "表中没有可以新增或变更的行，无需提交；请按失败原因改好后重新上传。"


def job_is_gone(uow: UnitOfWork, batch: ImportBatch) -> str | None:
    """Where its work is still to come: its job has failed or was cancelled, and nothing of it was written."""
    over = batch.job is not None and batch.job.state in (JobState.FAILED, JobState.CANCELLED)
    return (
        None
        if over or batch.state in (S.PREVIEWED, S.UNREADABLE)
        else "正在办理中，请稍候；不再需要的，可在“后台任务”取消。"
    )


# fmt: off
IMPORT = Flow("批量导入", S, [
    #     verb         label       from                        to             by         only if
    Step("read",      "核对完成",  {S.RECEIVED},               S.PREVIEWED,   IMPORTERS, [own], clause=GUIDE, inner=True),
    Step("refuse",    "无法导入",  {S.RECEIVED},               S.UNREADABLE,  IMPORTERS, [own], clause=GUIDE, inner=True),
    Step("interpret", "指定取值",  {S.PREVIEWED},              S.RECEIVED,    IMPORTERS, [own], clause=GUIDE, inner=True),
    Step("commit",    "提交",      {S.PREVIEWED},              S.COMMITTING,  IMPORTERS, [own, something_to_do],
         clause=GUIDE, tone="primary", confirm="提交后，成功的行将一次写入系统，失败的行不写入，确定提交吗？"),
    Step("written",   "写入完成",  {S.COMMITTING},             S.COMMITTED,   IMPORTERS, [own], clause=GUIDE, inner=True),
    Step("give_back", "退回",      {S.RECEIVED, S.COMMITTING, S.UNDOING}, (S.PREVIEWED, S.COMMITTED), (*IMPORTERS, roles.SYSTEM), [own],
         clause=GUIDE, inner=True),
    Step("undo",      "撤销本批",  {S.COMMITTED},              S.UNDOING,     IMPORTERS, [own],
         clause=GUIDE, tone="bad", confirm="撤销后，本批新增的记录删除、变更的记录恢复原值；此后又被修改或使用的保留不动，确定撤销吗？"),
    Step("undone",    "撤销完成",  {S.UNDOING},                S.UNDONE,      IMPORTERS, [own], clause=GUIDE, inner=True),
    Step("resume",    "重新办理",  {S.RECEIVED, S.COMMITTING, S.UNDOING}, None, IMPORTERS, [own, job_is_gone], clause=GUIDE, tone="primary"),
    Step("discard",   "放弃",      {S.RECEIVED, S.PREVIEWED, S.UNREADABLE}, S.DISCARDED, IMPORTERS, [own, job_is_gone], clause=GUIDE, tone="bad",
         confirm="放弃后本次上传的内容删除，未写入任何数据，确定放弃吗？"),
])
# fmt: on


# -- upload -----------------------------------------------------------------------------------------


def begin(
    uow: UnitOfWork, kind_name: str, content: bytes | BinaryIO, name: str, choices: dict[str, Any]
) -> ImportBatch:
    """Take a table in and look at it: at once when it is short, else as a job.

    Taken: the kind, the file as it was sent and its name, the choices that hold for the whole table. Refused: an
    account that does not import this, an empty or too large file, choices that do not fit.
    """
    kind = kind_of(kind_name)
    kind.may(uow)
    data = content if isinstance(content, bytes) else content.read()
    if not data:
        raise Refused("请选择要导入的文件（.xlsx、.xls 或 .csv）。", field="file")
    if len(data) > reading.MOST_BYTES:
        raise Refused(
            f"文件为 {len(data) / 1048576:.1f} MB，超过 {reading.MOST_BYTES >> 20} MB；请拆分后分批导入。", field="file"
        )
    Flow.complete(Step("begin", "导入", (), None, (), asks=kind.choices), choices)
    kind.prepare(uow, choices)
    batch = ImportBatch(
        kind=kind.name,
        account_id=uow.actor.id,
        file_name=clean_name(name),
        sha256=digest_of(data),
        choices=choices,
        state=S.RECEIVED,
        created_at=uow.now.replace(microsecond=0),
    )
    uow.session.add(batch)
    uow.session.flush()
    upload.keep(batch, data)
    uow.record("upload_import", batch, label="上传导入文件", kind=kind.name, sha256=batch.sha256)
    lane = "short" if len(data) <= LANE_BYTES else "long"
    _start(uow, batch, "import_read", f"核对：{batch.file_name}", here=len(data) <= SHORT_BYTES, lane=lane)
    return batch


def _start(uow: UnitOfWork, batch: ImportBatch, work: str, title: str, *, here: bool, lane: str) -> None:
    batch.job = ask(uow, work, title, home=f"/import/show/{batch.id}", here=here, lane=lane, batch=batch.id)


def _lane(rows: int) -> str:
    return "short" if rows <= LANE_ROWS else "long"


def _given_up(uow: UnitOfWork, job: Job, sentence: str) -> None:
    """Its job has failed or was cancelled: what had been looked at waits for its sender as before, with the sentence.

    A table nobody has looked at yet stays where it is: it may be looked at again, or be given up.
    """
    batch = uow.session.scalar(select(ImportBatch).where(ImportBatch.job_id == job.id))
    if batch is None:
        return
    batch.sentence = sentence[:500]
    if batch.state == S.COMMITTING or (batch.state == S.RECEIVED and batch.total):
        IMPORT.advance(uow, batch, "give_back", to=S.PREVIEWED, reason=sentence)
    elif batch.state == S.UNDOING:
        IMPORT.advance(uow, batch, "give_back", to=S.COMMITTED, reason=sentence)


@works("import_read", minutes=30, given_up=_given_up)
def _read(run: Run) -> None:
    """Read the file, rehearse every row, keep what each would do."""
    batch = _batch(run)
    kind = kind_of(batch.kind)
    try:
        if batch.total:  # looked at again after a word has been given a meaning
            rows, notes, dictionary = import_rows.as_read(run.session, batch.id), list(batch.notes), batch.dictionary
        else:
            table = _table(run, kind, batch)
            rows, notes, dictionary = import_rows.of_table(kind, table), list(table.notes), table.dictionary
        outcomes, _words = _rehearse(run, kind, batch, rows)
    except Refused as refusal:
        sentence = refusal.sentence
        if later(refusal):
            raise
        attempt(run.actor, lambda uow: _refuse(uow, run, sentence), session=run.session)
        return
    if dictionary and dictionary != kind.dictionary(run.session) and not any(_STALE in note for note in notes):
        notes.append(_STALE)
    run.tell(0, 0, "正在保存核对结果")
    keep = partial(_keep, run=run, rows=outcomes, notes=notes, dictionary=dictionary)
    attempt(run.actor, keep, session=run.session, holds=_beside(rows))


def _table(run: Run, kind: ImportKind, batch: ImportBatch) -> reading.Table:
    run.tell(0, 0, "正在读取文件")
    required = [f.label for f in kind.fields if f.required]
    also = {other: f.label for f in kind.fields for other in f.also}
    with upload.at_hand(batch) as file:
        return reading.read(
            file, batch.file_name, headings=kind.headings, required=required, title=kind.title, also=also
        )


_STALE = "模板已更新：您使用的是旧版模板，表头或下拉取值可能与现在不同，请核对后再提交，或下载新模板。"


def _batch(run: Run) -> ImportBatch:
    return run.session.get_one(ImportBatch, run.arguments["batch"])


def _beside(rows: Sequence[Outcome]) -> Collection[type] | None:
    """A long table is rehearsed and kept beside the queue of all others, a short one stands in it."""
    return None if len(rows) <= SHORT_ROWS else ()


class _Rehearsed(Exception):
    """Takes the rehearsal back."""


def _rehearse(run: Run, kind: ImportKind, batch: ImportBatch, rows: list[Outcome]) -> tuple[list[Outcome], Words]:
    """What every row would do. Written in a transaction of its own, which is taken back."""
    words = Words(run.session, _meanings(run.session, run.actor, kind))
    choices = dict(batch.choices)

    def rehearse(uow: UnitOfWork) -> None:
        kind.may(uow)
        for row in rows:
            row.action, row.record_id, row.before, row.after = RowAction.WRONG, None, None, None
        kind.examine(uow, rows, choices, words, lambda done, total: run.tell(done, total, "正在逐行核对"))

    def take_back(uow: UnitOfWork) -> None:
        rehearse(uow)
        raise _Rehearsed

    if kind.only_looks:
        rehearse(asking(run.actor, session=run.session))
        return rows, words
    with contextlib.suppress(_Rehearsed):
        attempt(run.actor, take_back, session=run.session, holds=_beside(rows))
    return rows, words


def _meanings(session: Session, actor: Account, kind: ImportKind) -> dict[tuple[str, str], str]:
    rows = select(ImportMeaning).where(ImportMeaning.account_id == actor.id, ImportMeaning.kind == kind.name)
    return {(m.field, m.word): m.meaning for m in session.scalars(rows)}


def _refuse(uow: UnitOfWork, run: Run, sentence: str) -> None:
    batch = uow.session.get_one(ImportBatch, run.arguments["batch"])
    IMPORT.advance(uow, batch, "refuse", reason=sentence)
    batch.sentence = sentence[:500]
    upload.forget(uow, batch)
    run.finish(uow, sentence)


def _keep(uow: UnitOfWork, run: Run, rows: Sequence[Outcome], notes: list[str], dictionary: str) -> None:
    batch = uow.session.get_one(ImportBatch, run.arguments["batch"])
    batch.notes, batch.dictionary, batch.sentence = notes, dictionary[:20], ""
    counts = _kept(uow, batch, rows, lambda done, total: run.tell(done, total, "正在保存核对结果"))
    IMPORT.advance(uow, batch, "read", counts=counts)
    upload.forget(uow, batch)
    run.finish(uow, "核对完成，请查看结果后提交。")


def _kept(uow: UnitOfWork, batch: ImportBatch, rows: Sequence[Outcome], tell: Tell) -> dict[str, int]:
    """Keep the rows and their counts."""
    counts = import_rows.keep(uow.session, batch.id, rows, tell)
    batch.total, batch.fresh, batch.changed = len(rows), counts[RowAction.NEW], counts[RowAction.CHANGED]
    batch.unchanged, batch.wrong = counts[RowAction.UNCHANGED], counts[RowAction.WRONG]
    return {str(action): count for action, count in counts.items()}


# -- words -------------------------------------------------------------------------------------------


def unknown_words(session: Session, batch: ImportBatch, *, most: int = 50) -> list[tuple[str, str, int]]:
    """(field, word, how often) of what no list knows, the most frequent first."""
    kind = kind_of(batch.kind)
    words = Words(session, {})
    rows = list(import_rows.stored(session, batch.id, (RowAction.WRONG,)))
    words.meanings = _meanings(session, batch.account, kind)
    words.gather(kind.fields, rows)
    for row in rows:
        words.try_all(kind.fields, row.texts)
    return [(name, word, count) for (name, word), count in words.unknown.most_common(most)]


def interpret(uow: UnitOfWork, batch: ImportBatch, meanings: dict[tuple[str, str], str]) -> None:
    """Say what words stand for; remembered for this account and kind, and the table is looked at again.

    Taken: (field, word) → the text the system knows; empty ones are left out. Refused: none at all.
    """
    given = {pair: meaning.strip() for pair, meaning in meanings.items() if meaning.strip()}
    if not given:
        raise Refused("请至少为一个取值指定对应的系统取值。")
    asked = {(name, word) for name, word, _count in unknown_words(uow.session, batch)}
    for (name, word), meaning in given.items():
        if (name, word) not in asked or len(word) > 120 or len(meaning) > 120:
            raise Refused("指定的取值有误，请刷新后重新选择。")
        same = select(ImportMeaning).filter_by(account_id=uow.actor.id, kind=batch.kind, field=name, word=word)
        known = uow.session.scalar(same)
        if known is None:
            known = ImportMeaning(account_id=uow.actor.id, kind=batch.kind, field=name, word=word, meaning=meaning)
            uow.session.add(known)
        known.meaning = meaning
    IMPORT.advance(uow, batch, "interpret", words=len(given))
    here = batch.total <= SHORT_ROWS
    _start(uow, batch, "import_read", f"核对：{batch.file_name}", here=here, lane=_lane(batch.total))


# -- commit --------------------------------------------------------------------------------------------


@IMPORT.performs("commit")
def commit(uow: UnitOfWork, batch: ImportBatch) -> None:
    """提交: write the rows that succeed, all in one transaction, checked again while they are written."""
    IMPORT.advance(uow, batch, "commit", new=batch.fresh, changed=batch.changed)
    here = batch.total <= SHORT_ROWS
    _start(uow, batch, "import_write", f"提交：{batch.file_name}", here=here, lane=_lane(batch.total))


@works("import_write", minutes=60, given_up=_given_up)
def _write(run: Run) -> None:
    kind = kind_of(_batch(run).kind)
    run.tell(0, 0, "正在写入")
    try:
        held = _held(kind, _batch(run))
        attempt(run.actor, lambda uow: _write_all(uow, run, kind), session=run.session, holds=held)
    except Refused as refusal:
        if later(refusal):
            raise
        sentence = f"没有写入任何数据：{refusal.sentence}"
        rows, _words = _rehearse(run, kind, _batch(run), import_rows.as_read(run.session, _batch(run).id))
        back = partial(_give_back, run=run, sentence=sentence, rows=rows)
        attempt(run.actor, back, session=run.session, holds=_beside(rows))


def _held(kind: ImportKind, batch: ImportBatch) -> Collection[type] | None:
    """What a long table is written beside: its own records, and the offices and committees by which rows are judged.

    A short one stands in the queue with everybody else.
    """
    return None if batch.total <= SHORT_ROWS else {kind.model, Organisation, Committee}


def _write_all(uow: UnitOfWork, run: Run, kind: ImportKind) -> None:
    run.mine(uow)
    batch = uow.session.get_one(ImportBatch, run.arguments["batch"])
    kind.may(uow)
    rows = list(import_rows.stored(uow.session, batch.id, import_rows.WRITING))
    shown = [(row.action, row.before) for row in rows]
    words = Words(uow.session, _meanings(uow.session, uow.actor, kind))
    kind.perform(uow, rows, dict(batch.choices), words, lambda done, total: run.tell(done, total, "正在写入"))
    strange = [
        row
        for row, (action, before) in zip(rows, shown, strict=True)
        if row.action != action or (action == RowAction.CHANGED and row.before != before)
    ]
    if strange:
        first = strange[0]
        why = "；".join(first.faults.values()) or f"现在是“{RowAction(first.action).label}”"
        raise Refused(
            f"核对之后数据有变化，{len(strange)} 行与预览不一致，如第 {first.number} 行：{why.rstrip('。')}。"
            "已重新核对，请查看后再提交。"
        )
    if kind.keeps_outcome:
        _remember(uow, batch, rows)
    counts = {"new": batch.fresh, "changed": batch.changed}
    IMPORT.advance(uow, batch, "written", kind=batch.kind, sha256=batch.sha256, counts=counts)
    batch.committed_at, batch.sentence = uow.now.replace(microsecond=0), ""
    run.finish(uow, f"已提交：新增 {counts['new']} 条，变更 {counts['changed']} 条。")


def _remember(uow: UnitOfWork, batch: ImportBatch, rows: Sequence[Outcome]) -> None:
    """Keep with each row what has become of it."""
    done = {row.number: row for row in rows}
    import_rows.keep(
        uow.session, batch.id, [done.get(row.number, row) for row in import_rows.stored(uow.session, batch.id)]
    )


def _give_back(uow: UnitOfWork, run: Run, sentence: str, rows: Sequence[Outcome]) -> None:
    """Nothing was written; the table has been looked at again and waits for its sender."""
    batch = uow.session.get_one(ImportBatch, run.arguments["batch"])
    IMPORT.advance(uow, batch, "give_back", to=S.PREVIEWED, reason=sentence)
    batch.sentence = sentence[:500]
    counts = _kept(uow, batch, rows, lambda done, total: run.tell(done, total, "正在重新核对"))
    uow.record("look_again", batch, label="重新核对", counts=counts)
    run.finish(uow, sentence)


# -- undo ----------------------------------------------------------------------------------------------


@IMPORT.performs("undo")
def undo(uow: UnitOfWork, batch: ImportBatch) -> None:
    """撤销本批: what it made goes, what it changed comes back; what was touched since stays, and is named."""
    IMPORT.advance(uow, batch, "undo")
    written = batch.fresh + batch.changed
    _start(uow, batch, "import_undo", f"撤销：{batch.file_name}", here=written <= SHORT_ROWS, lane=_lane(written))


@works("import_undo", minutes=60, given_up=_given_up)
def _undo(run: Run) -> None:
    run.tell(0, 0, "正在撤销")
    batch = _batch(run)
    held = _held(kind_of(batch.kind), batch)
    attempt(run.actor, lambda uow: _undo_all(uow, run), session=run.session, holds=held)


def _undo_all(uow: UnitOfWork, run: Run) -> None:
    run.mine(uow)
    batch = uow.session.get_one(ImportBatch, run.arguments["batch"])
    kind = kind_of(batch.kind)
    kind.may(uow)
    rows = written_rows(uow.session, batch)
    words = Words(uow.session, _meanings(uow.session, uow.actor, kind))
    stays = kind.take_back(uow, rows, dict(batch.choices), words, lambda done, total: run.tell(done, total, "正在撤销"))
    if stays:
        for row in rows:
            row.faults = {"": stays[row.number]} if row.number in stays else {}
        _remember(uow, batch, rows)
    back = len(rows) - len(stays)
    sentence = f"撤销 {back} 条" + (f"，保留 {len(stays)} 条（此后已被修改或使用，见失败原因）" if stays else "") + "。"
    IMPORT.advance(uow, batch, "undone", back=back, kept=len(stays))
    batch.undone_at, batch.sentence = uow.now.replace(microsecond=0), sentence
    run.finish(uow, f"已撤销 {back} 条" + (f"，{len(stays)} 条此后已被修改或使用，保留不动。" if stays else "。"))


def written_rows(session: Session, batch: ImportBatch) -> list[Outcome]:
    """The rows a batch has written, the last first: who was made of another goes before it."""
    return list(import_rows.stored(session, batch.id, import_rows.WRITING))[::-1]


def touched_since(session: Session, batch: ImportBatch) -> dict[int, str]:
    """Of what a batch has written: row → why it would stay as it is."""
    kind = kind_of(batch.kind)
    return kind.touched(session, written_rows(session, batch), Words(session, _meanings(session, batch.account, kind)))


# -- the rest ----------------------------------------------------------------------------------------------


@IMPORT.performs("resume")
def resume(uow: UnitOfWork, batch: ImportBatch) -> None:
    """Begin again what died with its process; nothing of it had been written."""
    IMPORT.advance(uow, batch, "resume")
    work, word = {
        S.RECEIVED: ("import_read", "核对"),
        S.COMMITTING: ("import_write", "提交"),
        S.UNDOING: ("import_undo", "撤销"),
    }[S(batch.state)]
    _start(uow, batch, work, f"{word}：{batch.file_name}", here=False, lane=_lane(batch.total))


@IMPORT.performs("discard")
def discard(uow: UnitOfWork, batch: ImportBatch) -> None:
    """放弃: the uploaded rows are deleted; what was counted stays."""
    unread = batch.state == S.RECEIVED
    IMPORT.advance(uow, batch, "discard")
    import_rows.forget(uow.session, batch.id)
    if unread:
        upload.forget(uow, batch)
