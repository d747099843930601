"""Rows of the workbench: what lies on a desk, the longest waiting first; one's own declarations; messages, folded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from flask import g, url_for
from sqlalchemy import ColumnElement, Select, select, union_all
from sqlalchemy.orm import joinedload, selectinload

from models.base import db
from models.declarations import standing
from models.declarations.declaration import Declaration, DeclarationState
from models.declarations.reading import Reading
from models.office.notice import Notice
from views.office.kinds import KINDS, Kind
from views.office.shell import Line
from views.screens.columns import badge
from views.screens.further_condition import WAITING
from views.screens.listing import of_keys
from workflow.base import policy
from workflow.base.reading_keys import Waits
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import desk
from workflow.declarations.destination import deadline, holder, since_when
from workflow.forms import form
from workflow.office import working_days

#: Rows of a desk on the first page, own declarations, messages that are looked at, and those of one kind shown.
ROWS, OWN, NOTICES, ALIKE = 8, 10, 40, 3
#: Desks of declarations, by the screen on which they are worked off.
DESKS: dict[str, desk.Desk] = {
    "UnitDeskScreen": desk.unit_desk,
    "RecommendScreen": desk.recommend_desk,
    "SuperiorAuditScreen": desk.audit_desk,
    "AuditScreen": desk.audit_desk,
    "RecheckScreen": desk.recheck_desk,
}
#: What a declaration needs for its row, in a fixed number of queries.
WHOLE = (
    joinedload(Declaration.title),
    joinedload(Declaration.unit),
    joinedload(Declaration.batch),
    joinedload(Declaration.committee),
    selectinload(Declaration.route),
)


@dataclass(frozen=True)
class Row:
    """A declaration as it waits: since when, how long still, and where it is worked on."""

    declaration: Declaration
    url: str
    since: str
    left: str
    late: bool


@dataclass(frozen=True)
class Queue:
    """One desk with its first rows; `count` is all of them, on the list at `url`."""

    label: str
    url: str
    count: int
    rows: Sequence[Row]


def queues(uow: UnitOfWork, groups: Iterable[tuple[str, Sequence[Line]]]) -> list[Queue]:
    """The desks of declarations on which something waits, out of the menu's lines."""
    found = []
    for line in (line for _group, lines in groups for line in lines if line.count):
        screen = next((name for name in DESKS if line.url.startswith(_list_of(name))), "")
        if screen:
            rows = [_row(uow, one, screen) for one in _first(uow, DESKS[screen])]
            found.append(Queue(line.label, line.url, line.count, rows))
    return found


def _list_of(screen: str) -> str:
    return url_for(f"{screen}.list")


def _first(uow: UnitOfWork, rows: desk.Desk) -> Sequence[Declaration]:
    """Those that wait longest. Where `reading` knows the desk it gives their keys in that order, however many wait."""
    waits = desk.waiting(rows, uow.actor, uow.today)
    oldest = (Declaration.submitted_at, Declaration.id)
    if isinstance(waits, Waits):
        keys = db.session.scalars(waits.ids.order_by(Reading.sent, Reading.declaration_id).limit(ROWS)).all()
        lying = waits.clause
    else:
        keys = db.session.scalars(select(Declaration.id).where(waits).order_by(*oldest).limit(ROWS)).all()
        lying = waits
    query = of_keys(policy.visible(uow.actor, Declaration, known=True), Declaration, keys).where(lying)
    return db.session.scalars(query.options(*WHOLE).order_by(*oldest)).unique().all()


def _row(uow: UnitOfWork, declaration: Declaration, screen: str) -> Row:
    since, last = since_when(declaration), deadline(declaration)
    url = url_for(f"{screen}.show", pk=declaration.id)
    left, late = remaining(uow, last)
    held = (uow.today - since.date()).days if since else 0
    return Row(declaration, url, f"{since:%m-%d}" + (f"（{held} 天）" if held else "") if since else "—", left, late)


def remaining(uow: UnitOfWork, last: date | None) -> tuple[str, bool]:
    """How many working days are left until a day, in words; and whether it is over."""
    if last is None:
        return "—", False
    if last < uow.today:
        over = working_days.between(uow.session, last, uow.today)
        return (f"已逾期 {over} 个工作日" if over else "已逾期"), True
    days = working_days.between(uow.session, uow.today, last)
    return (f"剩 {days} 个工作日" if days else "当日办结"), False


@dataclass(frozen=True)
class Task:
    """One row of any other kind: what it is, by when it is due, and the one thing to do."""

    key: int
    name: str
    about: str
    left: str
    late: bool
    url: str
    verb: str


@dataclass(frozen=True)
class Tasks:
    """The first rows of one list; `count` is all of them, on the list at `url`."""

    label: str
    url: str
    count: int
    rows: Sequence[Task]


