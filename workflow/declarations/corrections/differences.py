"""The difference between what was returned and what stands now, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy.orm import Session

from models.declarations.correction_item import CorrectionItem, ItemKind
from models.declarations.declaration import (
    Channel,
    Correction,
    Declaration,
    DeclarationMode,
)
from workflow.declarations import content
from workflow.declarations.corrections import places, told
from workflow.forms import form as forms
from workflow.forms.form_parts import Form

Line = tuple[str, str, str]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Mended:
    """One point: what was asked, what was answered, and what is different there."""

    item: CorrectionItem
    lines: list[Line]


def mended(session: Session, declaration: Declaration, correction: Correction) -> tuple[list[Mended], list[Line]]:
    """(point by point, what else is different) since that return; nothing for one told in words alone."""
    items = told.items_of(session, correction)
    if not items or correction.returned is None:
        return [], []
    form = forms.form_of(declaration)
    lines = list(between(correction.returned, places.as_it_stands(session, declaration), form))
    points = [Mended(item, [line for at, line in lines if _within(at, item, form)]) for item in items]
    rest = [line for at, line in lines if not any(_within(at, item, form) for item in items)]
    return points, rest


#: (part, field or kind, row) of a line.
At = tuple[str, str, int | None]


def _within(at: At, item: CorrectionItem, form: Form) -> bool:
    part, place, row = at
    if part != item.part:
        return False
    match item.kind:
        case ItemKind.SECTION:
            return True
        case ItemKind.ROW:
            return row == item.row_no
        case ItemKind.FIELD:
            return row == item.row_no and (
                place == item.place or place in places.dependent(form.section(part), item.place)
            )
    return place == item.place


def between(before: Mapping[str, Any], after: Mapping[str, Any], form: Form) -> Iterator[tuple[At, Line]]:
    """(where, (label, before, after)) of everything that differs between two versions."""
    for name, label in content.CASE_FACTS.items():
        old, new = (fact_told(name, version["case"].get(name)) for version in (before, after))
        if old != new:
            yield (places.CASE, name, None), (f"申报信息 · {label}", old, new)
    for section in form.sections:
        if section.fields:
            yield from _section(section, before["sections"].get(section.key), after["sections"].get(section.key))
    for kind in form.materials:
        was, now = (_files(version, kind.key) for version in (before, after))
        if sorted(was) != sorted(now):
            gone = "、".join(name for sha, name in was if sha not in dict(now))
            come = "、".join(name for sha, name in now if sha not in dict(was))
            yield (places.MATERIALS, kind.key, None), (f"申报材料 · {kind.label}", gone, come)


def _files(version: Mapping[str, Any], kind: str) -> list[tuple[str, str]]:
    """(content, name) of the files of a kind."""
    return [(sha, name) for of, name, sha in version["materials"] if of == kind]


def _section(section: Any, before: Any, after: Any) -> Iterator[tuple[At, Line]]:
    for n, old, new in _paired(places.rows_of(section, before), places.rows_of(section, after)):
        number = n if section.repeated else None
        for field in section.fields:
            if field.mirror or places.alike(old.get(field.key), new.get(field.key)):
                continue
            row = f"第 {number} 条 · " if number else ""
            label = f"{section.title} · {row}{field.label}"
            yield (section.key, field.key, number), (label, _told(old.get(field.key)), _told(new.get(field.key)))


def _paired(before: Sequence[Row], after: Sequence[Row]) -> Iterator[tuple[int, Row, Row]]:
    """(number, row before, row after) of what differs: a row left out shifts none of the others."""
    was, now = ([content.fingerprint(row) for row in rows] for rows in (before, after))
    for kind, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind != "equal":
            for n, old, new in _nearest(before[a:b], after[c:d]):
                yield a + n + 1, old, new


def _nearest(before: Sequence[Row], after: Sequence[Row]) -> list[tuple[int, Row, Row]]:
    """Rows beside those that say the most of the same, in their order; what has no other beside it stands alone."""
    agree = [[sum(bool(v) and new.get(k) == v for k, v in old.items()) for new in after] for old in before]
    best = [[0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for n in reversed(range(len(before))):
        for m in reversed(range(len(after))):
            best[n][m] = max(best[n + 1][m + 1] + agree[n][m], best[n + 1][m], best[n][m + 1])
    found: list[tuple[int, Row, Row]] = []
    n = m = 0
    while n < len(before) or m < len(after):
        left = (len(before) - n, len(after) - m)
        if (
            n < len(before)
            and m < len(after)
            and (
                left[0] == left[1]
                or best[n][m] == best[n + 1][m + 1] + agree[n][m] > max(best[n + 1][m], best[n][m + 1])
            )
        ):
            found.append((n, before[n], after[m]))
            n, m = n + 1, m + 1
        elif n < len(before) and (m == len(after) or left[0] > left[1] or best[n][m] == best[n + 1][m]):
            found.append((n, before[n], {}))
            n += 1
        else:
            found.append((n, {}, after[m]))
            m += 1
    return found


def fact_told(name: str, value: Any) -> str:
    """A fact of the case as people read it."""
    if name == "secret":
        return "是" if value else "否"
    if name == "mode" and value in set(DeclarationMode):
        return DeclarationMode(value).label
    if name == "channel" and value in set(Channel):
        return Channel(value).label
    return _told(value)


def _told(value: Any) -> str:
    if value is True:
        return "是"
    if value is False or value is None:
        return ""
    return str(value)
