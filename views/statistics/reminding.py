"""催办 from the row of a figure: which figures offer it, when each desk was last reminded, and the sending itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import current_app, g

from models.base import db
from models.committees.committee import Committee
from models.office.reminder import Reminder
from models.register.organisation import Organisation
from reports.figures.answer import Row
from reports.figures.figure import Figure
from views.screens.lookup import is_key
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, asking
from workflow.office import reminder

#: By the dimension of the rows: whom a reminder reaches.
KINDS = {"office": Organisation, "committee": Committee}
Desk = tuple[int | None, str, bool]


def kind_of(figure: Figure) -> str:
    """The dimension whose desks the account may remind from the rows of a figure; nothing where it may not."""
    may = figure.reminds and asking(g.user).may(reminder.REMIND)
    allowed = may and current_app.appbuilder.sm.has_access("can_remind", "DashboardView")
    return str(figure.rows) if allowed else ""


def last_of(kind: str, rows: Sequence[Row]) -> Mapping[int, Reminder]:
    """The last reminder of each desk among the rows."""
    keys = [key for row in rows if (key := _key(kind, row)) is not None] if kind else []
    return reminder.last_sent(db.session, KINDS[kind], keys) if keys else {}


def told(kind: str, row: Row, last: Mapping[int, Reminder]) -> Desk:
    """Whom the row reaches, when it was last reminded, and whether it may be today."""
    key = _key(kind, row) if kind else None
    if key is None or key == (g.user.organisation_id if kind == "office" else g.user.committee_id):
        return None, "", False
    if (sent := last.get(key)) is None:
        return key, "", True
    words = f"{sent.sent_at:%m-%d %H:%M} {sent.account.full_name}"
    return key, words, reminder.again(db.session, sent.sent_on, asking(g.user).today)


def send(uow: UnitOfWork, kind: str, word: str) -> str:
    """Remind the desk that a form names; its name."""
    key = int(word) if is_key(word) else 0
    desk = uow.session.get(KINDS[kind], key) if kind in KINDS else None
    if not isinstance(desk, (Organisation, Committee)):
        raise Refused("没有这个机构或评委会；请在“积压与超期”中从行上催办。")
    reminder.remind(uow, desk)
    return desk.name


def _key(kind: str, row: Row) -> int | None:
    """The one desk that a row stands for; the row of all of them stands for none."""
    wanted = row.where.get(kind)
    (key,) = wanted if isinstance(wanted, frozenset) and len(wanted) == 1 else (None,)
    return key if isinstance(key, int) else None
