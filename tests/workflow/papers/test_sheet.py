"""A scanned sheet against its print: never an alarm for a sheet as it was printed, a figure changed is named.

What is found: a figure or character of 9 pt or more, from 150 dpi on; 3 mm of ink in a blank. What is not: changes
within a place for the hand, and red ink on it (a seal is red).
"""

from __future__ import annotations

import os
import random

import pytest
from PIL import Image, ImageChops, ImageDraw

from reports.paper import render
from tests.reports.test_paper import DAY, REVIEW_FORM
from tests.scans import drawn, letters, opened, scanned, with_another_figure
from workflow.storage import sheet
from workflow.storage.page_code import PageCode, written

pytestmark = pytest.mark.usefixtures("app")
#: Seconds each; `SHEETS=30` scans more of them.
SEEDS = range(int(os.environ.get("SHEETS", "2")))
ROWS = [
    [f"2019-0{n % 9 + 1}", f"第{n}建筑公司项目部", f"{n * 137 + 2051} 平方米，合同额 {n * 31 + 408} 万元"]
    for n in range(28)
]
FACTS = REVIEW_FORM | {
    "name": "欧阳鑫",
    "sections": [
        {"title": f"业绩{n}", "kind": "table", "columns": ["时间", "单位", "内容"], "rows": ROWS} for n in range(3)
    ],
}


@pytest.fixture(scope="module")
def printed(application, tmp_path_factory):
    """A print of some pages, as bytes and as a file."""

    def signs(digests):
        codes = [PageCode("RF", "HN202600000012", 7, n, len(digests), d) for n, d in enumerate(digests, 1)]
        return "版本 7", [written(code) for code in codes]

    path = tmp_path_factory.mktemp("print") / "print.pdf"
    path.write_bytes(render("review_form", FACTS, printed_on=DAY, signs=signs))
    return path.read_bytes(), str(path)


def told(printed, number, picture):
    return sheet.compared(picture, printed[1], number)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sheet_as_it_was_printed_raises_no_alarm(printed, seed):
    number = seed % 4 + 1
    answer = told(printed, number, opened(scanned(drawn(printed[0], number), seed)))
    assert answer["laid"] and answer["apart"] == [], answer


@pytest.mark.parametrize("seed", SEEDS)
def test_a_figure_changed_is_named(printed, seed):
    page, was, box = with_another_figure(printed[0], 2 + seed % 2, seed)
    answer = told(printed, 2 + seed % 2, opened(scanned(page, 100 + seed)))
    assert answer["laid"] and len(answer["apart"]) == 1, answer
    (named,) = answer["apart"]
    assert named["kind"] == "altered" and was in named["printed"]
    left, top, right, low = (part * side for part, side in zip(named["box"], page.size * 2, strict=True))
    assert left <= box[2] and right >= box[0] and top <= box[3] and low >= box[1]


def test_a_line_pasted_over_is_named(printed):
    page = drawn(printed[0], 2)
    line = [b for _w, b in letters(printed[0], 2) if abs(b[1] - 1500) < 60]
    other = page.crop((350, 2000, 1800, 2045))
    top = min(b[1] for b in line)
    ImageDraw.Draw(page).rectangle((300, top - 8, 1850, top + 60), fill="white")
    page.paste(other, (350, top))
    answer = told(printed, 2, opened(scanned(page, 7)))
    assert any(one["kind"] == "altered" and len(one["printed"]) >= 2 for one in answer["apart"])


def test_a_sheet_upside_down_is_turned(printed):
    answer = told(printed, 3, opened(scanned(drawn(printed[0], 3), 5, upside_down=True)))
    assert answer["laid"] and answer["apart"] == []


def test_what_is_written_by_hand_in_its_place_is_no_alteration_and_is_seen(printed):
    import pypdfium2

    document = pypdfium2.PdfDocument(printed[0])
    last = len(document)
    document.close()
    page, at = drawn(printed[0], last), None
    words = letters(printed[0], last)
    text = "".join(w for w, _ in words)
    at = words[text.rindex("经办人") + 3][1]
    pen = ImageDraw.Draw(page)
    pen.line([(at[2] + 40 + 30 * n, at[1] - 40 * (n % 2)) for n in range(10)], fill=(25, 25, 110), width=7)
    seal = Image.new("RGB", page.size, "white")
    ImageDraw.Draw(seal).ellipse((at[0], at[1] - 150, at[0] + 480, at[1] + 330), outline=(225, 30, 40), width=14)
    page = ImageChops.multiply(page, seal)  # its ink lets the print shine through
    sheet = opened(scanned(page, 3))
    answer = told(printed, last, sheet)
    assert answer["laid"] and answer["apart"] == [] and any(one["written"] for one in answer["hand"])
    turned = told(printed, last, opened(scanned(page, 3, upside_down=True)))
    for seen, pen_at in ((answer, at[1] / page.height), (turned, 1 - at[1] / page.height)):
        high = 1000 * sheet.height / sheet.width  # what is cut out holds what was written, however the sheet lay
        cuts = [one["at"] for one in seen["hand"] if one["written"]]
        assert any(top <= pen_at * high <= top + deep and wide > 900 for _x, top, wide, deep in cuts), cuts


def test_a_figure_added_in_a_blank_is_named(printed):
    page = drawn(printed[0], 1)
    ImageDraw.Draw(page).line([(500, 600), (560, 540), (600, 640), (680, 560)], fill=(20, 20, 20), width=8)
    answer = told(printed, 1, opened(scanned(page, 4)))
    assert [one["kind"] for one in answer["apart"]] == ["added"]


def test_a_strange_picture_is_not_compared(printed):
    assert told(printed, 1, Image.new("RGB", (1600, 2200), "white"))["laid"] is False
    noise = Image.effect_noise((1600, 2200), 80).convert("RGB")
    assert told(printed, 1, noise)["laid"] is False


def test_the_code_of_one_page_on_another_is_seen(printed):
    """A true code, copied onto another page, is a page that shows something else."""
    page, other = drawn(printed[0], 2), drawn(printed[0], 3)
    corner = (page.width - 450, page.height - 420, page.width, page.height)
    other.paste(page.crop(corner), corner[:2])
    answer = told(printed, 2, opened(scanned(other, random.Random(1).randint(1, 99))))
    assert not answer["laid"] or len(answer["apart"]) > 3
