"""The page of a case as a picture and in words: where it is, the ladder, who had it how long, what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, render_template, url_for
from markupsafe import Markup
from sqlalchemy import or_, select

from models.base import db
from models.declarations import standing
from models.declarations.declaration import Correction, Declaration, DeclarationState
from models.office.notice import Notice
from views.office.workbench import remaining
from views.screens.columns import badge
from views.screens.moment import of_request
from views.screens.timeline import steps_of
from workflow.awards import appeal
from workflow.base import policy
from workflow.cases import ladder, legs, words
from workflow.cases.asked import CHOICE, MATERIALS, Asked, asked
from workflow.declarations.audit import link
from workflow.declarations.destination import deadline

#: Messages of one case that are shown; the rest is on the page 消息.
MOST = 60
#: The picture: its width, height of a row, where names and bars begin, how long the longest bar is.
WIDTH, ROW, LEFT, LONGEST = 340, 54, 30, 190
#: Characters of a name that fit into a row of the picture.
FITS = 20


@dataclass(frozen=True)
class Row:
    """A stretch in the picture and in its table."""

    leg: legs.Leg
    y: int
    name: str
    bar: int
    mark: int | None
    tone: str
    figure: str
    verdict: str


def asked_of(declaration: Declaration, *, applicant: bool) -> list[tuple[Correction, list[tuple[Asked, str]]]]:
    """Every 一次性补正告知, newest first, its items with the address where each is mended (for the applicant)."""
    query = select(Correction).where(Correction.declaration_id == declaration.id).order_by(Correction.id.desc())
    return [
        (one, [(item, _where(declaration, item) if applicant else "") for item in asked(one)])
        for one in db.session.scalars(query)
    ]


def _where(declaration: Declaration, item: Asked) -> str:
    if not item.part:
        return ""
    if item.part == CHOICE:
        return url_for("DeclareView.choice", key=declaration.id)
    if item.part == MATERIALS:
        return url_for("DeclareView.materials", key=declaration.id) + f"#{item.place}"
    return url_for("DeclareView.section", key=declaration.id, name=item.part)


def word_of(declaration: Declaration) -> Any:
    """The word for how it stands, the same for everybody, as a badge."""
    return badge(word_text(declaration), DeclarationState(declaration.state).tone)


def word_text(declaration: Declaration) -> str:
    """The same, as text."""
    items = 0
    if declaration.state == DeclarationState.RETURNED:
        open_ones = select(Correction.items).where(
            Correction.declaration_id == declaration.id, Correction.answered_at.is_(None)
        )
        items = sum(len(found) for found in db.session.scalars(open_ones))
    return words.word(of_request(), declaration, items)


def progress(declaration: Declaration) -> dict[str, Any]:
    """Ladder and picture, for the applicant and for the offices alike."""
    uow = of_request()
    found = legs.legs(uow, declaration, [legs.Happened(*step) for step in steps_of(declaration)])
    rows = picture(found, uow.today)
    return {
        "rungs": ladder.rungs(uow, declaration, found),
        "rows": rows,
        "width": WIDTH,
        "height": len(rows) * ROW + 8,
        "left": LEFT,
        "whole": sum(leg.used or 0 for leg in found),
    }


def progress_card(declaration: Declaration) -> Markup:
    """The same, drawn."""
    return Markup(render_template("declarations/progress.html", **progress(declaration)))  # noqa: S704  (our own)


def picture(found: list[legs.Leg], today: date) -> list[Row]:
    """One row for each stretch; all bars on one scale."""
    most = max([1, *(max(leg.used or 0, _days(leg) or 0) for leg in found)])
    rows = []
    for n, leg in enumerate(found):
        late, allowed = leg.late(today), _days(leg)
        tone = "late" if late else "now" if leg.running else "done"
        used = "—" if leg.used is None else f"{leg.used}"
        figure = f"{used} / {allowed} 天" if allowed is not None else f"{used} 天"
        short = leg.holder if len(leg.holder) <= FITS else leg.holder[: FITS - 1] + "…"
        bar = max(2, round((leg.used or 0) * LONGEST / most))
        mark = LEFT + round(allowed * LONGEST / most) if allowed is not None else None
        rows.append(Row(leg, 8 + n * ROW, short, bar, mark, tone, figure, _verdict(leg, late=late)))
    return rows


def _days(leg: legs.Leg) -> int | None:
    return leg.rule.days if leg.rule else None


def _verdict(leg: legs.Leg, *, late: bool) -> str:
    if late:
        return "已逾期" if leg.running else "曾逾期"
    if leg.running:
        return "办理中"
    return "按期" if leg.rule else "—"


def now(declaration: Declaration) -> dict[str, Any]:
    """Where it is, with whom, since when, until when; the two bars."""
    uow = of_request()
    last, late, left = deadline(declaration), False, ""
    if last:
        left, late = remaining(uow, last)
    return {
        "word": word_of(declaration),
        "desk": ladder.desk_of(uow, declaration),
        "mine": standing.with_applicant(declaration),
        "settled": standing.standing(declaration).settled,
        "bars": ladder.bars(declaration),
        "left": left,
        "late": late,
        "appeal": appealed(declaration),
        "telephone": _telephone(declaration),
    }


def appealed(declaration: Declaration) -> tuple[str, str] | None:
    """(button, address) on the applicant's page: to ask for 复查, or what has come of it (令40号 第二十六条)."""
    if declaration.state not in standing.REFUSED:
        return None
    if found := appeal.of(db.session, declaration):
        return "复查办理情况", url_for("MyAppealScreen.show", pk=found.id)
    if appeal.refused_today(of_request(), declaration):
        return None
    return "申请复查", url_for("MyAppealScreen.add", declaration=declaration.id)


def _telephone(declaration: Declaration) -> str:
    """Where he asks once it has ended against him: the committee's office, else the last office of the way."""
    if declaration.state not in standing.REFUSED:
        return ""
    last = max((stop.position for stop in declaration.route), default=0)
    return ladder.telephone_at(declaration, last + 1) or ladder.telephone_at(declaration, last)


def messages(declaration: Declaration) -> list[Notice]:
    """Everything the applicant was told of this case, newest first."""
    about = or_(Notice.link == link(declaration), Notice.text.contains(declaration.number, autoescape=True))
    mine = policy.visible(g.user, Notice).where(Notice.person_id == declaration.person_id, about)
    return list(db.session.scalars(mine.order_by(Notice.id.desc()).limit(MOST)))
