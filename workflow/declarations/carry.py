"""Carried over (带入上次申报): a new declaration begins with what the applicant filed last, to be looked through part
by part.

What was filled in is copied into the new draft; files are not: the new declaration has rows of its own for the same
content, so that its own row policy guards them. Rules of the new batch apply to everything, evidence dates included,
as if it had been typed today.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.declarations.declaration import Declaration
from models.declarations.material import Material, StoredFile
from models.declarations.standing import OBTAINED
from models.materials.library import LibraryUse
from models.materials.proof import Proof, proofs_of
from models.paths.path import Way
from workflow.base.unit_of_work import UnitOfWork
from workflow.forms import form
from workflow.storage.files import new_key

#: What is said anew each time: the choice of this year, the statement on penalties, the promise.
ANEW = ("declaring", "discipline", "promise")
MATERIALS = "materials"
#: What belongs to the employer and is asked again when the employer is another.
OF_THE_UNIT = ("unit_nature", "department", "post", "in_established_post", "file_holder", "admin_post", "relation")


def last_filed(uow: UnitOfWork, declaration: Declaration) -> Declaration | None:
    """What the same person handed in last, whatever became of it."""
    query = select(Declaration).where(
        Declaration.person_id == declaration.person_id,
        Declaration.id != declaration.id,
        Declaration.submitted_at.is_not(None),
    )
    return uow.session.scalar(query.order_by(Declaration.submitted_at.desc(), Declaration.id.desc()).limit(1))


def carry(uow: UnitOfWork, declaration: Declaration, facts: dict[str, Any]) -> None:
    """Fill an empty draft from what was filed last; `facts` say which sections and materials it is asked for."""
    last = last_filed(uow, declaration)
    if last is None:
        return
    sections = _sections(declaration, last, facts)
    files = _link_files(uow, declaration, last, facts, sections)
    content = declaration.content
    content.sections = sections
    content.degree_checks = dict(last.content.degree_checks or {})
    content.carried_from, content.carried = last.number, [*sections, *([MATERIALS] if files else [])]
    uow.session.flush()
    uses = select(LibraryUse).where(LibraryUse.declaration_id == last.id, LibraryUse.section.in_(sections))
    uow.session.add_all(
        LibraryUse(entry_id=use.entry_id, declaration_id=declaration.id, section=use.section, place=use.place)
        for use in uow.session.scalars(uses).unique()
    )
    uow.record(
        "carry", declaration, label="带入上次申报", origin=last.number, sections=list(sections), files=files, quiet=True
    )


def _sections(declaration: Declaration, last: Declaration, facts: dict[str, Any]) -> dict[str, Any]:
    filled = last.content.sections or {}
    carried: dict[str, Any] = {}
    for section in form.form_of(declaration).sections_for(facts):
        if section.key in ANEW or not section.fields or not (filled.get(section.key) or _gained(last, section.key)):
            continue
        value, _errors = form.clean(section, filled.get(section.key), context=facts, draft=True)
        if section.key == "titles" and (row := _gained(last, section.key)):
            value = [*value, row]
        if section.key == "basic" and declaration.unit_id != last.unit_id:
            value = {key: "" if key in OF_THE_UNIT else part for key, part in value.items()}
        if value:
            carried[section.key] = value
    return carried


def _gained(last: Declaration, key: str) -> dict[str, Any] | None:
    """The title that the last declaration has brought: from now on a title held."""
    if key != "titles" or last.state not in OBTAINED or last.filed_on is None:
        return None
    body = last.committee.name if last.committee else last.office.organisation.name if last.office else ""
    return {
        "name": last.title.name,
        "series": last.series.name,
        "level": str(last.level),
        "obtained_on": last.filed_on.isoformat(),
        "way": Way(last.way).label,
        "body": body,
        "certificate": "",
        "employer": "",
        "employed_from": "",
        "employed_to": "",
    }


def _link_files(
    uow: UnitOfWork, declaration: Declaration, last: Declaration, facts: dict[str, Any], sections: dict[str, Any]
) -> int:
    kinds = {kind.key for kind in form.form_of(declaration).materials if kind.fits(facts)}
    held = uow.session.scalars(
        select(Material).where(Material.declaration_id == last.id, Material.kind.in_(kinds)).order_by(Material.id)
    ).all()
    for material in held:
        file = material.file
        linked = StoredFile(
            key=new_key(),
            sha256=file.sha256,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            pages=file.pages,
            owner_kind=declaration.__tablename__,
            owner_id=declaration.id,
            purpose=file.purpose,
            uploaded_at=uow.now.replace(microsecond=0),
            uploaded_by=uow.actor.id,
        )
        mine = Material(declaration_id=declaration.id, kind=material.kind, file=linked)
        uow.session.add(mine)
        uow.session.flush()
        uow.session.add_all(
            Proof(material_id=mine.id, section=one.section, place=one.place)
            for one in proofs_of(uow.session, last.id)
            if one.material_id == material.id and one.section in sections
        )
    return len(held)


def looked_through(declaration: Declaration, key: str) -> None:
    """The applicant has looked through that part: it is his own from now on."""
    content = declaration.content
    if key in (content.carried or ()):
        content.carried = [part for part in content.carried if part != key]
