"""Pinyin initials of names, by which pickers find them: 长沙市 → css.

What pypinyin answers, letter for letter, at some two microseconds a name instead of two hundred: the name is cut
into the longest phrases of its dictionary, as pypinyin cuts it, and each phrase and each character is asked of
pypinyin once in the life of the process. So 长 is c in 长沙 and z in 校长, 重 is c in 重庆 and z in 重点, 行 is h in
银行
and x in 行政, wherever the dictionary knows the phrase; where it does not, the most usual reading stands (单 in a
family name is d). A run of letters and digits gives its first one. 长沙 is never cut: pypinyin alone would read the
省长
in 湖南省长沙市.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

LONGEST = 120
#: Words of our own that no phrase of the dictionary may reach into.
WHOLE = ("长沙",)


def initials(name: str) -> str:
    """The initials of one name, at most `LONGEST`, in lower case."""
    return _reader()(name)


@cache
def _reader() -> Callable[[str], str]:
    from pypinyin import Style, lazy_pinyin  # here, because its dictionaries hold 50 MiB that an idle worker should not
    from pypinyin.constants import PHRASES_DICT, RE_HANS
    from pypinyin.seg.mmseg import p_set

    begun: set[str] = {phrase[:2] for phrase in PHRASES_DICT if len(phrase) > 1}
    han = RE_HANS.pattern.removeprefix("^(?:").removesuffix(")+$")
    runs = re.compile(f"({han}+)")
    whole = re.compile(f"({'|'.join(WHOLE)})")
    known: dict[str, str] = {}

    def letters(piece: str) -> str:
        if (found := known.get(piece)) is None:
            parts = lazy_pinyin(piece, style=Style.FIRST_LETTER)
            found = known[piece] = "".join(part[:1] for part in parts).lower()
        return found

    def longest(run: str, at: int) -> int:
        """Where the longest phrase ends that begins at `at`; one character further when none does."""
        end, known_end = at + 2, at + 1
        while end <= len(run) and run[at:end] in p_set:
            if run[at:end] in PHRASES_DICT:
                known_end = end
            end += 1
        return known_end

    def chinese(run: str, out: list[str]) -> None:
        at, last = 0, len(run)
        while at < last:
            end = longest(run, at) if run[at : at + 2] in begun else at + 1
            piece = run[at:end]
            out.append(known.get(piece) or letters(piece))
            at = end

    def read(name: str) -> str:
        out: list[str] = []
        for n, run in enumerate(runs.split(name)):
            if not n % 2:  # not Chinese: its first sign stands for it
                out.append(run[:1].lower())
            elif any(word in run for word in WHOLE):
                for part in whole.split(run):
                    chinese(part, out)
            else:
                chinese(run, out)
        return "".join(out)[:LONGEST]

    return read
