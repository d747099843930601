"""One digest over everything that is declared (118号 四(一)–(四)); `bound` says which facts hang on it.

And one of each section: which edition a page showed, and what another window of the same person has saved since.

It covers section 0 (title, level, specialty, unit, way, mode, channel, secrecy, batch), every section, every file and
what lies on paper only. What an office changes by law is no part of it: a unit merged into another (the unit counts as
it was chosen), the region, the route, the place of a quota, marks of checked degrees, and what is mirrored from the
account (a telephone number, a corrected name).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.declarations.material import Material, StoredFile
from models.declarations.paper_stub import PaperStub
from workflow.base.errors import NotNow
from workflow.base.journal import canonical
from workflow.base.remembered import once
from workflow.base.unit_of_work import UnitOfWork
from workflow.forms.form_parts import Section

#: What defines the case: label by the name under which it is chosen. Locked once the unit has recommended.
CASE_FACTS = {
    "title": "申报职称",
    "specialty": "申报专业",
    "mode": "申报方式",
    "channel": "推荐渠道",
    "secret": "涉密情况",
}


def digest(session: Session, declaration: Declaration) -> str:
    """SHA-256 of everything declared, as it stands now."""
    return once(
        session, (digest, declaration), lambda: hashlib.sha256(canonical(_body(session, declaration))).hexdigest()
    )


def _body(session: Session, declaration: Declaration) -> dict[str, Any]:
    d = declaration
    files = select(Material.kind, StoredFile.sha256).join(StoredFile, StoredFile.id == Material.file_id)
    held = session.execute(files.where(Material.declaration_id == d.id)).all()  # writes what waits to be written first
    stub = PaperStub
    on_paper = session.execute(
        select(stub.kind, stub.name, stub.reference, stub.pages).where(stub.declaration_id == d.id)
    ).all()
    asked = {"form": d.content.form_version} if d.content.form_edition_id else {}
    return (
        ({"paper": sorted(map(list, on_paper))} if on_paper else {})
        | asked
        | {
            "case": {
                "batch": d.batch_id,
                "way": str(d.way),
                "title": d.title_id,
                "level": str(d.level),
                "series": d.series_id,
                "specialty": d.specialty_id,
                "unit": d.declared_unit_id or d.unit_id,
                "mode": str(d.mode),
                "channel": str(d.channel),
                "secret": bool(d.secret),
            },
            "sections": d.content.sections or {},
            "materials": sorted([kind, sha256] for kind, sha256 in held),
        }
    )


def materials_of(uow: UnitOfWork, declaration: Declaration) -> list[Material]:
    """The materials of a declaration, in the order of upload; read once for form, comparison and 条件核对."""
    mine = select(Material).where(Material.declaration_id == declaration.id).order_by(Material.id)
    return list(once(uow.session, (materials_of, declaration), lambda: uow.session.scalars(mine).all()))


# -- one section in several windows ---------------------------------------------------------------------

#: Of a fingerprint; it tells editions of one draft apart, and nobody gains by a collision.
LENGTH = 16
#: Whether somebody has typed anything there is no difference between these.
EMPTY: tuple[Any, ...] = (None, "", [], {}, False)


class Overtaken(NotNow):
    """Another window of the same person has saved the section since. `theirs` is what stands there now."""

    def __init__(self, section: Section, theirs: Any) -> None:
        super().__init__(
            f"“{section.title}”已在另一个窗口或设备上改过，没有覆盖；请核对下面的不同之处，"
            "再次暂存即以您在本页填写的为准，或放弃本页的填写、采用已保存的内容。"
        )
        self.theirs = theirs


def edition(declaration: Declaration, key: str) -> str:
    """The fingerprint of a section as it is saved."""
    return fingerprint((declaration.content.sections or {}).get(key))


def fingerprint(value: Any) -> str:
    """Of any value of a section; blanks and what is absent are the same."""
    text = json.dumps(_bare(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def same(one: Any, other: Any) -> bool:
    """Whether two values of a section say the same."""
    return fingerprint(one) == fingerprint(other)


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: part for name, part in ((n, _bare(v)) for n, v in value.items()) if part not in EMPTY}
    if isinstance(value, list):
        return [_bare(part) for part in value]
    return value


def refuse_overtaken(declaration: Declaration, section: Section, value: Any, seen: str | None) -> None:
    """Refuse to write `value` over an edition that the page has not shown; what is the same harms nobody."""
    saved = (declaration.content.sections or {}).get(section.key)
    if seen is not None and seen != fingerprint(saved) and not same(value, saved):
        raise Overtaken(section, saved)


def differences(section: Section, theirs: Any, mine: Any) -> Iterator[tuple[str, str, str]]:
    """(label, what is saved, what was typed here) of every field that differs, row by row."""
    rows = [(theirs or [], mine or [])] if section.repeated else [([theirs or {}], [mine or {}])]
    for saved, typed in rows:
        for n in range(max(len(saved), len(typed))):
            old, new = (list(part)[n] if n < len(part) else {} for part in (saved, typed))
            for field in section.fields:
                before, after = (_told(part.get(field.key)) for part in (old, new))
                if field.mirror is None and before != after:
                    where = f"第 {n + 1} 条 · {field.label}" if section.repeated else field.label
                    yield where, before, after


def _told(value: Any) -> str:
    if value is True:
        return "是"
    return "" if value in EMPTY else str(value)
