"""A declaration filed on a telephone: tables are cards, nothing runs out of the screen."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.office import PHONE
from tests.journeys.world import BATCH


def test_a_person_files_on_a_phone(as_, office):
    person = as_("person6", phone=True)
    person.declares(BATCH, "高级工程师", office.cast["unit1_name"], "建筑设计")
    assert person.fits()
    person.fills_the_form()
    assert person.fits()
    person.submits()
    assert person.state() == "待单位受理"
    assert person.fits()


def test_the_menu_opens_on_a_phone_before_the_script_has_come(office):
    window = office.chromium.new_context(base_url=office.address, viewport=PHONE, java_script_enabled=False)
    page = window.new_page()
    page.goto("/login/")
    page.fill("#username", "person6")
    page.fill("#password", office.password)
    page.click("button:has-text('登录')")
    expect(page.locator("nav.side")).not_to_be_visible()
    page.locator(".burger").click()
    expect(page.locator("nav.side a").first).to_be_visible()
    page.locator(".veil").click(position={"x": 370, "y": 400})
    expect(page.locator("nav.side")).not_to_be_visible()
    window.close()
