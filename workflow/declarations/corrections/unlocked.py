"""What a return opens: the listed points and nothing else (118号 四(三)); asked by whatever writes the form.

A return told in words alone names no place and opens everything, as it always did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.declarations.correction_item import CorrectionItem
from models.declarations.correction_item import ItemKind as K
from models.declarations.declaration import Correction, Declaration
from models.declarations.declaration import DeclarationState as S
from workflow.base.errors import Refused
from workflow.base.remembered import once
from workflow.declarations.corrections import places
from workflow.forms import form as forms
from workflow.forms.form_parts import Section


@dataclass(frozen=True)
class Opened:
    """What of a declaration may be written now."""

    items: Sequence[CorrectionItem]

    def fields(self, section: Section, row: int | None = None) -> frozenset[str]:
        """The fields that may be written: of the section, or of its row of that number."""
        every = frozenset(f.key for f in section.fields)
        open_ones: set[str] = set()
        for item in self._of(section):
            if item.kind == K.SECTION or (item.kind == K.ROW and item.row_no == row):
                return every
            if item.kind == K.FIELD and item.row_no == row:
                open_ones |= {item.place, *places.dependent(section, item.place)}
        return frozenset(open_ones)

    def whole(self, section: Section) -> bool:
        """Whether the section as a whole is listed: only then rows may be added."""
        return any(item.kind == K.SECTION for item in self._of(section))

    def touches(self, part: str) -> bool:
        """Whether anything of that part is listed."""
        return any(item.part == part for item in self.items)

    def removable(self, section: Section, row: int) -> bool:
        """Whether the row may go altogether."""
        return any(item.kind == K.ROW and item.row_no == row for item in self._of(section))

    def files(self) -> frozenset[str]:
        """The kinds of material that may be exchanged."""
        return frozenset(item.place for item in self.items if item.kind == K.FILE)

    def _of(self, section: Section) -> list[CorrectionItem]:
        return [item for item in self.items if item.part == section.key]


def opened(session: Session, declaration: Declaration) -> Opened | None:
    """What is open; None where nothing is locked: no return, or one told in words alone."""
    return once(session, (opened, declaration), lambda: _opened(session, declaration))


def _opened(session: Session, declaration: Declaration) -> Opened | None:
    if declaration.state != S.RETURNED:
        return None
    asked = select(Correction.id).where(Correction.declaration_id == declaration.id, Correction.answered_at.is_(None))
    keys = set(session.scalars(asked))
    items = session.scalars(
        select(CorrectionItem).where(CorrectionItem.correction_id.in_(keys)).order_by(CorrectionItem.id)
    ).all()
    return Opened(items) if items and {item.correction_id for item in items} == keys else None


def refuse_section(session: Session, declaration: Declaration, section: Section, value: Any) -> None:
    """Refuse to write into a section what no point of the open return names."""
    here = opened(session, declaration)
    saved = (declaration.content.sections or {}).get(section.key)
    if here is None or here.whole(section) or places.alike(value, saved):
        return
    if not here.touches(section.key):
        raise _locked(f"“{section.title}”")
    if section.repeated:
        base = _as_returned(session, declaration, section)
        if not _fits(here, section, base, places.rows_of(section, value)):
            raise _locked(f"“{section.title}”中未列出的条目和栏目（也不能另外增加条目）")
        return
    closed = _changed(saved or {}, value or {}, section) - here.fields(section)
    if closed:
        labels = "、".join(f.label for f in section.fields if f.key in closed)
        raise _locked(f"“{section.title}”的{labels}", dict.fromkeys(closed, "本次退回没有列出这一项，不能修改。"))


def refuse_clearing(session: Session, declaration: Declaration, section: Section) -> None:
    """A whole section is emptied only where the whole section is listed."""
    here = opened(session, declaration)
    if here is not None and not here.whole(section):
        raise _locked(f"“{section.title}”整个部分")


def refuse_file(session: Session, declaration: Declaration, kind: str) -> None:
    """Refuse to add or to take away a material of a kind that is not listed."""
    here = opened(session, declaration)
    if here is not None and kind not in here.files():
        raise _locked(
            f"“{forms.form_of(declaration).held(kind).label}”", {kind: "本次退回没有列出这类材料，不能增减。"}
        )


def _as_returned(session: Session, declaration: Declaration, section: Section) -> list[Mapping[str, Any]]:
    """The rows to which the numbers of the points belong."""
    kept = session.scalar(
        select(Correction.returned)
        .where(Correction.declaration_id == declaration.id, Correction.answered_at.is_(None))
        .order_by(Correction.id.desc())
        .limit(1)
    )
    return places.rows_of(section, (kept or {}).get("sections", {}).get(section.key))


def _fits(here: Opened, section: Section, base: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the rows are those returned, in their order, changed and left out only where a point says so."""
    reached = {0}  #: how many of the new rows are accounted for, after each row of the version returned
    for number, old in enumerate(base, 1):
        open_ones, gone = here.fields(section, number), here.removable(section, number)
        after = {n for n in reached if gone}
        after |= {n + 1 for n in reached if n < len(rows) and _changed(old, rows[n], section) <= open_ones}
        reached = after
    return len(rows) in reached


def _changed(old: Mapping[str, Any], new: Mapping[str, Any], section: Section) -> set[str]:
    return {f.key for f in section.fields if not f.mirror and not places.alike(old.get(f.key), new.get(f.key))}


def _locked(what: str, fields: dict[str, str] | None = None) -> Refused:
    return Refused(
        f"{what}不在本次退回的补正事项中，不能修改（118号 四(三) 一次性告知）；请只更正列出的事项，"
        "确需另改的，请在答复中说明，由审核机构列入补正事项。",
        fields=fields or {},
    )
