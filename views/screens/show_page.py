"""The detail page of a screen: head, stages, facts, panels, 过程跟踪."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import g
from flask_appbuilder import expose, has_access

from views.screens.columns import badge
from views.screens.declared import Declared
from views.screens.moment import of_request
from views.screens.panel import Link, Panel, reachable
from views.screens.timeline import Moment, timeline, working_days_between
from workflow.base import roles as r


class ShowPage(Declared):
    """What every detail page does; panels, links and the heading are hooks."""

    @expose("/show/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """One record: head, steps, facts, panels, timeline, actions."""
        return self.show_page(self.find(pk))

    def show_page(self, record: Any, **more: Any) -> str:
        """Draw the detail page; `more` goes to the template (an open dialog, sentences)."""
        given = {
            "screen": self,
            "title": self.name_of(record),
            "record": record,
            "state": self.badge_of(record),
            "due": self.due_of(record),
            "stages": self.stages_of(record),
            "facts": self.facts_of(record),
            "panels": self.panels(record),
            "trail": self.trail(record),
            "links": reachable(self.links(record)),
            "base": self.address("list"),
        }
        given["edit"] = self.address("edit", pk=record.id) if self.may("edit") and self.editable(record) is None else ""
        given["delete"] = (
            self.address("delete", pk=record.id) if self.may("delete") and self.erasable(record) is None else ""
        )
        return self.render_template(self.show_template, **given | self.extra_page(record) | more)

    def extra_page(self, record: Any) -> dict[str, Any]:
        """Hook: further values for an own show template."""
        return {}

    def badge_of(self, record: Any) -> Any:
        """The state of the record as a badge; nothing for records without a lifecycle."""
        state = self.model.__mapper__.columns.get("state")
        enum = state.info.get("enum") if state is not None else None
        return badge(enum(record.state).label, enum(record.state).tone) if enum and record.state else ""

    def due_of(self, record: Any) -> str:
        """剩余 n 个工作日（date 截止）."""
        day = self.due_day(record)
        if not isinstance(day, date):
            return ""
        today = of_request().today
        if day < today:
            return f"已于 {day:%Y-%m-%d} 到期"
        left = working_days_between(today, day)
        return (
            f"{day:%Y-%m-%d} 截止"
            if left is None
            else "剩余 {n} 个工作日（{day} 截止）".format(n=left, day=f"{day:%Y-%m-%d}")
        )

    def due_day(self, record: Any) -> date | None:
        """Hook: the day by which the record is due; by default what stands in its column `deadline`."""
        return getattr(record, self.deadline, None) if self.deadline else None

    def stages_of(self, record: Any) -> list[tuple[str, str]]:
        """Hook: the stages as (label, done | now | ""), from `steps` and the state."""
        sets = [(label, set(states)) for label, states in self.steps]
        here = next((n for n, (_label, states) in enumerate(sets) if record.state in states), None) if sets else None
        return [
            (label, "" if here is None else "done" if n < here else "now" if n == here else "")
            for n, (label, _states) in enumerate(sets)
        ]

    def facts_of(self, record: Any) -> list[tuple[str, list[tuple[str, Any]]]]:
        """The facts in their groups, as (label, cell)."""
        return [(title, [(c.label, c.cell(record)) for c in group]) for title, group in self.groups.items()]

    def panels(self, record: Any) -> Sequence[Panel]:
        """Hook: further cards below the facts."""
        return ()

    def links(self, record: Any) -> Sequence[Link]:
        """Hook: links of the detail's head: print, archive."""
        return ()

    def trail(self, record: Any) -> list[Moment]:
        """过程跟踪 of the record; applicants read offices without officers' names."""
        return timeline(record, own=g.user.plays(r.APPLICANT)) if getattr(record, "__trailed__", False) else []
