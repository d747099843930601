"""Names with rare characters: printed on every paper, shown on every page, or refused before anything is stored."""

from __future__ import annotations

import io
import unicodedata
from datetime import date

import pikepdf
import pytest

from app.config import ROOT
from reports import rare
from reports.paper import missing_glyphs, render
from tests.reports.test_paper import CERTIFICATE, NOTICE, REVIEW_FORM, ROSTER, packed, text_of
from workflow.base.errors import Refused
from workflow.register import person_name

fonttools = pytest.importorskip("fontTools.ttLib")
DAY = date(2026, 7, 15)
#: The Han of GB 18030-2022, implementation level 3: 20,992 + 6,582 of the basic plane, extensions B to F beyond it.
LEVEL_3 = [
    *range(0x3400, 0x4DB6), *range(0x4E00, 0x9FF0), *range(0x20000, 0x2A6D7), *range(0x2A700, 0x2B735),
    *range(0x2B740, 0x2B81E), *range(0x2B820, 0x2CEA2), *range(0x2CEB0, 0x2EBE1),
]  # fmt: skip


@pytest.fixture
def alphabet():
    before = list(person_name._cannot_print)
    person_name.install(lambda name: "".join(sorted(missing_glyphs(name))))
    yield
    person_name._cannot_print[:] = before


@pytest.fixture(scope="module")
def drawn():
    """Every character some font of ours really draws, with an outline."""
    found = set()
    for file in (ROOT / "reports" / "fonts").glob("*.otf"):
        found |= set(fonttools.TTFont(file).getBestCmap())
    font = fonttools.TTFont(rare.folder() / rare.NAME)
    outlines = font["glyf"]
    return found | {c for c, glyph in font.getBestCmap().items() if outlines[glyph].numberOfContours > 0}


def test_every_han_of_level_3_may_stand_in_a_name_and_is_drawn(alphabet, drawn):
    for code in LEVEL_3:
        assert code in drawn, f"U+{code:04X}"
        assert person_name.read(f"欧{chr(code)}") == f"欧{unicodedata.normalize('NFKC', chr(code))}"


def test_every_other_character_is_drawn_or_refused_before_it_is_stored(alphabet, drawn):
    refused = 0
    for code in (*range(0x20, 0xD800), *range(0xE000, 0x33480)):
        try:
            name = person_name.read(f"欧阳{chr(code)}")
        except Refused:
            refused += 1
        else:
            assert all(ord(sign) in drawn for sign in name), f"U+{code:04X}"
    assert refused > 50_000


@pytest.mark.parametrize("first", [0x20000, 0x2A700, 0x2B740, 0x2B820, 0x2CEB0, 0x2EBE0])
def test_a_certificate_bears_the_name_embeds_what_it_needs_and_copies_out(first):
    name = f"张{chr(first)}"
    paper = render("certificate", CERTIFICATE | {"name": name}, printed_on=DAY)
    assert name in packed(text_of(paper)) and len(paper) < 200_000
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        fonts = {str(f.get("/BaseFont")) for page in pdf.pages for f in page.resources["/Font"].values()}
    assert any("Hana" in font for font in fonts)
    assert paper == render("certificate", CERTIFICATE | {"name": name}, printed_on=DAY)


@pytest.mark.parametrize(
    ("template", "facts"),
    [("review_form", REVIEW_FORM), ("notice", NOTICE), ("roster", ROSTER)],
    ids=lambda v: str(v)[:11],
)
def test_every_form_prints_them(template, facts):
    def named(value):
        if isinstance(value, str):
            return value + "𡌴" if value and "http" not in value else value
        if isinstance(value, dict):
            return {key: named(each) for key, each in value.items()}
        return [named(each) for each in value] if isinstance(value, list) else value

    key = next(k for k, v in facts.items() if isinstance(v, str) and v and k not in ("verify_url",))
    assert "𡌴" in text_of(render(template, facts | {key: f"{facts[key]}𡌴"}, printed_on=DAY))


def test_a_paper_without_them_does_not_carry_them():
    paper = render("certificate", CERTIFICATE, printed_on=DAY)
    assert b"Hana" not in paper


@pytest.mark.parametrize("block", rare.blocks()[::29])
def test_a_page_takes_the_slice_it_needs(block):
    font = fonttools.TTFont(io.BytesIO(rare.slice_of(block)))
    whole = fonttools.TTFont(rare.folder() / rare.NAME)
    drawings, widths = whole["glyf"], whole["hmtx"]
    for code, glyph in font.getBestCmap().items():
        assert code // rare.SLICE == block
        same = whole.getBestCmap()[code]
        assert font["glyf"][glyph] == drawings[same] and font["hmtx"][glyph] == widths[same]
    assert len(font.getBestCmap()) == sum(
        rare.held(c) for c in range(block * rare.SLICE, block * rare.SLICE + rare.SLICE)
    )


def test_the_style_sheet_names_every_slice(browser):
    assert (ROOT / "app/static/rare.css").read_text() == rare.sheet()
    client = browser()
    answer = client.get(f"/rare/{rare.blocks()[0]}.ttf")
    assert (
        answer.status_code == 200 and answer.mimetype == "font/ttf" and "immutable" in answer.headers["Cache-Control"]
    )
    assert client.get("/rare/1.ttf").status_code == 404
    assert "rare.css" in client.get("/login/").get_data(as_text=True)
