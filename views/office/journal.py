"""审计日志: the 审计管理员 reads the journal and has it verified; nobody changes it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, ClassVar

from flask import g, render_template, request
from flask_appbuilder import expose, has_access
from sqlalchemy import func, or_

from models.accounts.account import SYSTEM_NAME
from models.base import db
from models.office.journal import JournalEntry
from models.registry import by_table
from views.office import journal_words
from views.screens.base import Link, Screen
from views.screens.stay import context
from workflow.base import journal, policy
from workflow.base.unit_of_work import UnitOfWork, attempt

#: What an account may do so often within so many days before the 审计管理员 is told of it.
UNUSUAL = {"unmask_identity": ("查看证件号码", 30), "export": ("导出", 20)}
WEEK = 7


class JournalScreen(Screen):
    """Every entry as it was sealed."""

    route_base = "/journal"
    model = JournalEntry
    title = "审计日志"
    lead = "谁在何时从何处办理了什么；每一条都带有前一条的封印，事后改动会在核验时指出。"
    columns = "at actor role address event subject told"
    facts: ClassVar[dict[str, str]] = {
        "事项": "at actor role address event subject told",
        "封印": "verb details chain seq after previous_seal seal mac",
    }
    conditions = "at actor verb subject address"
    labels: ClassVar[dict[str, str]] = {"event": "事项", "told": "内容", "verb": "动作代号", "details": "封存原文"}
    empty = "没有符合条件的日志。"

    def cell_actor(self, entry: JournalEntry) -> str:
        """Whose account it was; what the system does by itself is the system's."""
        return "系统" if entry.actor == SYSTEM_NAME else entry.actor

    def cell_event(self, entry: JournalEntry) -> str:
        """What happened, in the words of the office."""
        return journal_words.done(entry.verb, facts_of(entry))

    def cell_subject(self, entry: JournalEntry) -> str:
        """The record by its noun and number."""
        return journal_words.whose(entry.subject)

    def cell_told(self, entry: JournalEntry) -> str:
        """The facts of the entry by their labels."""
        return _short(journal_words.read_out(facts_of(entry))) or "—"

    def cell_details(self, entry: JournalEntry) -> str:
        """The sealed text as it is."""
        return entry.details

    def name_of(self, record: JournalEntry) -> str:
        """Where the entry stands."""
        return f"{self.cell_event(record)}（链 {record.chain} 第 {record.seq} 条）"

    def buttons(self) -> list[Link]:
        """核验 stands in the head of the list."""
        return [Link("核验", self.address("verify"), "pri")]

    @expose("/verify", methods=["GET", "POST"])
    @has_access
    def verify(self) -> Any:
        """Asks on GET; on POST walks every chain and every protected record, and journals that it did."""
        if request.method != "POST":
            return render_template("office/journal_verify.html", count=journal.count(db.session), faults=None)
        faults = list(journal.verify(db.session, by_table()))
        count = journal.count(db.session)

        attempt(g.user, lambda uow: journal.note_verified(uow, count, len(faults)), context=context())
        return render_template("office/journal_verify.html", count=count, faults=faults)


def facts_of(entry: JournalEntry) -> dict[str, Any]:
    """The facts as they were recorded; an entry that was tampered with is shown as it is."""
    try:
        facts = json.loads(entry.details)
    except ValueError:
        return {"内容": entry.details}
    return facts if isinstance(facts, dict) else {"内容": facts}


def unusual(uow: UnitOfWork, limit: int) -> list[tuple[str, str, int]]:
    """Who has done one of `UNUSUAL` within a week more often than is usual: account, verb and how often."""
    since = JournalEntry.at >= uow.now - timedelta(days=WEEK)
    entries = policy.visible(uow.actor, JournalEntry).where(since, JournalEntry.verb.in_(list(UNUSUAL)))
    who, times = (JournalEntry.actor, JournalEntry.verb), func.count()
    over = or_(*((JournalEntry.verb == verb) & (times > most) for verb, (_, most) in UNUSUAL.items()))
    found = entries.with_only_columns(*who, times).group_by(*who).having(over).order_by(times.desc(), *who)
    return list(uow.session.execute(found.limit(limit)).tuples())


def _short(text: str) -> str:
    return text if len(text) <= 240 else text[:239] + "…"
