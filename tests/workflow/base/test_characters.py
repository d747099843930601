"""What nobody can see is in no text of the office, wherever it comes from."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from workflow.base.characters import readable


@given(st.text(alphabet=st.characters(codec=None, min_codepoint=0, max_codepoint=0x10FFFF)))
def test_nothing_invisible_is_left_and_nothing_visible_is_lost(text):
    kept = readable(text)
    assert all(c in "\t\n\r" or unicodedata.category(c) not in ("Cc", "Cf", "Cs") for c in kept)
    assert readable(kept) == kept
    kept.encode()  # no half of a character
    seen = [c for c in text if unicodedata.category(c)[0] in "LNPSM"]
    assert [c for c in kept if unicodedata.category(c)[0] in "LNPSM"] == seen


def test_a_soft_break_of_a_word_processor_is_a_line():
    assert readable("一\x0b二\u2028三\x85四") == "一\n二\n三\n四"
    assert readable("王\u200b\u202e\ufeff\x00\ud800五") == "王五"
