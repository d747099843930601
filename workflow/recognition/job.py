"""Reading as long work: the files of one declaration that nobody has read yet, each in a process of its own, and what
was typed laid beside what was read.

Never in a web worker: whoever uploads asks for a job, and a worker does it when it can, one page after another on one
thread. What is read is kept with the end of the job; readings of a content that is known are not made again.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.declarations.material import Material, StoredFile
from models.jobs.job import Job
from models.materials.proof import proofs_of
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.declarations.content import materials_of
from workflow.jobs.job import OPEN
from workflow.jobs.kinds import works
from workflow.jobs.periodic import nightly, repeats
from workflow.jobs.work import Run, put_down
from workflow.recognition import answers, documents, engine, kept, questions
from workflow.recognition.verdict import Asked, Said
from workflow.storage import clean, preview

KIND, FORGET = "read_files", "forget_readings"
#: Pages of one file that are read, and of one job; the rest of the files waits for the next job.
MOST_PAGES, MOST_AT_ONCE = 12, 24
#: Seconds the process of a file has for its beginning, and for each page.
BEGINNING, A_PAGE = 60, 60
BROKEN = "文件过于复杂或不能打开，没有识读"
ROOT = Path(__file__).resolve().parents[2]
#: What the reader's process knows of the machine.
_AROUND = {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}

Pages = list[dict[str, Any]]


def readable(material: Material) -> bool:
    """Whether such a file is read at all."""
    return material.kind in documents.READ and preview.shows(material.file)


def waiting(uow: UnitOfWork, declaration: Declaration) -> list[StoredFile]:
    """The files of a declaration that nobody has read, each content once."""
    files = {m.file.sha256: m.file for m in materials_of(uow, declaration) if readable(m)}
    done = kept.extent_of(uow.session, files)
    return [file for digest, file in files.items() if digest not in done]


def places_of(uow: UnitOfWork, declaration: Declaration) -> dict[int, list[tuple[str, int]]]:
    """The rows that each file proves, by the number of the material."""
    found: dict[int, list[tuple[str, int]]] = {}
    for one in proofs_of(uow.session, declaration.id):
        found.setdefault(one.material_id, []).append((one.section, one.place))
    return found


def open_questions(
    declaration: Declaration, material: Material, places: Sequence[tuple[str, int]], known: answers.Known
) -> dict[tuple[str, str], Asked]:
    """What is asked of a read file and was not answered yet, by content and question."""
    asked = [one.asked for one in questions.of_kind(declaration, material.kind, places)]
    if first := questions.whether(material.kind):
        asked.append(first)
    keyed = {(material.file.sha256, answers.key_of(one)): one for one in asked}
    return {key: one for key, one in keyed.items() if key not in known}


def unanswered(uow: UnitOfWork, declaration: Declaration, only: Material | None = None) -> dict[tuple[str, str], Asked]:
    """The same of all its files that were read, or of `only` that one."""
    files = [m for m in materials_of(uow, declaration) if readable(m) and (only is None or m.id == only.id)]
    extent = kept.extent_of(uow.session, {m.file.sha256 for m in files})
    read = [m for m in files if extent.get(m.file.sha256, (0, ""))[0]]
    if not read:
        return {}
    known, places = answers.known(uow.session, {m.file.sha256 for m in read}), places_of(uow, declaration)
    found: dict[tuple[str, str], Asked] = {}
    for material in read:
        found |= open_questions(declaration, material, places.get(material.id, []), known)
    return found


def answer(uow: UnitOfWork, declaration: Declaration, only: Material | None = None) -> int:
    """Answer what is open, file by file, and keep it; how many questions that were."""
    asked = unanswered(uow, declaration, only)
    found: dict[tuple[str, str], Said] = {}
    for sha256 in dict.fromkeys(digest for digest, _ in asked):
        pages = kept.pages_of(kept.read_of(uow.session, [sha256]).get(sha256, []))
        found |= {key: answers.answer(one, pages) for key, one in asked.items() if key[0] == sha256}
    if found:
        answers.keep(uow.session, found, uow.now)
    return len(found)


def under_way(session: Session, declaration: Declaration) -> Job | None:
    """The job that reads its files, while it waits or runs."""
    mine = select(Job).where(Job.kind == KIND, Job.title == _title(declaration), Job.state.in_(OPEN))
    return session.scalars(mine.order_by(Job.id)).first()


def ask_reading(uow: UnitOfWork, declaration: Declaration) -> Job | None:
    """识读: have the files read that nobody has read, and compared what was typed since. Nothing without the reader,
    where nothing is open, or while a job waits for it."""
    if not engine.installed() or not (waiting(uow, declaration) or unanswered(uow, declaration)):
        return None
    if under_way(uow.session, declaration):
        return None
    return put_down(uow, KIND, _title(declaration), key=declaration.id)


def _title(declaration: Declaration) -> str:
    return f"识读申报材料（{declaration.number}）"


def read(stored: StoredFile) -> tuple[Pages, str]:
    """(pages, why not) of a file, read by a process of its own. Refused like everything that is handed out."""
    with clean.at_hand(stored) as source, tempfile.TemporaryDirectory() as folder:
        pages = min(stored.pages, MOST_PAGES)
        command = [sys.executable, "-m", "workflow.recognition.child", preview.KINDS[stored.media_type]]
        with contextlib.suppress(subprocess.TimeoutExpired):  # the pages that are there are whole
            subprocess.run(  # noqa: S603
                [*command, str(source), folder, str(pages)],
                cwd=ROOT,
                env=_AROUND,
                timeout=BEGINNING + A_PAGE * pages,
                check=False,
                capture_output=True,
            )
        return _collected(Path(folder))


def _collected(folder: Path) -> tuple[Pages, str]:
    found: Pages = []
    while (page := folder / f"{len(found) + 1}.json").exists():
        found.append(json.loads(page.read_text(encoding="utf-8")))
    return found, "" if found else BROKEN


@works(KIND, lane="long", minutes=60, aside=True)
def _read(run: Run) -> None:
    """Read what waits of one declaration, as far as one job goes."""
    key, done = int(run.arguments["key"]), 0
    files = attempt(run.actor, lambda uow: waiting(uow, uow.session.get_one(Declaration, key)), session=run.session)
    told: list[tuple[str, Pages, str]] = []
    for number, stored in enumerate(files):
        if told and done + min(stored.pages, MOST_PAGES) > MOST_AT_ONCE:
            break
        run.tell(number, len(files), f"正在识读“{stored.name}”")
        try:
            pages, fault = read(stored)
        except NotNow:  # a full disk or a store out of reach says nothing of the file: it waits for the next job
            if told:
                break
            raise
        except Refused as refusal:
            pages, fault = [], str(refusal.sentence)[:100]
        done += min(stored.pages, MOST_PAGES)  # what it may have cost, whatever came of it
        told.append((stored.sha256, pages, fault))
    if told:
        attempt(run.actor, lambda uow: _keep(uow, key, told), session=run.session)
    attempt(run.actor, lambda uow: _compare(uow, run, key, told), session=run.session)


def _keep(uow: UnitOfWork, key: int, told: Sequence[tuple[str, Pages, str]]) -> None:
    for digest, pages, fault in told:
        kept.keep(uow.session, digest, pages, fault, uow.now)
    count = sum(len(pages) for _, pages, _ in told)
    declaration = uow.session.get_one(Declaration, key)
    uow.record("read_files", declaration, label="识读申报材料", files=len(told), pages=count, aside=True)


def _compare(uow: UnitOfWork, run: Run, key: int, told: Sequence[tuple[str, Pages, str]]) -> None:
    """What was typed beside what was read; whatever was typed while this ran is asked for again."""
    declaration = uow.session.get_one(Declaration, key)
    fields = answer(uow, declaration)
    count = sum(len(pages) for _, pages, _ in told)
    read = f"已识读 {len(told)} 件材料，共 {count} 页。" if told else f"已核对 {fields} 处填写内容。"
    uow.record("compare_files", declaration, label="核对识读结果", fields=fields, aside=True)
    run.finish(uow, read)
    ask_reading(uow, declaration)


@works(FORGET, lane="long", minutes=30)
def _forget(run: Run) -> None:
    """Readings that are old, or of files that are gone."""

    def verb(uow: UnitOfWork) -> None:
        gone = kept.forget(uow.session, uow.now)
        uow.record("forget_readings", "page_read", label="清理识读结果", count=gone)
        run.finish(uow, f"已清理 {gone} 页识读结果（超过 {kept.KEPT_DAYS} 天，或文件已不再使用）。")

    attempt(run.actor, verb, session=run.session)


def _any_old(session: Session, now: datetime) -> bool:
    return kept.any_to_forget(session, now)


repeats(FORGET, "清理识读结果", nightly(4), _any_old)
