"""What was typed of each file beside what was read of it, field by field; and 采用识读结果, the applicant's own choice.

Nothing here refuses anybody and nothing decides: who declares sees it before he submits, who audits beside the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from models.base import Labelled
from models.declarations.declaration import Declaration
from models.declarations.material import Material
from models.sealed import mask_id
from workflow.base.errors import NotNow, NotYou
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import submission
from workflow.declarations.content import materials_of
from workflow.forms import form
from workflow.recognition import answers, engine, job, kept, questions
from workflow.recognition.documents import Proves, declared
from workflow.recognition.page import alike
from workflow.recognition.verdict import Asked, Said, Verdict

ABSENT = "未安装识读，材料由人工核对"


class Standing(Labelled):
    """How far the reading of a file has come."""

    ABSENT = "absent", "未安装识读", "off"
    NEW = "new", "未识读", "off"
    CHANGED = "changed", "待核对", "off"
    WAITING = "waiting", "正在识读", "run"
    FAILED = "failed", "未能识读", "off"
    READ = "read", "已识读", "ok"


@dataclass(frozen=True)
class Line:
    """One field: what was typed, what was read, and what that says."""

    proves: Proves
    place: int
    row: str  #: the row of the form, in words; empty for what the account says
    label: str
    typed: str
    said: Said
    taken: str = ""  #: what would be typed if what was read were taken over; empty: nothing can be

    @property
    def key(self) -> str:
        """As it is chosen on a page."""
        return f"{self.proves.section}:{self.place}:{self.proves.field}"

    @property
    def read(self) -> str:
        """What was read, a number of a person masked."""
        return mask_id(self.said.read) if self.proves.field == "id_number" else self.said.read


@dataclass
class FileRead:
    """One file of a declaration with everything that was read of it."""

    material: Material
    standing: Standing
    fault: str = ""
    pages: int = 0
    lines: list[Line] = field(default_factory=list)
    linked: bool = True  #: whether it proves any row, where such a file can

    @property
    def counts(self) -> list[tuple[Verdict, int]]:
        """How many fields there are of each verdict, as they are told."""
        found = Counter(line.said.verdict for line in self.lines if line.typed)
        return [(one, found[one]) for one in Verdict if found[one]]


def of_declaration(uow: UnitOfWork, declaration: Declaration, only: Material | None = None) -> dict[int, FileRead]:
    """Every file of a declaration that can be read, or `only` that one, by the number of the material.

    Nothing is compared here: the answers were found by a job (workflow/recognition/job.py) and are looked up. A file of
    which something was typed since is told as such.
    """
    files = [m for m in materials_of(uow, declaration) if job.readable(m) and (only is None or m.id == only.id)]
    if not engine.installed():
        return {m.id: FileRead(m, Standing.ABSENT) for m in files}
    digests = {m.file.sha256 for m in files}
    read, known = kept.extent_of(uow.session, digests), answers.known(uow.session, digests)
    places = job.places_of(uow, declaration) if read else {}
    found = {m.id: _of(declaration, m, read.get(m.file.sha256), places.get(m.id, []), known) for m in files}
    open_ = [one for one in found.values() if one.standing in (Standing.NEW, Standing.CHANGED)]
    if open_ and job.under_way(uow.session, declaration) is not None:
        for one in open_:
            one.standing = Standing.WAITING
    return found


def of_file(uow: UnitOfWork, declaration: Declaration, material: Material) -> FileRead:
    """One of them."""
    return of_declaration(uow, declaration, material)[material.id]


def _of(
    declaration: Declaration,
    material: Material,
    read: tuple[int, str] | None,
    places: Sequence[tuple[str, int]],
    known: answers.Known,
) -> FileRead:
    if read is None:
        return FileRead(material, Standing.NEW)
    pages, fault = read
    if not pages:
        return FileRead(material, Standing.FAILED, fault)
    made = FileRead(material, Standing.READ, pages=pages)
    if job.open_questions(declaration, material, places, known):
        made.standing = Standing.CHANGED
        return made
    told = lambda asked: known[material.file.sha256, answers.key_of(asked)]  # noqa: E731
    if (first := questions.whether(material.kind)) and told(first).verdict != Verdict.AGREES:
        return made
    made.linked = bool(places) or not form.form_of(declaration).held(material.kind).proves
    made.lines = list(_lines(declaration, material.kind, places, told))
    return made


def _lines(
    declaration: Declaration, kind: str, places: Sequence[tuple[str, int]], told: Callable[[Asked], Said]
) -> Iterator[Line]:
    filled = declaration.content.sections or {}
    for one in questions.of_kind(declaration, kind, places):
        proves, said = one.proves, told(one.asked)
        if proves.personal:
            if said.read or proves.field == "name":  # a paper without a number of the person proves none
                yield Line(proves, 0, "", one.label, one.typed, said)
            continue
        if one.typed:
            rows = [place for name, place in places if name == proves.section]
            said = _told_apart(said, filled.get(proves.section) or [], proves, rows)
        if one.typed or said.read:
            yield Line(proves, one.place, one.row, one.label, one.typed, said, _taken(proves, said))


def _told_apart(said: Said, rows: Sequence[Any], proves: Proves, places: Sequence[int]) -> Said:
    """Of a file that proves several rows: what is typed in another of them differs from none."""
    if said.verdict != Verdict.DIFFERS or len(places) < 2:
        return said
    typed = {alike(str(rows[place].get(proves.field) or "")) for place in places if place < len(rows)}
    return replace(said, verdict=Verdict.UNREAD) if alike(said.read) in typed else said


def _taken(proves: Proves, said: Said) -> str:
    """What was read, as it is typed; empty where it cannot be typed as it stands."""
    told = declared(proves)
    if said.verdict == Verdict.AGREES or not said.sure or not said.read:
        return ""
    if proves.kind in ("text", "organisation"):
        return ""  # compared without case, spaces and punctuation: what was read is not how it is written
    if told.kind in ("date", "month"):
        parts = re.findall(r"\d+", said.read)
        need = 3 if told.kind == "date" else 2
        return "-".join(parts[:need]) if len(parts) >= need else ""
    if told.choices:
        return next((label for _, label in told.choices if alike(label) == alike(said.read)), "")
    return said.read if len(said.read) <= told.max else ""


def take_over(uow: UnitOfWork, declaration: Declaration, material: Material, key: str) -> str:
    """采用识读结果: the field becomes what was read, saved as if it had been typed; what it is called.

    Refused: another's declaration, one that is handed in, a field of which nothing was surely read.
    """
    submission.own_and_open(uow, declaration)
    if material.declaration_id != declaration.id:
        raise NotYou("该材料不属于本申报。")
    here = of_file(uow, declaration, material)
    if here.standing in (Standing.CHANGED, Standing.WAITING):
        raise NotNow("这份材料证明的内容刚刚修改过，尚未重新核对；请稍候刷新本页，核对后再采用。")
    line = next((one for one in here.lines if one.key == key), None)
    if line is None or not line.taken:
        raise NotNow("这一栏没有可以采用的识读结果，或已经与材料一致；请刷新后查看。")
    section = form.form_of(declaration).section(line.proves.section)
    rows = [dict(row) for row in (declaration.content.sections or {}).get(section.key) or []]
    told = declared(line.proves)
    value = next((v for v, label in told.choices if label == line.taken), line.taken)
    rows[line.place][told.key] = value
    uow.record("take_reading", declaration, label="采用识读结果", field=f"{line.row}：{line.label}", quiet=True)
    submission.save_section(uow, declaration, section.key, rows)
    job.answer(uow, declaration, material)  # this one file, so that the next field can be taken over at once
    job.ask_reading(uow, declaration)
    return f"{line.row}“{line.label}”"
