"""Nothing typed is lost: without a button, with the line cut, after a stay has ended, in two windows."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.world import BATCH

FIELD, MARK = "[name=department]", "[data-kept]"


@pytest.fixture(scope="module")
def draft(office):
    """A draft of a person on a telephone; gives the address of one of its sections."""
    person = office.as_("person4", phone=True)
    person.declares(BATCH, "高级工程师", office.cast["unit1_name"], "建筑设计")
    return person, f"/declare/{person.key}/section/basic"


@pytest.fixture
def page(draft, office):
    """The section as it is opened anew, by script."""
    person, address = draft
    person.page.goto(address)
    person.page.locator("html[data-script]").wait_for(state="attached")
    yield person.page
    person.page.context.set_offline(False)
    office.complaints()  # a line that was cut is heard in the console


def kept(page):
    expect(page.locator(MARK)).to_contain_text("已自动保存")


def test_what_is_typed_is_there_when_the_browser_was_closed(page, draft):
    page.locator(FIELD).fill("结构所")
    kept(page)
    page.goto("/notices/")
    page.goto(draft[1])
    expect(page.locator(FIELD)).to_have_value("结构所")


def test_with_the_line_cut_it_waits_in_the_browser_and_goes_up_by_itself(page):
    page.context.set_offline(True)
    page.locator(FIELD).fill("地铁里填的")
    expect(page.locator(MARK)).to_contain_text("已存在本机")
    page.context.set_offline(False)
    kept(page)
    page.reload()
    expect(page.locator(FIELD)).to_have_value("地铁里填的")


def test_after_the_stay_has_ended_one_signs_in_and_what_was_typed_is_saved(page, draft):
    person, address = draft
    stay = [cookie for cookie in page.context.cookies() if "zhicheng" in cookie["name"]]
    page.context.clear_cookies()
    page.locator(FIELD).fill("登录过期时填的")
    expect(page.locator(MARK)).to_contain_text("登录已过期")
    assert stay
    page.goto(address)  # leads to the sign-in page, and back here
    page.fill("#username", person.username)
    page.fill("#password", person.office.password)
    person.follows(page.locator("button:has-text('登录')"))
    assert page.url.endswith(address)
    kept(page)
    page.reload()
    expect(page.locator(FIELD)).to_have_value("登录过期时填的")


def test_a_second_window_is_told_and_shown_the_difference(page, draft):
    other = page.context.new_page()
    other.goto(draft[1])
    other.locator(FIELD).fill("第二个窗口")
    kept(other)
    page.locator(FIELD).fill("第一个窗口")
    shown = page.locator(".overtaken")
    expect(shown).to_contain_text("第二个窗口")
    expect(shown).to_contain_text("第一个窗口")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shown.get_by_role("button", name="以本页填写的为准").click()
    kept(page)
    other.reload()
    expect(other.locator(FIELD)).to_have_value("第一个窗口")
    other.close()


def test_a_field_that_another_answer_calls_for_appears_at_once(page, draft):
    page.goto(draft[1].replace("basic", "declaring"))
    page.locator("html[data-script]").wait_for(state="attached")
    posted = page.locator("[data-when*=posted]").first
    expect(posted).to_be_hidden()
    page.locator("[name=posted]").select_option("湖南单位派驻外省")
    expect(posted).to_be_visible()
