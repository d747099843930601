"""From a number to its rows: the list that shows all a reader may see of a subject's records, limited to one cell."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import current_app, g

from reports.figures.subject import Subject, Where
from views.screens.further_condition import written
from views.screens.list_page import ListPage

#: Asked first, in this order; then any other list of the same records that leaves nothing out.
FIRST = ("DeclarationSearchScreen", "TrailScreen")
#: Lists with a limit of their own that is also the subject's: what they leave out (drafts) is not counted.
AS_COUNTED = ("PlanSearchScreen", "QuotaSearchScreen", "FilingScreen")


def list_of(model: type) -> ListPage | None:
    """The list of these records that the signed-in account may open whole, asked once per request."""
    kept: dict[type, ListPage | None] = g.setdefault("lists_of_figures", {})
    if model not in kept:
        kept[model] = next((screen for screen in _ordered(model) if screen.may("list") and _whole(screen)), None)
    return kept[model]


def _ordered(model: type) -> list[ListPage]:
    found = [view for view in current_app.appbuilder.baseviews if isinstance(view, ListPage) and view.model is model]
    return sorted(found, key=lambda view: FIRST.index(view.endpoint) if view.endpoint in FIRST else len(FIRST))


def _whole(screen: Any) -> bool:
    return screen.endpoint in AS_COUNTED or screen.scope(g.user) is None


def address(subject: Subject, where: Where | None) -> str:
    """The list limited to the rows of a cell; empty for whoever has no such list."""
    screen = list_of(subject.model) if where is not None else None
    if screen is None or where is None:
        return ""
    return f"{screen.base_address()}list/?cell={quote(written(subject, where), safe='')}"
