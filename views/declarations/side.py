"""对照审核 (118号 四(三)): a file at the left; at the right what it proves, and what differs from what was returned.

What is ticked travels in the address from file to file until the list of a return is made of it; nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, request
from sqlalchemy import select
from sqlalchemy.orm import undefer

from models.base import db
from models.declarations.correction_item import ItemKind as K
from models.declarations.declaration import Correction, Declaration
from models.declarations.material import Material
from models.materials.proof import proofs_of
from views.declarations.correction_list import Group, Line, Part, parts_of
from views.declarations.recognition import boxes_of
from views.screens.moment import of_request
from workflow.base.errors import Refused
from workflow.declarations import content
from workflow.declarations.corrections import places
from workflow.declarations.corrections.differences import between
from workflow.declarations.corrections.places import Place
from workflow.forms import form as forms
from workflow.recognition import compared
from workflow.storage import preview

#: Places that one address may carry.
MOST = 60


@dataclass(frozen=True)
class Beside:
    """A file of the case in the row of files."""

    key: str
    kind: str
    name: str
    chosen: bool


def of(declaration: Declaration) -> dict[str, Any]:
    """What the page shows: `file` is the random key of a file of this declaration, `page` its page, `pick` places."""
    held = content.materials_of(of_request(), declaration)
    asked = request.args.get("file", "")
    chosen = next((m for m in held if m.file.key == asked), None) if asked else next(iter(held), None)
    if asked and chosen is None:
        abort(404)
    kinds = {kind.key: kind.label for kind in forms.form_of(declaration).materials}
    known = _known(declaration, request.args.getlist("pick"))
    ticked, left = known[:MOST], len(known) - MOST
    given: dict[str, Any] = {
        "left": f"勾选最多带入 {MOST} 处，另有 {left} 处没有带入；请先“将勾选的列入补正清单”，再继续勾选。"
        if left > 0
        else "",
        "files": [Beside(m.file.key, kinds.get(m.kind, m.kind), m.file.name, m is chosen) for m in held],
        "chosen": chosen,
        "ticked": ticked,
        "parts": [],
        "changed": [],
        "elsewhere": ticked,
    }
    if chosen is None:
        return given
    parts, linked = _proved(declaration, chosen, set(ticked))
    here = {line.key for part in parts for line in _lines(part)}
    sheet = _sheet(chosen)
    read = compared.of_declaration(of_request(), declaration, chosen).get(chosen.id)
    return (
        given
        | sheet
        | {
            "read": read,
            "boxes": boxes_of(read, sheet["number"]) if read else [],
            "kind": kinds.get(chosen.kind, chosen.kind),
            "parts": parts,
            "linked": linked,
            "changed": _changed(declaration, chosen, {key.split(":")[1] for key in here}),
            "elsewhere": [key for key in ticked if key not in here],
        }
    )


def _known(declaration: Declaration, keys: Sequence[str]) -> list[str]:
    """The places among the keys, each once; what an address made up is left out."""
    found = []
    for key in dict.fromkeys(keys):
        try:
            found.append(places.found(declaration, key).key)
        except Refused:
            continue
    return found


def _sheet(chosen: Material) -> dict[str, Any]:
    """The page of the file as a picture, or why there is none."""
    stored = chosen.file
    number = min(max(request.args.get("page", 1, type=int), 1), stored.pages)
    try:
        preview.page(stored, number, preview.ZOOMS[0])
    except Refused as refusal:
        return {"number": number, "sentence": refusal.sentence}
    return {"number": number, "sentence": "", "width": preview.ZOOMS[0]}


def _proved(declaration: Declaration, chosen: Material, ticked: set[str]) -> tuple[list[Part], bool]:
    """The file itself, then the rows that it proves; where none is linked, every row that such a file can prove."""
    rows = {(p.section, p.place + 1) for p in proofs_of(db.session, declaration.id) if p.material_id == chosen.id}
    kind = next((kind for kind in forms.form_of(declaration).materials if kind.key == chosen.kind), None)
    sections = {section for section, _row in rows} or set(kind.proves if kind else ())
    titles = {section.title: section for section in forms.form_of(declaration).sections if section.key in sections}
    whole = list(parts_of(declaration, ticked))
    found = []
    for part in whole:
        if section := titles.get(part.title):
            numbered = enumerate(part.groups, 1)
            kept = [g for n, g in numbered if not rows or not section.repeated or (section.key, n) in rows]
            found.append(Part(part.title, part.whole, kept))
    own = Place(K.FILE, places.MATERIALS, chosen.kind).key
    line = next((line for part in whole for line in _lines(part) if line.key == own), None)
    if line is not None:
        found.insert(0, Part("本件材料", None, [Group("", None, [Line(own, line.label, "", line.ticked)])]))
    return found, bool(rows)


def _lines(part: Part) -> list[Line]:
    """Everything of a part that can be ticked."""
    lines = [part.whole] if part.whole else []
    for group in part.groups:
        lines += [group.row] if group.row else []
        lines += group.lines
    return lines


def _changed(declaration: Declaration, chosen: Material, parts: set[str]) -> list[tuple[str, str, str]]:
    """What is different in these parts, and among files of this kind, since it was last returned point by point."""
    last = db.session.scalar(
        select(Correction)
        .where(Correction.declaration_id == declaration.id)
        .order_by(Correction.id.desc())
        .limit(1)
        .options(undefer(Correction.returned))
    )
    if last is None or last.returned is None:
        return []
    before: Mapping[str, Any] = last.returned
    form, now = forms.form_of(declaration), places.as_it_stands(db.session, declaration)
    return [
        line
        for (part, place, _row), line in between(before, now, form)
        if part in parts and (part != places.MATERIALS or place == chosen.kind)
    ]
