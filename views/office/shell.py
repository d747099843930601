"""What stands around every page: the menu with what waits, and who is signed in as what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, request, url_for

from models.accounts.account import Account
from workflow.base.roles import THREE_ADMINS
from workflow.base.unit_of_work import asking

#: (label, address, what waits) in their groups.
Menu = list[tuple[str, list[tuple[str, str, int]]]]


@dataclass(frozen=True)
class Line:
    """One line of the menu."""

    label: str
    url: str
    count: int
    on: bool


@dataclass(frozen=True)
class Frame:
    """The shell of one page."""

    groups: list[tuple[str, list[Line]]]
    waiting: int  #: lines without a group (消息) are no work
    today: date
    account: Account
    find: str
    q: str

    @property
    def name(self) -> str:
        """Who is signed in."""
        name = self.account.full_name or str(self.account.username)
        return (
            self.account.desk if name in self.account.role_names else name
        )  # the account of an office has no person's name

    @property
    def desk(self) -> str:
        """For whom he acts; nothing where the name says so already."""
        return "" if self.account.desk.startswith(self.name) else self.account.desk

    @property
    def roles(self) -> str:
        """All roles."""
        return "、".join(self.account.role_names)

    @property
    def role(self) -> str:
        """The role, or the desk where there are several."""
        return self.roles if len(self.account.role_names) == 1 else self.account.desk

    @property
    def who(self) -> str:
        """Name, desk and roles in full."""
        return " · ".join(filter(None, (self.name, self.desk, self.roles)))


def frame_of(menu_for: Callable[[Account], Menu]) -> Frame:
    """The frame of this request, made once."""
    if "frame" not in g:
        menu = menu_for(g.user)
        groups = [(group, [Line(label, url, count, False) for label, url, count in lines]) for group, lines in menu]
        here = _here(groups)
        groups = [(group, [Line(e.label, e.url, e.count, e.url == here) for e in lines]) for group, lines in groups]
        g.frame = Frame(
            groups,
            sum(e.count for group, lines in groups if group for e in lines),
            asking(g.user).today,
            g.user,
            *_find(),
        )
    return g.frame


def _find() -> tuple[str, str]:
    if not set(g.user.role_names) - set(THREE_ADMINS):
        return "", ""  # they see no declarations
    return url_for("HomeView.find"), request.args.get("q", "")[:60] if request.endpoint == "HomeView.find" else ""


def _here(groups: list[tuple[str, list[Line]]]) -> Any:
    """The menu line this page belongs to: its screen, and of several lines the one whose query fits best."""
    best, found = -1, None
    for _, lines in groups:
        for line in lines:
            path, _mark, query = line.url.partition("?")
            base = path.removesuffix("list/")
            same = request.path == path or (base != "/" and len(base) > 1 and request.path.startswith(base))
            fits = not query or query in request.query_string.decode("utf-8", "replace")
            rank = len(base) * 2 + bool(query)
            if same and fits and rank > best:
                best, found = rank, line.url
    return found
