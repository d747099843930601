"""Reading never acts: every route, every role, and every method that is no POST. Nothing is written."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.access.walk import COLUMNS, Walker, lines
from tests.views.office_day import noon  # noqa: F401  (a fixture)
from workflow.base import roles as r

#: GETs of files that leave a mark, and why. Nothing else that reads writes.
TAKES = {"MyCertificateScreen.paper": "the holder has taken his certificate: a receipt, once"}
NEITHER = ("OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
#: Who may tell a HEAD from a GET, and why; to every other line of the product both are the same request.
TELLS_HEAD = {
    "app/methods.py": "makes a GET of it",
    "app/request_line.py": "names it in the log",
    "views/awards/certificate.py": "a HEAD takes no certificate: asked as HEAD, see TAKES",
    "views/screens/download.py": "the question itself",
    "views/storage/papers.py": "a HEAD keeps no print: see tests/views/declarations/test_printing.py",
}
#: What forms send; enough for every verb that asks for nothing or for a reason.
SENT = {"reason": "说明理由", "username": "zhang.san", "password": "x", "step": "confirm", "confirmed": "1"}
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|MERGE)\b", re.IGNORECASE)


class Ear:
    """Every statement that writes, while it listens."""

    def __init__(self, engine):
        self.engine, self.heard, self.asked = engine, [], ""

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._hear)
        return self

    def __exit__(self, *_):
        event.remove(self.engine, "before_cursor_execute", self._hear)

    def _hear(self, _connection, _cursor, statement, *_rest):
        if WRITES.match(statement):
            self.heard.append(f"{self.asked}: {statement[:80]}")


def verbs_of(walker, line):
    """Each verb of the screen, where the address names one."""
    rule = walker.rules[line.endpoint]
    screen = walker.screens.get(line.endpoint.partition(".")[0])
    if "verb" not in rule.arguments or not hasattr(screen, "offered"):
        return [None]
    return [step.verb for step in screen.offered]


def first(line):
    """The first role to whom the page is open: that a method is none of the route's is decided before any role is."""
    return next(role for role in COLUMNS if line.cells[role] not in ("shut", "in"))


#: A landing asks every second role, TEST_WHOLE=1 all of them.
ASKED = COLUMNS if os.environ.get("TEST_WHOLE") else COLUMNS[::2]


@pytest.mark.parametrize("role", ASKED)
def test_what_is_no_post_changes_nothing(app, session, make, as_, noon, monkeypatch, engine, role):  # noqa: F811
    walker = Walker(app, session, make, as_, role, monkeypatch)
    places = {replace(line, method=""): line for line in lines() if line.cells[role] not in ("shut", "in")}
    with Ear(engine) as ear:
        for line in places.values():
            found = {} if line.subject == "-" else walker.world.of(line.subject, "near") or {"pk": 1}
            for verb in verbs_of(walker, line):
                monkeypatch.setattr(walker, "_verb", lambda _endpoint, verb=verb: verb)
                if line.endpoint == "LookupView.find":
                    continue
                address = walker.address(line, found)
                reads = "HEAD" if line.endpoint in TAKES else "GET"
                for method in (reads, *(NEITHER if first(line) == role else ())):
                    ear.asked = f"{method} {line.endpoint} {verb or ''}"
                    status = walker._ask(method, address, SENT).status_code
                    assert status < 500 or line.endpoint == "readyz", ear.asked
                    if method not in ("HEAD", "GET"):
                        assert status in (204, 404, 405), (ear.asked, status)
    assert not ear.heard, "\n".join(sorted(set(ear.heard)))
    assert len(places) > 5


def test_no_other_line_tells_a_head_from_a_get():
    """So the walk asks each page once: what HEAD does to it, GET does."""
    asking = re.compile(r"only_asked|asked_method|\bmethods\.ASKED|import ASKED|zhicheng\.asked|[\"']HEAD[\"']")
    found = {
        str(path)
        for room in ("app", "views", "workflow", "reports", "models")
        for path in Path(room).rglob("*.py")
        if asking.search(path.read_text(encoding="utf-8"))
    }
    assert found - {"app/health.py"} == set(TELLS_HEAD)  # health asks git for its HEAD


def test_a_head_is_a_get_without_its_body(browser, make):
    client = browser(make.account(r.SYSTEM_ADMIN))
    for path in ("/accountscreen/list/", "/nothing", "/login/", "/static/app.css"):
        whole, head = client.get(path), client.head(path)
        assert head.status_code == whole.status_code and head.get_data() == b"", path
        assert head.headers["Content-Type"] == whole.headers["Content-Type"], path


def test_a_probe_of_the_sign_in_page_is_no_attempt(browser, make):
    """A load balancer asks HEAD /login/ every few seconds; it once locked its users out."""
    make.account(r.SYSTEM)
    client = browser()
    for _ in range(40):
        assert client.head("/login/").status_code == 200
    assert client.post("/login/", data={"username": "nobody", "password": "x"}).status_code == 401


def test_what_a_get_carries_is_not_read(browser):
    answer = browser().get("/login/", data={"username": "planted"})
    assert "planted" not in answer.get_data(as_text=True)


def test_no_view_asks_for_the_method_but_for_post():
    """`method == "GET"` once made every HEAD an act; a view may only ask whether it was told to act."""
    asking = re.compile(r"request\.method (?!(?:==|!=) \"POST\")")
    wrong = [
        f"{path}: {line.strip()}"
        for path in Path("views").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if asking.search(line)
    ]
    assert wrong == []
