"""Controls in the office's own words, whatever the language of the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.fixture
def page(office):
    """The form of a batch, as the committee's office opens it."""
    page = office.as_("committee1").page
    page.goto("/batch/add")
    page.locator("html[data-script]").wait_for(state="attached")
    return page


@pytest.mark.parametrize("typed", ["2026年7月5日", "2026/7/5", "2026.07.05", "20260705", "２０２６-７-５"])
def test_a_day_is_typed_as_people_write_it_and_stands_as_it_is_printed(page, typed):
    day = page.locator("[name=opens_on]")
    day.fill(typed)
    day.blur()
    expect(day).to_have_value("2026-07-05")


def test_what_is_no_day_stays_as_it_was_typed_and_is_refused_at_its_field(page):
    page.locator("[name=opens_on]").fill("2026年2月30日")
    page.locator("[name=name]").fill("试填")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("[name=opens_on]")).to_have_value("2026年2月30日")
    expect(page.locator(".field.wrong:has([name=opens_on]) .error")).to_contain_text("不是有效日期")


def test_what_is_missing_is_said_in_chinese_at_its_field_and_at_the_head(office):
    page = office.chromium.new_page(base_url=office.address, locale="en-US")
    page.goto("/register/unit")
    page.locator("html[data-script]").wait_for(state="attached")
    page.get_by_role("button", name="注册").click()
    expect(page.locator(".alert")).to_contain_text("处需要修改")
    expect(page.locator(".field.wrong:has([name=username]) .error")).to_have_text("请填写用户名。")
    page.locator("[name=username]").fill("unit-of-the-test")
    page.get_by_role("button", name="注册").click()
    expect(page.locator(".field.wrong:has([name=username])")).to_have_count(0)
    page.close()


def test_a_file_is_chosen_by_our_own_button_and_named(office, tmp_path):
    page = office.as_("hrss_config").page
    page.goto("/import/new/organisation")
    page.locator("html[data-script]").wait_for(state="attached")
    box = page.locator(".files").first
    expect(box.locator(".btn")).to_contain_text("选择文件")
    sheet = tmp_path / "评委名册.csv"
    sheet.write_text("姓名\n", encoding="utf-8")
    box.locator("input").set_input_files(sheet)
    expect(box.locator(".names")).to_have_text("评委名册.csv")
