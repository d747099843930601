"""Which characters a text of the office holds, wherever it comes from: a form, an address, a table, a file's name.

Nobody types a control character; Word, PDF readers and phones put them in. What is invisible says nothing and makes
two equal texts differ, turns a line around on the screen, or cannot be kept or printed (XML, PostgreSQL, PDF/A): it is
left out. Line ends of every alphabet become one.
"""

from __future__ import annotations

import re
import unicodedata

#: Line ends that are not written as such: vertical tab, form feed, NEL, line and paragraph separator.
_ENDS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
#: Controls, direction marks and zero widths, halves of characters; the last column of each plane is no character.
_INVISIBLE = {"Cc", "Cf", "Cs"}
_KEPT = "\t\n\r"


def readable(text: str) -> str:
    """The text without what nobody can see."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in _ENDS.sub("\n", text) if c in _KEPT or not invisible(c))


def invisible(character: str) -> bool:
    """Whether a character shows nothing and means nothing: a control, a mark of direction or width, no character."""
    code = ord(character)
    return unicodedata.category(character) in _INVISIBLE or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
