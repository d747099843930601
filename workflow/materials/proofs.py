"""Which rows a file proves (佐证), and which rows still have none: told to who declares and to who audits alike.

What is missing here refuses nobody: 118号 asks for proof by kind of material, and a person of the office decides
whether a row is proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from models.declarations.declaration import Declaration
from models.declarations.material import Material, StoredFile
from models.declarations.paper_stub import PaperStub
from models.materials.proof import Proof, proofs_of
from workflow.base.errors import NotYou, Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations.content import materials_of
from workflow.declarations.submission import own_and_open
from workflow.forms import form
from workflow.forms.form_parts import MaterialKind, Section

#: Kinds of fields that can name a row.
_NAMING = ("text", "area", "choice")
LONGEST = 40


@dataclass(frozen=True)
class Row:
    """One row of a repeated section: where it stands and what it is called."""

    section: str
    place: int
    words: str  #: "获奖第 1 条：优质工程奖"

    @property
    def key(self) -> str:
        """As it is chosen on a form."""
        return f"{self.section}:{self.place}"


def name_of(section: Section, row: Mapping[str, Any]) -> str:
    """What a row is called: its first field that has words."""
    for field in section.fields:
        value = row.get(field.key)
        if field.kind in _NAMING and field.mirror is None and value:
            words = str(dict(field.choices).get(value, value))
            return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
    return ""


def rows_of(declaration: Declaration, sections: Iterable[str]) -> list[Row]:
    """The rows of these sections, in the order of the form."""
    filled, wanted = declaration.content.sections or {}, set(sections)
    found = []
    for section in form.form_of(declaration).sections:
        if section.key in wanted and section.repeated:
            for place, row in enumerate(filled.get(section.key) or []):
                name = name_of(section, row) if isinstance(row, dict) else ""
                told = f"{section.title}第 {place + 1} 条" + (f"：{name}" if name else "")
                found.append(Row(section.key, place, told))
    return found


def provable(declaration: Declaration, kind: MaterialKind) -> list[Row]:
    """The rows that a file of that kind can prove."""
    return rows_of(declaration, kind.proves)


def link(uow: UnitOfWork, declaration: Declaration, material: Material, chosen: Iterable[str]) -> None:
    """关联佐证: the file proves exactly these rows. Refused: a row that is not there, or that such a file cannot
    prove."""
    own_and_open(uow, declaration)
    if material.declaration_id != declaration.id:
        raise NotYou("该材料不属于本申报。")
    kind = form.form_of(declaration).held(material.kind)
    known = {row.key: row for row in provable(declaration, kind)}
    wanted = set(chosen)
    if wanted - known.keys():
        raise Refused(
            f"所选条目已不在申报内容中，或“{kind.label}”不能佐证该条目；请刷新后重新勾选。", field=material.kind
        )
    uow.session.execute(delete(Proof).where(Proof.material_id == material.id))
    uow.session.add_all(
        Proof(material_id=material.id, section=row.section, place=row.place)
        for key, row in known.items()
        if key in wanted
    )
    uow.session.flush()
    uow.record("link_proof", declaration, label="关联佐证", file=material.file.name, rows=sorted(wanted), quiet=True)


def link_new(uow: UnitOfWork, declaration: Declaration, material: Material, chosen: Iterable[str]) -> None:
    """What was chosen at the upload; where there is but one row that it could prove, that one."""
    known = provable(declaration, form.form_of(declaration).held(material.kind))
    wanted = set(chosen) & {row.key for row in known} or {row.key for row in known if len(known) == 1}
    if wanted:
        link(uow, declaration, material, wanted)


def by_row(uow: UnitOfWork, declaration: Declaration) -> dict[tuple[str, int], list[Material]]:
    """The files beside each row."""
    found: dict[tuple[str, int], list[Material]] = {}
    for proof in proofs_of(uow.session, declaration.id):
        found.setdefault((proof.section, proof.place), []).append(proof.material)
    return found


def by_file(uow: UnitOfWork, declaration: Declaration) -> dict[int, set[str]]:
    """The keys of the rows that each file proves, by the number of the material."""
    found: dict[int, set[str]] = {}
    for proof in proofs_of(uow.session, declaration.id):
        found.setdefault(proof.material_id, set()).add(f"{proof.section}:{proof.place}")
    return found


def kind_for(declaration: Declaration, section: str, facts: Mapping[str, Any]) -> MaterialKind | None:
    """The kind of material under which a proof of such a row is handed in first."""
    kinds = [kind for kind in form.form_of(declaration).materials if section in kind.proves and kind.fits(facts)]
    return kinds[0] if kinds else None


def missing(uow: UnitOfWork, declaration: Declaration) -> list[Row]:
    """Rows that ask for a proof and have none; of a secret declaration those whose kind lies on paper are not named."""
    held = proofs_of(uow.session, declaration.id)
    proved = {(proof.section, proof.place) for proof in held}
    on_paper = _on_paper(uow, declaration)
    asked = [s.key for s in form.form_of(declaration).sections if s.proven and s.key not in on_paper]
    return [row for row in rows_of(declaration, asked) if (row.section, row.place) not in proved]


def _on_paper(uow: UnitOfWork, declaration: Declaration) -> set[str]:
    """Sections that named paper of a secret declaration proves."""
    if not declaration.secret:
        return set()
    kinds = set(uow.session.scalars(select(PaperStub.kind).where(PaperStub.declaration_id == declaration.id)))
    return {section for kind in form.form_of(declaration).materials if kind.key in kinds for section in kind.proves}


def twins(uow: UnitOfWork, declaration: Declaration) -> dict[int, list[str]]:
    """The same content seen twice (重复材料): sentences by the number of the material. It is told and refuses nothing.

    Looked for under other kinds of this declaration and in what the same person handed in before.
    """
    kinds = {kind.key: kind.label for kind in form.form_of(declaration).materials}
    mine = materials_of(uow, declaration)
    found: dict[int, list[str]] = {}
    for one in mine:
        for other in mine:
            if other is not one and other.file.sha256 == one.file.sha256:
                told = f"与“{kinds.get(other.kind, other.kind)}”中的“{other.file.name}”内容相同"
                found.setdefault(one.id, []).append(told)
    for material_id, told in _earlier(uow, declaration, mine, kinds):
        found.setdefault(material_id, []).append(told)
    return found


def _earlier(
    uow: UnitOfWork, declaration: Declaration, mine: list[Material], kinds: Mapping[str, str]
) -> Iterable[tuple[int, str]]:
    digests = {one.file.sha256 for one in mine}
    if not digests:
        return
    query = (
        select(StoredFile.sha256, Material.kind, Declaration.year, Declaration.number)
        .join(Material, Material.file_id == StoredFile.id)
        .join(Declaration, Declaration.id == Material.declaration_id)
        .where(
            StoredFile.sha256.in_(digests),
            Declaration.person_id == declaration.person_id,
            Declaration.id != declaration.id,
            Declaration.submitted_at.is_not(None),
        )
        .order_by(Declaration.id)
    )
    before = {sha256: (kind, year, number) for sha256, kind, year, number in uow.session.execute(query)}
    for one in mine:
        if one.file.sha256 in before:
            kind, year, number = before[one.file.sha256]
            yield one.id, f"{year} 年度申报 {number} 的“{kinds.get(kind, kind)}”也用过同一文件"
