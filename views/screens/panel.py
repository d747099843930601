"""What a page offers besides its cells: links that lead on, where the account may go, and further cards.

`may_open` is the one answer to "may he open it" for links, buttons and /open/; the page asks the same permission.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, g
from sqlalchemy import literal, select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from models.base import db


@dataclass(frozen=True)
class Link:
    """A button of the head, an operation of a row: where it leads and how it looks (`pri`, `bad`)."""

    label: str
    url: str
    tone: str = ""


@dataclass(frozen=True)
class Panel:
    """A further card of the detail page: a table (`head`, `rows`), or finished `html`."""

    title: str
    note: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = field(default=())
    html: Any = ""
    empty: str = ""
    aside: bool = False  #: stands at the right, above the timeline
    id: str = ""  #: where links of a list lead: "#papers"


def may_open(endpoint: str) -> bool:
    """Whether the signed-in account may open that route; "TrailScreen.show". What asks for no permission is open."""
    view = view_of(endpoint)
    if view is None:
        return True
    asked = getattr(getattr(view, endpoint.partition(".")[2], None), "_permission_name", "")
    return not asked or current_app.appbuilder.sm.has_access(f"can_{asked}", view.class_permission_name)


def reachable(links: Iterable[Link]) -> list[Link]:
    """The links whose page the account may open; a link elsewhere, or within the page, stays."""
    return [link for link in links if _leads(link.url)]


def _leads(url: str) -> bool:
    adapter = current_app.url_map.bind("")
    try:
        endpoint, _given = adapter.match(url.partition("?")[0].partition("#")[0])
    except (HTTPException, RequestRedirect):
        return True
    return may_open(endpoint)


def view_of(endpoint: str) -> Any:
    """The screen behind an endpoint; None for what is no screen."""
    name = endpoint.partition(".")[0]
    views = g.setdefault("views", {})
    if not views:
        views.update({view.endpoint: view for view in current_app.appbuilder.baseviews})
    return views.get(name)


def shows(endpoint: str, key: int) -> bool:
    """Whether the account may open that detail page, and the screen shows the record with that key to it.

    A screen that says what it shows (`query`) is asked; of others the page itself finds out.
    """
    if not may_open(endpoint):
        return False
    view = view_of(endpoint)
    if view is None or not hasattr(view, "query"):
        return True
    found = view.query().where(view.model.id == key).with_only_columns(literal(1)).order_by(None)
    return db.session.scalar(select(found.exists())) is True
