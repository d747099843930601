"""What an applicant filled in, section by section, for readers: screens show it, nobody can change it there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from models.base import db
from models.declarations.declaration import Declaration
from models.materials.proof import proofs_of
from views.storage.attachments import file_link
from views.storage.papers import mirrored
from workflow.declarations import degree_check, quota_need
from workflow.forms import form as forms
from workflow.forms.form_parts import Field, Section

#: Columns of a repeated section that fit beside each other; wider rows are told one below the other.
COLUMNS = 6
PROOF = "佐证材料"


@dataclass(frozen=True)
class Filled:
    """A section as it is read: `facts` of a single one, or `head` and `rows` of a repeated one."""

    key: str
    title: str
    facts: Sequence[tuple[str, str]] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    cards: Sequence[Sequence[tuple[str, str]]] = ()  #: rows with more columns than fit

    @property
    def count(self) -> int:
        """How many entries a repeated section has."""
        return len(self.rows) + len(self.cards)

    @property
    def empty(self) -> bool:
        """Whether nothing was filled in."""
        return not (self.facts or self.count)


def sections_of(declaration: Declaration) -> list[Filled]:
    """Every section of the form that was asked for, in its order; identity fields masked."""
    filled = declaration.content.sections or {}
    known = {
        "way": str(declaration.way),
        "level": str(declaration.level),
        "mode": str(declaration.mode),
        "channel": str(declaration.channel),
        "needs_quota": quota_need.needs_place(declaration),
        "secret": declaration.secret,
        "series_number": declaration.series.number,
    }
    beside: dict[tuple[str, int], Markup] = {}
    for one in proofs_of(db.session, declaration.id):
        before = beside.get((one.section, one.place), Markup(""))
        beside[one.section, one.place] = (before + Markup("；") if before else before) + file_link(one.material.file)
    declaring = filled.get("declaring")
    known |= declaring if isinstance(declaring, dict) else {}
    return [
        _with_proofs(section, _read(section, filled.get(section.key), declaration, known), beside)
        for section in forms.form_of(declaration).sections_for(known)
        if section.fields
    ]


def _with_proofs(section: Section, read: Filled, beside: Mapping[tuple[str, int], Markup]) -> Filled:
    """Each row with the files that prove it; one that asks for a proof and has none says so."""
    if not read.count or not (section.proven or any(place[0] == section.key for place in beside)):
        return read
    told = [beside.get((section.key, n), "未关联佐证材料" if section.proven else "—") for n in range(read.count)]
    if read.cards:
        cards = [[*card, (PROOF, words)] for card, words in zip(read.cards, told, strict=True)]
        return replace(read, cards=cards)
    rows = [[*row, words] for row, words in zip(read.rows, told, strict=True)]
    return replace(read, head=[*read.head, PROOF], rows=rows)


def _read(section: Section, value: Any, declaration: Declaration, known: dict[str, Any]) -> Filled:
    if not section.repeated:
        return Filled(
            section.key,
            section.title,
            tuple(_facts([f for f in section.fields if f.applies(known | (value or {}))], value or {}, declaration))
            + tuple(_facts(section.retired, value or {}, declaration)),
        )
    rows = [row for row in value or [] if isinstance(row, dict)]
    used = [f for f in section.fields if any(f.applies(known | row) and shown(f, row, declaration) for row in rows)]
    used += [f for f in section.retired if any(shown(f, row, declaration) for row in rows)]
    if section.key == degree_check.SECTION and rows:
        told = [degree.told for degree in degree_check.degrees_of(declaration)]
        return Filled(
            section.key,
            section.title,
            cards=[
                (*_facts(used, row, declaration), ("核验状态", status)) for row, status in zip(rows, told, strict=False)
            ],
        )
    if len(used) > COLUMNS:
        return Filled(section.key, section.title, cards=[tuple(_facts(used, row, declaration)) for row in rows])
    return Filled(
        section.key,
        section.title,
        head=[f.label for f in used],
        rows=[[shown(f, row, declaration) or "—" for f in used] for row in rows],
    )


def _facts(fields: Sequence[Field], row: dict[str, Any], declaration: Declaration) -> Iterator[tuple[str, str]]:
    for field in fields:
        if text := shown(field, row, declaration):
            yield field.label, text


def shown(field: Field, row: dict[str, Any], declaration: Declaration) -> str:
    """An answer as a person reads it: the label of a choice, 是 for a ticked box, money with its separators."""
    if field.mirror:
        return mirrored(declaration, field)
    value = row.get(field.key)
    if field.kind == "check":
        return "是" if value else ""
    if isinstance(value, int) and "（元）" in field.label:
        return f"{value:,}"
    return str(dict(field.choices).get(value, value) or "") if value != 0 else "0"
