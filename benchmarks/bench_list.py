"""List pages of the product against a bare Flask page with the same rows, and against Django admin's changelist.

All three answer in this process, through their whole stack (session, permissions, templates), on the same tables.
The floor reads what the page shows and puts it into a table: nothing else. Django admin runs on SQLite only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks import django_admin
from benchmarks.bare_page import bare_page
from benchmarks.measure import medians, statements, table, verdict
from benchmarks.product import lists_of_declarations, product, signed_in
from benchmarks.seed import Scene
from workflow.base import roles as r

ROUNDS = 11
MOST_TIMES_BARE, LIST_PAGE, DEEPEST = 5.0, 20, 10_000
#: What people ask of a list: (words, conditions of the address, the same for the others).
QUESTIONS: list[tuple[str, Mapping[str, str]]] = [
    ("page 1", {}),
    ("last page", {"page": "last"}),
    ("one state", {"state": "under_audit"}),
    ("by name", {"applicant_name": "王伟"}),
    ("by a name nobody has", {"applicant_name": "欧阳无名"}),
]


@dataclass(frozen=True)
class Page:
    """A page as a contender serves it: how to read it, and what one reading gave."""

    read: Callable[[], Any]

    def body(self) -> bytes:
        """The page, which must be there."""
        answer = self.read()
        if answer.status_code != 200:
            raise SystemExit(f"a list page answers {answer.status_code}")
        return bytes(getattr(answer, "data", None) or answer.content)


def run(scene: Scene, home: Path) -> None:
    """Every question to the widest list (a leader's) and to a city's; then page 1 of every list of declarations."""
    from models.base import db

    app = product(scene.url, home / "data")
    with app.app_context():
        engine = db.engine
    desks = lists_of_declarations(app, scene)
    if not desks:
        print("\n  no list of declarations is registered in MENU")
        return
    django = django_admin.client(scene, home) if engine.dialect.name == "sqlite" else None
    for screen, role in {desk[1]: desk for desk in desks if desk[1] in (r.LEADER, r.CITY_OFFICER)}.values():
        _compare(app, engine, scene, screen, role, django)
    _survey(app, engine, scene, desks)


def _compare(app: Any, engine: Any, scene: Scene, screen: Any, role: str, django: Any) -> None:
    """Every question, asked of all contenders in turns."""
    client, bare = signed_in(app, scene, role), bare_page(engine, scene.accounts[role])
    desk = desk_of(engine, scene.accounts[role]) if role != r.LEADER else ""
    known = {name for condition in screen.asks_for for name in condition.parameters} | {"page"}
    rows = []
    for words, asked in QUESTIONS:
        if not set(asked) <= known:
            continue
        last = str(max(1, min(scene.rows, DEEPEST) // LIST_PAGE))
        ours = {name: last if value == "last" else value for name, value in asked.items()}
        pages = {
            "bare": Page(lambda ours=ours: bare.get("/", query_string=ours)),
            "product": Page(lambda ours=ours: client.get(f"{screen.route_base}/list/", query_string=ours)),
        }
        if django:
            pages["django"] = Page(lambda asked=asked: django(asked, desk))
        for page in pages.values():
            page.body()
        times = medians({name: page.read for name, page in pages.items()}, ROUNDS)
        with statements(engine) as seen:
            size = len(pages["product"].body()) / 1024
        rows.append(_row(words, times, len(seen), size))
    heads = [
        "question",
        "bare ms",
        "product ms",
        "Django ms",
        "product/bare",
        "limit",
        "product/Django",
        "limit",
        "queries",
        "KB",
    ]
    title = f"List of declarations: {scene.rows:,} rows ({engine.dialect.name}), {type(screen).__name__} as {role}"
    table(title, heads, rows)


def desk_of(engine: Any, account: int) -> str:
    """The organisation an account works for."""
    from models.accounts.account import Account

    with engine.connect() as connection:
        return str(connection.scalar(select(Account.organisation_id).where(Account.id == account)))


def _row(words: str, times: Mapping[str, float], queries: int, size: float) -> list[Any]:
    floor, ours, peer = times["bare"], times["product"], times.get("django")
    against = [ours / peer, verdict(ours / peer, 1)] if peer else ["–", "–"]
    return [
        words,
        floor,
        ours,
        peer or "–",
        ours / floor,
        verdict(ours / floor, MOST_TIMES_BARE),
        *against,
        queries,
        size,
    ]


def _survey(app: Any, engine: Any, scene: Scene, desks: list[tuple[Any, str]]) -> None:
    """Page 1 of every list of declarations, as the desk that works with it."""
    rows = []
    for screen, role in {desk[0]: desk for desk in reversed(desks)}.values():  # the first role of each
        client = signed_in(app, scene, role)
        page = Page(lambda client=client, screen=screen: client.get(f"{screen.route_base}/list/"))
        took = medians({"page": page.read}, 7)["page"]
        with statements(engine) as seen:
            size = len(page.body()) / 1024
        rows.append([f"{type(screen).__name__} · {screen.title} · {role}", took, len(seen), size])
    table(f"Page 1 of every list of declarations, {scene.rows:,} rows", ["screen", "ms", "queries", "KB"], rows)
