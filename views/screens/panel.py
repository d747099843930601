"""What a page offers besides its cells: links that lead on, and further cards of a detail page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


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
