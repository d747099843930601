"""Places by what they are, not by how they are typed: 省人才大厦 五楼 is 省人才大厦五楼 (118号 五(五) 两分设)."""

from __future__ import annotations

import re
import unicodedata


def folded(place: str) -> str:
    """A place for comparing: one width, no blanks, no marks."""
    return re.sub(r"[\s\-—_·.,，。、()（）]+", "", unicodedata.normalize("NFKC", place)).casefold()


def same_place(one: str, other: str) -> bool:
    """Whether two names mean one place."""
    return folded(one) == folded(other)
