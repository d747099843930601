"""The list of a screen: conditions, rows with their operations, pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, redirect, request, url_for
from flask_appbuilder import expose, has_access
from markupsafe import Markup, escape

from models.base import db
from models.office.list_choice import ColumnChoice, SavedQuery
from views.screens import listing, seen
from views.screens.columns import Column
from views.screens.declared import Declared
from views.screens.panel import Link, reachable
from workflow.base import policy
from workflow.base.abilities import may
from workflow.imports.kinds import KINDS

#: Codes and numbers up to this length are never broken over two lines.
CODE = 28
#: Nor are words up to this length.
WORD = 6
#: What is longer than this gets the width of a name (12em).
LONG = 12
#: The column that stands last, pinned beside the operations.
STATE = "状态"


def _cell(column: Column, record: Any) -> str:
    """A cell of a list: numbers to the right (`num`), codes and dates in one line (`nb`), names of 12em (`long`)."""
    cell = column.cell(record)
    manner = ""
    if column.label == STATE:
        manner = ' class="nb st"'
    elif column.numeric:
        manner = ' class="num"'
    elif (
        column.kind in ("date", "sealed", "bool")
        or column.badged
        or len(cell) <= WORD
        or (len(cell) <= CODE and cell.isascii())
    ):
        manner = ' class="nb"'
    elif len(cell.striptags() if "<" in cell else cell) > LONG:
        manner = ' class="long"'
    return f'<td data-label="{escape(column.label)}"{manner}>{cell}</td>'


class ListPage(Declared):
    """What every list does; buttons, operations and further parameters are hooks."""

    #: Whether everybody may arrange the list for himself (常用查询, 显示列); not where the page is no table.
    arranged = True

    @expose("/list/", methods=["GET", "POST"])
    @has_access
    def list(self) -> Any:
        """The page of the list that the address asks for; identity numbers never stand in an address."""
        if without := listing.sealed_address(request.values, self.asks_for):
            return redirect(f"{self.address('list')}?{without}")
        asked = listing.asked_of(request.args, self.asks_for, self.order_columns, extra=self.list_parameters())
        page = listing.page_of(
            self.model,
            self.finder(asked.clauses),
            asked.order or self.order_of(asked),
            self.columns_now(),
            asked.page,
            whole=self.weighs_rows,
        )
        return self.render_template(self.list_template, **self.list_page(asked, page))

    def order_of(self, asked: listing.Asked) -> str:
        """Hook: the order of what was asked without naming one."""
        return self.order

    def list_parameters(self) -> Sequence[str]:
        """Hook: further parameters the list page knows."""
        return ()

    def list_page(self, asked: listing.Asked, page: listing.Listing) -> dict[str, Any]:
        """What the list template needs, every cell finished."""
        return {
            "screen": self,
            "title": self.title,
            "asked": asked,
            "page": page,
            "boxes": self.query_boxes(asked.typed),
            "shown": self.columns_in_order(),
            "saved": self.saved_queries(),
            "arrange": self._arrange(),
            "rows": [self._row(record) for record in page.rows],
            "buttons": reachable(self.buttons()),
            "bulk": self.bulk_steps() if page.rows else (),
            "base": self.address("list"),
            "export": self.address("export") if self.may("export") else "",
            "add": self.address("add") if self.may("add") else "",
        }

    def _row(self, record: Any) -> dict[str, Any]:
        cells = Markup("".join([_cell(c, record) for c in self.columns_in_order()]))  # noqa: S704  (every part is escaped in _cell)
        key = f"{record.id}:{seen.version_of(record)}" if self.bulk else str(record.id)
        return {"key": key, "cells": cells, "links": self.operations(record), "record": record}

    def query_boxes(self, typed: Mapping[str, str]) -> Sequence[Any]:
        """The boxes of the query form with what was asked in them."""
        from views.screens.conditions import box_of  # drawn only where a list is drawn

        return [box for condition in self.asks_for for box in box_of(condition, typed)]

    # -- what the account has arranged -----------------------------------------------------------------

    @property
    def available(self) -> dict[str, Column]:
        """The columns one may choose from: those of the list, and those facts that are columns of the database."""
        facts = [
            column
            for group in self.groups.values()
            for column in group
            if column.direct and column.kind not in ("json", "long")
        ]
        found: dict[str, Column] = {}
        for column in (*self.shown, *facts):
            if column.name not in found and column.label not in {held.label for held in found.values()}:
                found[column.name] = column
        return found

    def columns_now(self) -> Sequence[Column]:
        """The columns the account wants to see, else those declared; asked once per request."""
        kept = g.setdefault("columns_now", {})
        if self.endpoint not in kept:
            query = (
                policy.visible(g.user, ColumnChoice)
                .with_only_columns(ColumnChoice.names)
                .where(ColumnChoice.screen == self.endpoint)
            )
            names = (db.session.scalar(query) or "").split() if self.arranged else []
            available = self.available if names else {}
            kept[self.endpoint] = [available[name] for name in names if name in available] or self.shown
        return kept[self.endpoint]

    def columns_in_order(self) -> Sequence[Column]:
        """The same as they stand on the page: the state last, beside what may be done."""
        shown = self.columns_now()
        return [*(c for c in shown if c.label != STATE), *(c for c in shown if c.label == STATE)]

    def saved_queries(self) -> Sequence[SavedQuery]:
        """The account's 常用查询 of this list, by name."""
        if not self.arranged:
            return ()
        query = policy.visible(g.user, SavedQuery).where(SavedQuery.screen == self.endpoint).order_by(SavedQuery.name)
        return db.session.scalars(query).all()

    def _arrange(self) -> dict[str, str]:
        """Where one arranges the list: addresses by what they are for."""
        if not self.arranged:
            return {}
        return {
            "columns": url_for("ListChoiceView.columns", screen=self.endpoint),
            "queries": url_for("ListChoiceView.queries", screen=self.endpoint)
            if self.asks_for or self.order_columns
            else "",
        }

    def operations(self, record: Any) -> list[Link]:
        """Hook: the links of a row; by default 详情 and, where one may, 编辑."""
        base = self.base_address()
        links = [Link("详情", f"{base}show/{record.id}")] if self.may("show") else []
        if self.may("edit") and self.editable(record) is None:
            links.append(Link("编辑", f"{base}edit/{record.id}"))
        return links

    def buttons(self) -> Sequence[Link]:
        """Hook: further buttons of the list's head; by default 批量导入 where the screen names a kind of import."""
        offered = [KINDS[name] for name in self.imports.split() if may(g.user, KINDS[name].ability)]
        return [
            Link("批量导入" if n == 0 else f"批量导入{about.title}", url_for("ImportScreen.new", kind=about.name))
            for n, about in enumerate(offered)
        ]

    def bulk_steps(self) -> Sequence[Any]:
        """The verbs for ticked rows (FlowScreen)."""
        return ()
