"""Drafts in several windows: which edition of a section a page showed, and what another window has saved since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from models.declarations.declaration import Declaration
from workflow.base.errors import NotNow
from workflow.declarations.form_parts import Section

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
