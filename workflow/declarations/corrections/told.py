"""Making the list: each point picked on the form, with a reason by code, the clause, and what would satisfy it.

A point that this office has passed before is not returned again without a reason, and is counted (118号 四(三) 一次性).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from models.declarations.correction_item import CorrectionItem, ItemKind
from models.declarations.declaration import Correction, Declaration
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import opinion
from workflow.declarations.corrections import places
from workflow.declarations.corrections.places import Place

CLAUSE = "118号 四(三)"
MOST = 200
#: Wordings of an office that are offered, and points among which they are looked for.
OFFERED, LOOKED_AT = 8, 400
#: Field of a point → (label, most characters, whether it must be said).
SAID = {
    "text": ("存在的问题", 500, True),
    "fits": ("怎样算补齐", 500, True),
    "clause": ("依据", 80, True),
    "again": ("再次退回的理由", 300, False),
}


@dataclass(frozen=True)
class Pick:
    """One point as an auditor has picked it; `again` says why, where it had been passed before."""

    place: str
    reason: str
    text: str
    fits: str
    clause: str = CLAUSE
    again: str = ""


def listed(uow: UnitOfWork, declaration: Declaration, picks: Sequence[Pick]) -> list[CorrectionItem]:
    """The points as rows in their order. Refused, each at its field: no reason, no words, passed before without why."""
    if len(picks) > MOST:
        raise Refused(f"一次最多列 {MOST} 项；请将同一部分的问题合并为“整个部分”。", field="pick")
    if len({pick.place for pick in picks}) < len(picks):
        raise Refused("同一位置列了两次；请合并为一项。", field="pick")
    known, wrong, made = dict(opinion.causes(uow, declaration)), {}, []
    for number, pick in enumerate(picks, 1):
        here = places.found(declaration, pick.place)
        again = passed_before(uow.session, declaration, here)
        if pick.reason not in known:
            wrong[f"reason|{pick.place}"] = f"第 {number} 项“{here.label}”：请选择退回原因（{CLAUSE}）。"
        for name, (label, most, needed) in SAID.items():
            words = getattr(pick, name).strip()
            if needed and not words:
                wrong[f"{name}|{pick.place}"] = f"第 {number} 项“{here.label}”：请填写{label}（{CLAUSE} 一次性告知）。"
            elif len(words) > most:
                wrong[f"{name}|{pick.place}"] = f"第 {number} 项“{here.label}”：{label}不能超过 {most} 字。"
        if again and not pick.again.strip():
            wrong[f"again|{pick.place}"] = (
                f"第 {number} 项“{here.label}”本机构以前审核时未提出，内容没有变化；"
                f"再次退回须写明理由，并计入重复告知（{CLAUSE} 一次性告知）。"
            )
        made.append(
            CorrectionItem(
                declaration_id=declaration.id,
                number=number,
                kind=here.kind,
                part=here.part,
                place=here.place,
                row_no=here.row,
                label=here.label,
                reason=pick.reason,
                text=pick.text.strip(),
                fits=pick.fits.strip(),
                clause=pick.clause.strip(),
                again=again,
                again_reason=pick.again.strip() if again else "",
            )
        )
    if wrong:
        raise Refused("；".join(s.rstrip("。") for s in list(wrong.values())[:3]) + "。", fields=wrong)
    return made


def keep(uow: UnitOfWork, declaration: Declaration, correction: Correction, items: Sequence[CorrectionItem]) -> None:
    """The list is told: each point in its row, and what was declared, for the difference."""
    if not items:
        return
    correction.returned = places.as_it_stands(uow.session, declaration)
    uow.session.add(correction)
    uow.session.flush()
    for item in items:
        item.correction = correction
        uow.session.add(item)
        uow.record("ask_correction", item, label="一次性告知补正事项", place=item.label, reason=item.reason)


def words_of(item: CorrectionItem) -> dict[str, str]:
    """A point as the letter and the messages tell it."""
    return {"text": f"{item.label}：{item.text}（依据 {item.clause}）", "fits": item.fits}


def words_typed(line: str) -> dict[str, str]:
    """A point in words alone; behind “｜” the auditor says what would satisfy it (118号 四(三))."""
    text, _bar, fits = line.replace("|", "｜").partition("｜")
    return {"text": text.strip() or fits.strip(), "fits": fits.strip()} if fits.strip() else {"text": line}


def facts_of(items: Sequence[CorrectionItem]) -> list[str]:
    """The facts of the case that the points name."""
    return [item.place for item in items if item.kind == ItemKind.FACT]


def place_of(item: CorrectionItem) -> Place:
    """Where it is."""
    return Place(ItemKind(item.kind), item.part, item.place, item.row_no)


def passed_before(session: Session, declaration: Declaration, here: Place) -> bool:
    """Whether it stood before this office in an earlier round as it stands now, and nobody asked for it then.

    Whatever was returned from this level, or from one above it, had been looked through here.
    """
    now = places.value_at(places.as_it_stands(session, declaration), here)
    return any(
        earlier.returned is not None
        and not _asked(earlier, here, session)
        and places.alike(places.value_at(earlier.returned, here), now)
        for earlier in _rounds(session, declaration)
    )


def _rounds(session: Session, declaration: Declaration) -> Sequence[Correction]:
    mine = select(Correction).where(
        Correction.declaration_id == declaration.id, Correction.position >= declaration.position
    )
    return session.scalars(mine.order_by(Correction.id).options(undefer(Correction.returned))).all()


def _asked(earlier: Correction, here: Place, session: Session) -> bool:
    """Whether that return named the place, or the row or section it lies in, or a field within it."""
    for item in items_of(session, earlier):
        if item.part != here.part:
            continue
        there = place_of(item)
        if there == here or ItemKind.SECTION in (there.kind, here.kind):
            return True
        if there.row == here.row and ItemKind.ROW in (there.kind, here.kind):
            return True
    return False


def items_of(session: Session, correction: Correction) -> Sequence[CorrectionItem]:
    """The points of one return, in their order; none where it was told in words alone."""
    mine = select(CorrectionItem).where(CorrectionItem.correction_id == correction.id)
    return session.scalars(mine.order_by(CorrectionItem.number)).all()


def counted(session: Session, declaration: Declaration) -> int:
    """How many points of it had been passed before and were returned again."""
    mine = select(CorrectionItem.id).where(CorrectionItem.declaration_id == declaration.id, CorrectionItem.again)
    return len(session.scalars(mine).all())


def phrases(uow: UnitOfWork, here: Place) -> list[str]:
    """What the actor's office has said of such a place before, newest first, each wording once.

    Of the newest that anybody said of it as many are looked at as one page takes; an office finds its own among them.
    """
    recent = (
        select(CorrectionItem.id, CorrectionItem.text, CorrectionItem.correction_id)
        .where(CorrectionItem.part == here.part, CorrectionItem.place == here.place)
        .order_by(CorrectionItem.id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    own = select(recent.c.text).join(Correction, Correction.id == recent.c.correction_id)
    said = uow.session.scalars(own.where(Correction.organisation_name == uow.actor.desk).order_by(recent.c.id.desc()))
    return list(dict.fromkeys(said))[:OFFERED]


def read(form: Mapping[str, str], keys: Sequence[str]) -> list[Pick]:
    """The points as a page sent them: the fields of each bear its key."""

    def said(name: str, key: str) -> str:
        return form.get(f"{name}|{key}", "").strip()

    return [
        Pick(
            key,
            said("reason", key),
            said("text", key) or said("phrase", key),
            said("fits", key),
            said("clause", key),
            said("again", key),
        )
        for key in keys
    ]
