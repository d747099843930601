"""The code of a printed page says which it is, and nobody without the key can write one."""

from __future__ import annotations

import pytest

from workflow.storage.page_code import PAPERS, PageCode, read, written

CODE = PageCode("RF", "HN202600000012", 7, 3, 20, "0123456789abcdef")


pytestmark = pytest.mark.usefixtures("app")


def test_what_is_written_is_read():
    assert read(written(CODE)) == CODE


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper_has_its_letters(paper):
    code = PageCode(paper, "GS2026-5", 1, 1, 1, "f" * 16)
    assert read(written(code)) == code


def test_a_code_with_any_letter_changed_is_forged():
    text = written(CODE)
    for place, letter in enumerate(text):
        other = "1" if letter != "1" else "2"
        assert read(text[:place] + other + text[place + 1 :]) is None, place


@pytest.mark.parametrize("text", ["", "ZC1:", "https://example.gov.cn"])
def test_a_foreign_code_is_none_of_ours(text):
    assert read(text) is None
    assert read(written(CODE) + text + "0") is None
    assert read(written(CODE).lower()) is None
