"""What of a declaration can be named in a return: a field, a row, a file, a fact of the case, a section at the last.

A place has a key that a page can send back, `kind:part:place:row`, and a value that can be compared over time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.declarations.correction_item import ItemKind as K
from models.declarations.declaration import Declaration
from models.declarations.material import Material, StoredFile
from models.declarations.paper_stub import PaperStub
from workflow.base.errors import Refused
from workflow.declarations import content
from workflow.declarations.content import CASE_FACTS
from workflow.forms import form as forms
from workflow.forms.form_parts import Form, Section

MATERIALS = "materials"
CASE = "case"


@dataclass(frozen=True)
class Place:
    """Where a point is: `row` counts from 1, as people do."""

    kind: K
    part: str
    place: str = ""
    row: int | None = None
    form: Form | None = field(default=None, compare=False, repr=False)  #: of the declaration; None: as declared

    @property
    def key(self) -> str:
        """As a page sends it back."""
        return f"{self.kind}:{self.part}:{self.place}:{self.row or ''}"

    @property
    def whole(self) -> Form:
        """The form it is a place of."""
        return self.form or forms.form()

    @property
    def label(self) -> str:
        """As people read it."""
        if self.kind == K.FACT:
            return f"申报信息 · {CASE_FACTS[self.place]}"
        if self.kind == K.FILE:
            return f"申报材料 · {self.whole.held(self.place).label}"
        section = self.whole.section(self.part)
        row = f"第 {self.row} 条" if self.row else ""
        named = section.field(self.place).label if self.kind == K.FIELD else ""
        return " · ".join(filter(None, (section.title, row, named)))


def found(declaration: Declaration, key: str) -> Place:
    """The place of that key. Refused where the declaration has none such."""
    kind, part, place, row = [*key.split(":"), "", "", "", ""][:4]
    try:
        number = int(row) if row.isascii() and row.isdigit() else None
        here = Place(K(kind), part, place, number, forms.form_of(declaration))
    except ValueError:
        raise Refused("补正位置无效；请从申报表上重新选择。", field="pick") from None
    if here.key != key or not _exists(declaration, here):
        raise Refused("补正位置无效；请从申报表上重新选择。", field="pick")
    return here


def _exists(declaration: Declaration, here: Place) -> bool:
    if here.kind == K.FACT:
        return here.part == CASE and here.place in CASE_FACTS and here.row is None
    if here.kind == K.FILE:
        return here.part == MATERIALS and any(k.key == here.place for k in here.whole.materials) and here.row is None
    section = next((s for s in here.whole.sections if s.key == here.part and s.fields), None)
    if section is None:
        return False
    rows = len(rows_of(section, (declaration.content.sections or {}).get(section.key)))
    if here.row is not None and not (section.repeated and 1 <= here.row <= rows):
        return False
    match here.kind:
        case K.SECTION:
            return not here.place and here.row is None
        case K.ROW:
            return not here.place and here.row is not None
    typed = any(f.key == here.place and not f.mirror for f in section.fields)
    return typed and section.repeated == (here.row is not None)


def rows_of(section: Section, value: Any) -> list[Mapping[str, Any]]:
    """The rows of a section as it is kept; of a single one the one row."""
    if section.repeated:
        return [row for row in value or [] if isinstance(row, Mapping)]
    return [value if isinstance(value, Mapping) else {}]


def as_it_stands(session: Session, declaration: Declaration) -> dict[str, Any]:
    """What is declared now, to be compared with later: sections, files by kind, facts of the case."""
    files = select(Material.kind, StoredFile.name, StoredFile.sha256).join(
        StoredFile, StoredFile.id == Material.file_id
    )
    held = session.execute(files.where(Material.declaration_id == declaration.id).order_by(Material.id)).all()
    stubs = select(PaperStub.kind, PaperStub.name, PaperStub.reference).where(
        PaperStub.declaration_id == declaration.id
    )
    d = declaration
    return {
        "sections": d.content.sections or {},
        "materials": [*map(list, held), *map(list, session.execute(stubs.order_by(PaperStub.id)).all())],
        "case": {
            "title": d.title.name,
            "specialty": d.specialty.name if d.specialty else "",
            "mode": str(d.mode),
            "channel": str(d.channel),
            "secret": bool(d.secret),
        },
    }


def value_at(kept: Mapping[str, Any], here: Place) -> Any:
    """What stands at a place in what was kept; None where it is not there."""
    if here.kind == K.FACT:
        return kept["case"].get(here.place)
    if here.kind == K.FILE:
        return sorted(sha for kind, _name, sha in kept["materials"] if kind == here.place)
    value = kept["sections"].get(here.part)
    if here.kind == K.SECTION:
        return value
    rows = rows_of(here.whole.section(here.part), value)
    row = rows[(here.row or 1) - 1] if (here.row or 1) <= len(rows) else None
    return row if here.kind == K.ROW or row is None else row.get(here.place)


def alike(one: Any, other: Any) -> bool:
    """Whether two answers say the same; a blank is a blank."""
    return content.same({"answer": one}, {"answer": other})


def dependent(section: Section, key: str) -> Iterator[str]:
    """The fields that an answer to `key` calls for: they are opened with it."""
    for one in section.fields:
        asked = {name for table in (*one.when, *one.required_when) for name in table}
        if key in asked:
            yield one.key
