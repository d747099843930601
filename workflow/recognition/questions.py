"""What is asked of a file: each field that its kind can prove, for the rows it proves, with what was typed there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.declarations.declaration import Declaration
from models.sealed import mask_id
from workflow.forms import form
from workflow.recognition import documents
from workflow.recognition.documents import Proves, declared, words_of
from workflow.recognition.verdict import Asked


@dataclass(frozen=True)
class Question:
    """One field of one row, as it is asked and as it is shown."""

    proves: Proves
    place: int
    row: str  #: the row of the form, in words; empty for what the account says
    label: str
    typed: str  #: as it is shown: a number of a person masked
    asked: Asked


def of_kind(declaration: Declaration, kind: str, places: Sequence[tuple[str, int]]) -> Iterator[Question]:
    """Everything that is asked of a file of that kind, which proves the rows at `places`."""
    filled = declaration.content.sections or {}
    for proves in documents.READ[kind]:
        if proves.personal:
            if typed := _personal(declaration, proves):
                shown = mask_id(typed) if proves.field == "id_number" else typed
                asked = Asked(proves.kind, typed, proves.labels)
                yield Question(proves, 0, "", documents.PERSONAL[proves.field], shown, asked)
            continue
        section, told = form.form_of(declaration).section(proves.section), declared(proves)
        there = filled.get(section.key) or []
        for place in (place for name, place in places if name == proves.section and place < len(there)):
            value = str(there[place].get(told.key) or "")
            typed = dict(told.choices).get(value, value)
            asked = Asked(proves.kind, typed, proves.labels, words_of(proves))
            yield Question(proves, place, f"{section.title}第 {place + 1} 条", told.label, typed, asked)


def whether(kind: str) -> Asked | None:
    """What a file of that kind has to say before anything else is asked of it."""
    only = documents.ONLY_WITH.get(kind)
    return Asked("holds", only) if only else None


def _personal(declaration: Declaration, proves: Proves) -> str:
    value = getattr(declaration.person, proves.field)
    return str(value) if value else ""