def tasks(uow: UnitOfWork, groups: Iterable[tuple[str, Sequence[Line]]]) -> list[Tasks]:
    """What waits on the other desks (`kinds`), out of the menu's lines, what is due first standing first."""
    found = []
    for line in (line for _group, lines in groups for line in lines if line.count):
        screen = next((name for name in KINDS if line.url.startswith(_list_of(name))), "")
        if screen:
            kind = KINDS[screen]
            url = line.url if kind.adds else url_for(f"{screen}.list", desk=WAITING)
            found.append(Tasks(line.label, url, line.count, _tasks(uow, kind, screen)))
    return found


def _tasks(uow: UnitOfWork, kind: Kind, screen: str) -> list[Task]:
    query = policy.visible(uow.actor, kind.model).where(desk.waiting(kind.desk, uow.actor, uow.today))
    query = query.options(*kind.also).order_by(kind.order, kind.model.id).limit(ROWS)
    rows = uow.session.scalars(query).unique().all()
    due = kind.due(uow, rows)
    return [_task(uow, kind, screen, row, due.get(row.id)) for row in rows]


def _task(uow: UnitOfWork, kind: Kind, screen: str, row: Any, last: date | None) -> Task:
    url = url_for(f"{screen}.add", plan=row.id) if kind.adds else url_for(f"{screen}.show", pk=row.id)
    return Task(row.id, kind.name(row), kind.about(row), *remaining(uow, last), url, kind.verb)


@dataclass(frozen=True)
class Own:
    """One's own declaration as a card: its way with the step where it is, who has it, how long, the next button."""

    declaration: Declaration
    state: Any
    stages: Sequence[tuple[str, str]]
    word: str
    facts: Sequence[tuple[str, str]]
    late: bool
    next: tuple[str, str]  #: label and address
    settled: bool


def own(uow: UnitOfWork) -> list[Own]:
    """The applicant's declarations, the newest first."""
    query = policy.visible(uow.actor, Declaration).where(Declaration.person_id == uow.actor.person_id)
    query = query.options(*WHOLE, joinedload(Declaration.content))
    found = db.session.scalars(query.order_by(Declaration.id.desc()).limit(OWN)).unique()
    return [_own(uow, one) for one in found]


def _own(uow: UnitOfWork, declaration: Declaration) -> Own:
    state = DeclarationState(declaration.state)
    facts, late = [], False
    if not standing.standing(declaration).settled:
        facts.append(("当前办理", holder(declaration) or "—"))
        if since := since_when(declaration):
            facts.append(("到达时间", f"{since:%Y-%m-%d}"))
        closes = declaration.batch.closes_on if state == DeclarationState.DRAFT else None
        if last := closes or deadline(declaration):
            left, late = remaining(uow, last)
            closed = "已截止，不能再提交" if closes and late else left
            facts.append(("申报截止" if closes else "办理期限", f"{last}（{closed}）"))
    return Own(
        declaration,
        badge(state.label, state.tone),
        [(stage.label, mark) for stage, mark in standing.stages(declaration)],
        standing.standing(declaration).word,
        facts,
        late,
        _next(declaration),
        standing.standing(declaration).settled,
    )


def _next(declaration: Declaration) -> tuple[str, str]:
    """The one thing to do now."""
    if standing.with_applicant(declaration):
        if declaration.state == DeclarationState.RETURNED:
            return "去补正", url_for("DeclareView.show", key=declaration.id)
        filled = declaration.content.sections or {}
        left = [s.key for s in form.form_of(declaration).sections if s.fields and not s.only and s.key not in filled]
        if left:
            return "继续填写", url_for("DeclareView.section", key=declaration.id, name=left[0])
        return "检查并提交", url_for("DeclareView.check", key=declaration.id)
    if declaration.state in standing.OBTAINED and declaration.state in standing.CERTIFIED:
        return "下载证书", url_for("MyCertificateScreen.list")
    return "查看进度", url_for("DeclareView.show", key=declaration.id)


@dataclass(frozen=True)
class News:
    """Messages of one kind that came one after the other: the first few of them, and how many more."""

    title: str
    read: bool
    first: Sequence[Notice]
    more: int = field(default=0)


def news() -> list[News]:
    """What one has been told, unread first, alike ones folded together."""
    keys = db.session.scalars(union_all(*(_newest(to) for to in policy.addresses(g.user)))).all()
    found = of_keys(policy.visible(g.user, Notice), Notice, keys)
    found = found.order_by(Notice.read_at.is_not(None), Notice.id.desc()).limit(NOTICES)
    folded = []
    for (title, read), alike in groupby(db.session.scalars(found), lambda one: (one.title, one.read_at is not None)):
        held = list(alike)
        folded.append(News(title, read, held[:ALIKE], len(held) - ALIKE if len(held) > ALIKE else 0))
    return folded[:6]


def _newest(to: ColumnElement[bool]) -> Select[tuple[int]]:
    """Of the messages under one address the unread, then those read last, walked in the order of their index."""
    unread = select(Notice.id).where(to, Notice.read_at.is_(None)).order_by(Notice.id.desc()).limit(NOTICES)
    read = select(Notice.id).where(to, Notice.read_at.is_not(None)).order_by(Notice.read_at.desc()).limit(NOTICES)
    return select(union_all(select(unread.subquery().c.id), select(read.subquery().c.id)).subquery().c.id)
