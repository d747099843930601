"""A whole declaration with photos on a telephone: several photos turned and joined, the line cut in the middle of an
upload and the browser closed, nothing lost."""

from __future__ import annotations

import io
import os

import pikepdf
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.journeys.world import BATCH

KIND = "#education"


def photo(number):
    """A page as a telephone takes it: large, and held sideways."""
    picture = Image.new("RGB", (4000, 3000), (236, 232, 220))
    ImageDraw.Draw(picture).text((800, 1200), f"PAGE {number}", fill="black", font_size=500)
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90, exif=exif)
    return {"name": f"IMG_{number}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def scan(megabytes):
    """A large PDF that opens."""
    made = pikepdf.new()
    made.add_blank_page()
    made.Root.Padding = made.make_indirect(pikepdf.Stream(made, os.urandom(megabytes << 20)))
    out = io.BytesIO()
    made.save(out)
    return {"name": "论文全文.pdf", "mimeType": "application/pdf", "buffer": out.getvalue()}


@pytest.fixture(scope="module")
def person(office):
    """An applicant with a telephone, everything filled in but the certificates of his degrees."""
    person = office.as_("person7", phone=True)
    person.declares(BATCH, "高级工程师", office.cast["unit1_name"], "建筑设计")
    return person.fills_the_form(without=("education",))


@pytest.fixture
def page(person, office):
    person.page.goto(f"/declare/{person.key}/materials")
    person.page.locator("html[data-script]").wait_for(state="attached")
    yield person.page
    office.complaints()  # a line that was cut is heard in the console


def sends(page, kind, *files):
    form = page.locator(f"{kind} form[data-begin]")
    form.locator("[name=file]").set_input_files(list(files))
    form.locator("[name=no_secrets]").check()
    form.locator("[type=submit]").click()


def test_photos_are_shrunk_turned_ordered_and_become_one_file(page, person):
    expect(page.locator(f"{KIND} h2")).to_contain_text("缺")
    sends(page, KIND, photo(1), photo(2), photo(3))
    waiting = page.locator("#photos-education li")
    expect(waiting).to_have_count(3, timeout=60_000)
    waiting.nth(2).get_by_text("左转").click()
    expect(page.locator("#photos-education .t270")).to_have_count(1)
    page.locator("#photos-education li").nth(2).get_by_text("前移").click()
    expect(page.locator("#photos-education li").nth(1).locator(".t270")).to_have_count(1)
    assert person.fits()
    page.locator("#photos-education").get_by_role("button", name="合并为一个 PDF").click()
    expect(page.locator(".flash").first).to_contain_text("共 3 页", timeout=30_000)
    expect(page.locator(f"{KIND} h2")).to_contain_text("1 件")
    with page.expect_download() as got:
        page.locator(f"{KIND} a.get").click()
    with pikepdf.open(got.value.path()) as document:
        assert [int(p.obj.get("/Rotate", 0)) for p in document.pages] == [0, 270, 0]
        wide, high = document.pages[0].mediabox[2:]
        assert wide < high, "upright as the telephone was held"
        pictures = [image for p in document.pages for image in p.images.values()]
        assert all(max(int(i.Width), int(i.Height)) <= 2400 for i in pictures), "shrunk before it went up"


def test_a_line_that_is_cut_and_a_browser_that_is_closed_cost_nothing(page, person):
    pieces = []

    def cut(route):
        pieces.append(route.request.headers["upload-offset"])
        route.abort() if len(pieces) > 3 else route.continue_()

    page.route("**/append", cut)
    sends(page, "#paper", scan(4))
    expect(page.locator("#paper .progress")).to_contain_text("网络中断", timeout=30_000)
    assert pieces[:2] == ["0", str(512 * 1024)]
    page.goto("/notices/")  # whoever leaves the page in the middle
    page.unroute("**/append")
    again = []
    page.on("request", lambda r: r.url.endswith("/append") and again.append(r.headers["upload-offset"]))
    page.goto(f"/declare/{person.key}/materials")
    expect(page.locator(".flash").first).to_contain_text("论文全文.pdf", timeout=60_000)
    assert again[0] == str(3 * 512 * 1024), "it goes on where it stopped"
    expect(page.locator("#paper .row").filter(has_text="论文全文.pdf").first).to_be_visible()


def test_with_everything_there_it_is_submitted(page, person):
    person.submits()
    assert person.state() == "待单位受理"
