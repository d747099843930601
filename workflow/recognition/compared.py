"""What was typed of each file beside what was read of it, field by field; and 采用识读结果, the applicant's own choice.

Nothing here refuses anybody and nothing decides: who declares sees it before he submits, who audits beside the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from models.base import Labelled
from models.declarations.declaration import Declaration
from models.declarations.material import Material
from models.materials.page_read import PageRead
from models.materials.proof import proofs_of
from models.sealed import mask_id
from workflow.base.errors import NotNow, NotYou
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import submission
from workflow.declarations.content import materials_of
from workflow.forms import form
from workflow.recognition import documents, engine, job, kept
from workflow.recognition.documents import Proves, declared, words_of
from workflow.recognition.page import Reading, alike
from workflow.recognition.verdict import Asked, Said, Verdict, of_pages, offered

ABSENT = "未安装识读，材料由人工核对"


class Standing(Labelled):
    """How far the reading of a file has come."""

    ABSENT = "absent", "未安装识读", "off"
    NEW = "new", "未识读", "off"
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
    """Every file of a declaration that can be read, or `only` that one, by the number of the material."""
    files = [m for m in materials_of(uow, declaration) if job.readable(m) and (only is None or m.id == only.id)]
    if not engine.installed():
        return {m.id: FileRead(m, Standing.ABSENT) for m in files}
    rows = kept.read_of(uow.session, {m.file.sha256 for m in files})
    all_read = all(m.file.sha256 in rows for m in files)
    waits = not all_read and job.under_way(uow.session, declaration) is not None
    proved = proofs_of(uow.session, declaration.id) if rows else []
    beside = {m.id: [(p.section, p.place) for p in proved if p.material_id == m.id] for m in files}
    return {m.id: _of(declaration, m, rows.get(m.file.sha256, []), beside[m.id], waits) for m in files}


def of_file(uow: UnitOfWork, declaration: Declaration, material: Material) -> FileRead:
    """One of them."""
    return of_declaration(uow, declaration, material)[material.id]


def _of(
    declaration: Declaration,
    material: Material,
    rows: Sequence[PageRead],
    places: Sequence[tuple[str, int]],
    waits: bool,
) -> FileRead:
    if not rows:
        return FileRead(material, Standing.WAITING if waits else Standing.NEW)
    pages = kept.pages_of(rows)
    if not pages:
        return FileRead(material, Standing.FAILED, rows[0].fault)
    made = FileRead(material, Standing.READ, pages=len(pages))
    only = documents.ONLY_WITH.get(material.kind)
    if only and not any(only in reading.text for page in pages for reading in page):
        return made
    made.linked = bool(places) or not form.form_of(declaration).held(material.kind).proves
    made.lines = list(_lines(declaration, material.kind, places, pages))
    return made


def _lines(
    declaration: Declaration, kind: str, places: Sequence[tuple[str, int]], pages: Sequence[Sequence[Reading]]
) -> Iterator[Line]:
    filled = declaration.content.sections or {}
    for proves in documents.READ[kind]:
        if proves.personal:
            if typed := _personal(declaration, proves):
                said = of_pages(Asked(proves.kind, typed, proves.labels), pages)
                if said.read or proves.field == "name":  # a paper without a number of the person proves none
                    shown = mask_id(typed) if proves.field == "id_number" else typed
                    yield Line(proves, 0, "", documents.PERSONAL[proves.field], shown, said)
            continue
        section, told = form.form_of(declaration).section(proves.section), declared(proves)
        rows = [place for name, place in places if name == proves.section]
        there = filled.get(section.key) or []
        for place in (place for place in rows if place < len(there)):
            row = there[place]
            value = str(row.get(told.key) or "")
            typed = dict(told.choices).get(value, value)
            asked = Asked(proves.kind, typed, proves.labels, words_of(proves))
            said = _told_apart(of_pages(asked, pages), there, proves, rows) if typed else offered(asked, pages)
            if typed or said.read:
                words = f"{section.title}第 {place + 1} 条"
                yield Line(proves, place, words, told.label, typed, said, _taken(proves, said))


def _personal(declaration: Declaration, proves: Proves) -> str:
    value = getattr(declaration.person, proves.field)
    return str(value) if value else ""


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
    line = next((one for one in of_file(uow, declaration, material).lines if one.key == key), None)
    if line is None or not line.taken:
        raise NotNow("这一栏没有可以采用的识读结果，或已经与材料一致；请刷新后查看。")
    section = form.form_of(declaration).section(line.proves.section)
    rows = [dict(row) for row in (declaration.content.sections or {}).get(section.key) or []]
    told = declared(line.proves)
    value = next((v for v, label in told.choices if label == line.taken), line.taken)
    rows[line.place][told.key] = value
    uow.record("take_reading", declaration, label="采用识读结果", field=f"{line.row}：{line.label}", quiet=True)
    submission.save_section(uow, declaration, section.key, rows)
    return f"{line.row}“{line.label}”"
