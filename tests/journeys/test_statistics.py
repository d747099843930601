"""The leader looks at the dashboard in a real browser: figures are drawn, nothing leaves the house, a bar opens its
rows."""

from __future__ import annotations

import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from models.declarations.declaration import DeclarationState as S
from tests.journeys.test_axe import OPTIONS
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


@pytest.mark.parametrize("width", [1366, 1920, 390])
def test_the_figures_are_drawn_under_the_policy_of_the_house(pages, served, width):
    page = pages(width)
    page.wait_for_selector(".figure.drawn >> nth=3")
    assert page.complaints == []
    assert page.hosts == {urlsplit(served).netloc}
    assert page.locator("#declared_by_region .figure .scatterlayer .trace").count() == 15, "14 outlines and their names"
    assert page.locator("#declared_by_series .figure .bars .point").count() == 1
    assert page.locator("#funnel .figure .bars .point").count() == 9
    assert page.locator(".modebar-btn, .plotly-notifier").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def middle(page, place):
    """The middle of what is drawn there."""
    page.wait_for_selector(".figure.drawn >> nth=3")
    found = page.locator(place)
    found.scroll_into_view_if_needed()
    box = found.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_click_on_a_bar_opens_its_rows(pages):
    page = pages(1366)
    at = middle(page, "#declared_by_series .figure .bars .point")
    with page.expect_navigation(url="**/trailscreen/list/**"):
        page.mouse.click(*at)
    assert "统计数字" in page.locator(".cell-chip").inner_text()
    assert "共 4 条" in page.locator(".pager").inner_text()


def test_a_click_on_the_map_opens_the_rows_of_the_city(pages):
    page = pages(1366)
    at = middle(page, "#declared_by_region .figure .scatterlayer .trace >> nth=0")
    with page.expect_navigation(url="**/trailscreen/list/**"):
        page.mouse.click(*at)
    assert "市州：长沙市" in page.locator(".cell-chip").inner_text()


@pytest.mark.parametrize("way", ["shift", "ticked", "keyboard"])
def test_the_second_way_limits_the_whole_page(pages, way):
    page = pages(1366)
    if way == "keyboard":
        page.wait_for_selector(".figure.drawn >> nth=3")
        page.locator("#declared_by_region tbody th a", has_text="长沙市").focus()
        with page.expect_navigation(url="**/dashboard/?year=2026&region=4301"):
            page.keyboard.press("Enter")
    else:
        at = middle(page, "#declared_by_region .figure .scatterlayer .trace >> nth=0")
        if way == "ticked":
            page.locator("[data-cross]").check()
        else:
            page.keyboard.down("Shift")
        at = middle(page, "#declared_by_region .figure .scatterlayer .trace >> nth=0")
        with page.expect_navigation(url="**/dashboard/?year=2026&region=4301"):
            page.mouse.click(*at)
    assert page.locator(".kpi b").nth(0).inner_text() == "2"
    assert "市州：长沙市" in page.locator(".chips").inner_text()


@pytest.mark.parametrize(("kind", "begins"), [("png", b"\x89PNG"), ("svg", b"<svg")])
def test_a_figure_is_saved_as_a_picture(pages, kind, begins):
    page = pages(1366)
    page.wait_for_selector("#funnel .figure.drawn")
    with page.expect_download() as saved:
        page.locator(f"#funnel [data-picture={kind}]").click()
    content = Path(saved.value.path()).read_bytes()
    assert saved.value.suggested_filename == f"评审阶段漏斗.{kind}"
    assert content.startswith(begins) and len(content) > 3000
    assert page.complaints == []


def test_on_paper_nothing_is_cut_off(pages):
    page = pages(1366)
    page.wait_for_selector(".figure.drawn >> nth=3")
    page.set_viewport_size({"width": 700, "height": 990})  # A4 without its margins, in pixels of the stylesheet
    page.emulate_media(media="print")
    cut = page.evaluate(
        """[...document.querySelectorAll(".sums, .figure, .figure svg.main-svg, .kpis, main")].filter((part) => {
            const box = part.getBoundingClientRect();
            const scrolls = getComputedStyle(part).overflowY !== "visible";
            return box.right > 701 || (scrolls && part.scrollHeight > part.clientHeight + 2);
        }).map((part) => part.outerHTML.slice(0, 80))"""
    )
    assert cut == []
    assert not page.locator(".files >> nth=0").is_visible()


@pytest.mark.parametrize("width", [1920, 3840])
def test_the_wall_fills_its_screen_and_looks_again_by_itself(pages, served, make, session, width):
    page = pages(width)
    page.set_viewport_size({"width": width, "height": width * 9 // 16})
    page.clock.install()
    page.goto(f"{served}/dashboard/wall/", wait_until="networkidle")
    page.wait_for_selector(".figure.drawn >> nth=3")
    assert page.evaluate("[document.documentElement.scrollHeight <= innerHeight, scrollX + scrollY]") == [True, 0]
    assert page.locator(".kpi b").nth(0).inner_text() == "4"
    make.declaration(state=S.SUBMITTED, unit=make.unit(region_code="430102"))
    session.commit()
    with page.expect_response("**/dashboard/wall/"):
        page.clock.run_for(61_000)
    page.wait_for_selector(".kpi b >> nth=0 >> text=5")
    page.wait_for_selector(".figure.drawn >> nth=3")
    assert page.complaints == []


@pytest.mark.parametrize(
    "address", ["/dashboard/?region=4301", "/dashboard/wall/", "/dashboard/own/?subject=declaration&rows=region"]
)
def test_axe_finds_nothing(pages, served, address):
    page = pages(1366)
    page.goto(f"{served}{address}", wait_until="networkidle")
    page.wait_for_selector(".figure.drawn >> nth=0")
    found = Axe().run(page, options=OPTIONS).response["violations"]
    assert [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found] == []
