"""What an auditor asked, item by item, with what would satisfy it (118号 四(三) 一次性告知).

The auditor may say behind “｜” what would do. Where he did not, the form itself knows: the files that a kind of
material takes, the requirement of a section. Nothing is judged by it; it tells the applicant where to go.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import object_session

from models.declarations.correction_item import CorrectionItem, ItemAnswer, ItemKind
from models.declarations.declaration import Correction, Declaration
from workflow.declarations.corrections import told
from workflow.forms import form as forms
from workflow.forms.form_parts import Form, MaterialKind, Section

MATERIALS, CHOICE = "materials", "choice"
ELSE = "按该项要求补充或更正；不清楚的，请致电告知机构"


@dataclass(frozen=True)
class Asked:
    """One item: what is wanted, what would satisfy it, and in which part of the form (`part`, `place` within it)."""

    text: str
    fits: str
    part: str = ""
    place: str = ""
    item: int | None = None  #: number of a point picked on the form
    answer: str = ""


def asked(correction: Correction) -> list[Asked]:
    """The items of one 一次性补正告知 in their order: points as they were picked, words by what they name."""
    session = object_session(correction)
    declaration = session.get(Declaration, correction.declaration_id) if session is not None else None
    form = forms.form_of(declaration) if declaration is not None else forms.form()
    points = told.items_of(session, correction) if session is not None and correction.id else ()
    picked = [_point(item, told.words_of(item)) for item in points]
    words = correction.items[len(picked) :]
    return picked + [_asked(form, str(item.get("text", "")), str(item.get("fits", ""))) for item in words]


def _point(item: CorrectionItem, words: dict[str, str]) -> Asked:
    answer = f"{ItemAnswer(item.answer).label}：{item.answer_words}" if item.answer else ""
    part = CHOICE if item.kind == ItemKind.FACT else item.part
    return Asked(words["text"], words["fits"], part, item.place, item.number, answer)


def _asked(form: Form, text: str, said: str) -> Asked:
    kind, section = _kind(form, text), _section(form, text)
    if kind is not None:
        return Asked(text, said or takes(kind), MATERIALS, kind.key)
    if section is not None:
        return Asked(text, said or section.guidance.requirement, section.key)
    return Asked(text, said or ELSE)


def takes(kind: MaterialKind) -> str:
    """Which file of a kind would do, in one sentence."""
    pictures = "照片" if "pdf" not in kind.accept else "PDF 或照片"
    hint = f"：{kind.hint}" if kind.hint else ""
    return f"在“申报材料上传”重新上传清晰完整的“{kind.label}”（{pictures}）{hint}"


def _kind(form: Form, text: str) -> MaterialKind | None:
    """The kind of material an item names; of several the longest name."""
    named = [kind for kind in form.materials if kind.key != "other" and _names(text, kind.label)]
    return max(named, key=lambda kind: len(kind.label), default=None)


def _section(form: Form, text: str) -> Section | None:
    """The section an item names, by its title or by one of its fields."""
    found: list[tuple[int, Section]] = []
    for section in (s for s in form.sections if s.fields):
        labels = [section.title, *(f.label for f in section.fields if len(f.label) > 2)]
        found += [(len(label), section) for label in labels if _names(text, label)]
    return max(found, key=lambda one: one[0], default=(0, None))[1]


def _names(text: str, label: str) -> bool:
    return len(label) > 1 and label.strip("《》") in text
