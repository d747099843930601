"""A pile of cases is cleared without touching the mouse: read, three presses, the next one is there."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys.test_axe import OPTIONS
from tests.journeys.world import PILE

WORDS = "经审核，材料齐全，同意上报。"


@pytest.fixture
def desk(as_, office):
    """The desk of the county, with the first case open."""
    window = as_("district4")
    page = window.page
    page.goto("/auditscreen/list/?desk=waiting")
    waiting = page.locator("table.rows tbody tr")
    assert waiting.count() >= PILE
    first = waiting.first.locator("td.op a").first.get_attribute("href")
    page.goto(first)
    page.locator("html[data-script]").wait_for(state="attached")
    return page


def read(page):
    """The case at hand: its head, once the page and its script are there."""
    page.locator("html[data-script]").wait_for(state="attached")
    return page.locator(".head h1").inner_text()


def test_the_pages_are_clean_and_say_their_keys(desk, office):
    expect(desk.locator("#keys")).to_contain_text("下一件")
    desk.keyboard.press("?")
    expect(desk.locator("#keys-help")).to_be_visible()
    desk.keyboard.press("Escape")
    for address in (desk.url, desk.url.replace("auditscreen/show", "correct")):
        desk.goto(address)
        assert office.complaints() == []
        violations = Axe().run(desk, options=OPTIONS).response["violations"]
        office.complaints()
        assert [(v["id"], [n["html"][:120] for n in v["nodes"][:2]]) for v in violations] == []


def test_keys_do_nothing_while_somebody_types(desk):
    here = desk.url
    desk.keyboard.press("p")
    dialog = desk.locator("dialog[open]")
    dialog.locator("[name=opinion]").press_sequentially("n r p ?")
    assert desk.url == here and dialog.locator("[name=opinion]").input_value().endswith("n r p ?")
    desk.keyboard.press("Escape")


def test_the_next_one_is_looked_at_and_a_return_begun(desk):
    before = read(desk)
    with desk.expect_navigation():
        desk.keyboard.press("n")
    assert read(desk) != before
    with desk.expect_navigation():
        desk.keyboard.press("r")
    expect(desk.locator(".head h1")).to_have_text("逐项告知")


def test_ten_files_are_cleared_with_the_keyboard_alone(desk):
    cleared = []
    for number in range(PILE):
        cleared.append(desk.url)
        read(desk)
        desk.keyboard.press("p")
        if number == 0:  # the words are typed once
            desk.keyboard.type(WORDS)
            desk.keyboard.press("Tab")
        desk.keyboard.press("Space")
        with desk.expect_navigation():
            desk.keyboard.press("Control+Enter")
        expect(desk.locator(".flash.ok").first).to_contain_text("已办理：审核通过")
    assert len(set(cleared)) == PILE
