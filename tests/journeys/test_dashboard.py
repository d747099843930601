"""The leader looks at the dashboard in a real browser: figures are drawn, nothing leaves the house, a bar opens its
rows."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

import pytest
from werkzeug.serving import make_server

from models.declarations.declaration import DeclarationState as S
from workflow.base import roles as r

COOKIE = "zhicheng"


@pytest.fixture
def served(app, monkeypatch):
    """The application of this test behind a socket; one request at a time, for the session is this test's."""
    monkeypatch.setitem(app.config, "SESSION_COOKIE_NAME", COOKIE)  # without TLS there is no __Host- cookie
    server = make_server("127.0.0.1", 0, app, threaded=False)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def pages(served, browser, make, chromium):
    """`pages(width)`: what a leader's browser of that width shows, what it complained of and where it asked."""
    for region, state in (("430102", S.SUBMITTED), ("430103", S.FAILED), ("430202", S.ISSUED), ("433101", S.PASSED)):
        make.declaration(state=state, unit=make.unit(region_code=region))
    cookie = browser(make.account(r.LEADER)).get_cookie(COOKIE)
    contexts = []

    def page(width):
        context = chromium.new_context(viewport={"width": width, "height": 900}, device_scale_factor=1)
        contexts.append(context)
        context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": served}])
        opened = context.new_page()
        opened.complaints, opened.hosts = [], set()
        opened.on(
            "console",
            lambda message: (
                message.type == "error"
                and "favicon" not in message.location["url"]
                and opened.complaints.append(message.text)
            ),
        )
        opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.on("request", lambda request: opened.hosts.add(urlsplit(request.url).netloc))
        opened.goto(f"{served}/dashboard/", wait_until="networkidle")
        return opened

    yield page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [1366, 390])
def test_the_figures_are_drawn_under_the_policy_of_the_house(pages, served, width):
    page = pages(width)
    page.wait_for_selector(".figure.drawn >> nth=2")
    assert page.complaints == []
    assert page.hosts == {urlsplit(served).netloc}
    assert page.locator(".figure").nth(0).locator(".bars .point").count() == 3
    assert page.locator(".figure").nth(1).locator(".bars .point").count() == 9
    assert page.locator(".modebar-btn, .plotly-notifier").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_click_on_a_bar_asks_for_its_rows(pages):
    page = pages(1366)
    page.wait_for_selector(".figure.drawn >> nth=0")
    bar = page.locator(".figure").nth(0).locator(".bars .point").nth(0).bounding_box()
    with page.expect_request("**/trailscreen/list/**") as asked:
        page.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    assert asked.value.url.endswith("?year=2026&region_code=430100&counted=yes")
