"""Every page of a coded paper carries its own code, and the code tells the digest of what that page shows."""

from __future__ import annotations

import io

import pikepdf
import pytest

from reports import paper
from reports.paper import page_digests, render
from tests.reports.test_paper import DAY, NOTICE, REVIEW_FORM, ROSTER, packed, text_of

LONG = REVIEW_FORM | {
    "sections": [
        {"title": f"业绩{n}", "kind": "table", "columns": [f"栏{c}" for c in range(11)], "rows": [["内容"] * 11] * 30}
        for n in range(8)
    ]
}
CODED = {"review_form": LONG, "notice": NOTICE, "roster": ROSTER}


def signed(template, facts):
    """The paper, and what was asked for each of its pages."""
    asked = []

    def signs(digests):
        pages = len(digests)
        asked.extend((page, pages, digest) for page, digest in enumerate(digests, 1))
        said = "ZC1:RF:HN202600000012:7:{}/{}:{}:0123456789ABCDEF0123"
        return "版本 7", [said.format(page, pages, digest[:16].upper()) for page, pages, digest in asked]

    return render(template, facts | {"name": "欧阳㙘鑫"}, printed_on=DAY, signs=signs), asked


@pytest.mark.parametrize("template", CODED)
def test_every_page_is_asked_for_once_in_its_order(template):
    printed, asked = signed(template, CODED[template])
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        pages = len(pdf.pages)
    assert [(page, of) for page, of, _ in asked] == [(n, pages) for n in range(1, pages + 1)]


def test_every_page_says_who_which_and_how_far():
    printed, asked = signed("review_form", LONG)
    assert len(asked) > 5
    for n, page in enumerate(text_of(printed).split("页/共")[1:], 1):
        assert page.startswith(f" {len(asked)} 页") or packed(page).startswith(f"{len(asked)}页"), n
    assert packed(text_of(printed)).count("申报编号：2026-SL-0000123") >= len(asked)
    for _page, _pages, digest in asked:
        assert digest[:16] in packed(text_of(printed))


def test_a_word_changed_changes_the_digest_of_its_page_alone():
    _, before = signed("roster", ROSTER)
    rows = [list(row) for row in ROSTER["rows"]]
    rows[-1][1] = rows[-1][1].replace("阿", "何")
    _, after = signed("roster", ROSTER | {"rows": rows})
    differ = [a[0] for a, b in zip(before, after, strict=True) if a != b]
    assert differ == [len(before)]


def test_another_photo_is_another_page():
    pillow = pytest.importorskip("PIL.Image")

    def photo(colour):
        target = io.BytesIO()
        pillow.new("RGB", (50, 70), colour).save(target, "JPEG")
        return list(target.getvalue())

    facts = [REVIEW_FORM | {"photo": photo(colour)} for colour in ("white", "navy")]
    first, second = (signed("review_form", one)[1] for one in facts)
    assert [a[0] for a, b in zip(first, second, strict=True) if a != b] == [1]


def test_the_code_lies_in_a_margin_of_its_own(monkeypatch):
    """At least 22 mm, level Q, and nothing of the page beneath it."""
    levels = []
    real = paper.qr_svg
    monkeypatch.setattr(paper, "qr_svg", lambda text, **how: levels.append(how) or real(text, **how))
    printed, asked = signed("review_form", LONG)
    assert levels == [{"error": "q", "border": 0}] * len(asked)
    import pypdfium2

    document = pypdfium2.PdfDocument(printed)
    mm = 72 / 25.4
    for page in document:
        wide = page.get_width()
        text = page.get_textpage().get_text_bounded(wide - 35.5 * mm, 8.5 * mm, wide - 11.5 * mm, 32 * mm)
        assert not text.strip()
        shot = page.render(scale=200 / 72).to_pil().convert("L")
        dot = 200 / 25.4
        left, top = int(shot.width - 34.3 * dot), int(shot.height - 31.3 * dot)
        found = shot.crop((left - 4, top - 4, int(shot.width - 11 * dot), int(shot.height - 8 * dot)))
        box = found.point(lambda v: 255 if v < 128 else 0).getbbox()
        assert box[2] - box[0] >= 22 * dot and box[3] - box[1] >= 22 * dot
    document.close()


def test_the_same_facts_have_the_same_digests():
    assert signed("notice", NOTICE)[1] == signed("notice", NOTICE)[1]
    assert page_digests(render("notice", NOTICE, printed_on=DAY)) != [one[2] for one in signed("notice", NOTICE)[1]]
