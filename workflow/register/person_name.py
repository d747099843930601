"""Names of persons: one alphabet wherever a name comes in, one dot, one fold for comparing.

A name is letters of scripts (GB 18030 has 88,115 Han characters; Tibetan, Uygur, Latin names are names as well), the
dot between the parts of a name of a minority or a foreigner, and blanks between Latin words. What input methods put
in its place is mapped; everything else is refused by its own name, for a name that is stored is printed on a
certificate.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from workflow.base.characters import readable
from workflow.base.errors import Refused

DOT = "·"
#: What keyboards, tables and former systems write for the dot: bullets, katakana dots, full stops of full width.
_DOTS = str.maketrans(dict.fromkeys("•‧∙⋅・･᛫⸱●．。｡", DOT))
#: Between or after Latin letters only.
_LATIN = "-'’."
LONGEST = 60
#: A name of letters that our papers cannot print is refused before it is stored; the application says which.
_cannot_print: list[Callable[[str], str]] = []


def install(missing: Callable[[str], str]) -> None:
    """Say what tells the characters of a text that no paper of ours can print."""
    _cannot_print[:] = [missing]


def written(given: str) -> str:
    """A name as it is kept: one form of each character, one dot, blanks between Latin words only."""
    text = unicodedata.normalize("NFKC", readable(given).translate(_DOTS)).translate(_DOTS)
    parts = [" ".join(part.split()) for part in text.split(DOT)]
    return DOT.join(_together(part) for part in parts if part)


def _together(part: str) -> str:
    """Without the blanks that fill a short name up to the width of a long one (张　三)."""
    return "".join(
        sign
        for n, sign in enumerate(part)
        if sign != " " or not (_han(part[n - 1]) or _han(part[n + 1 : n + 2] or "a"))
    )


def read(given: str, field: str = "name") -> str:
    """The name as it is kept; refused at the field with the very character that is none of a name."""
    name = written(given)
    strange = next((sign for sign in name if not _of_a_name(sign)), "")
    if strange:
        raise Refused(f"姓名中的{_called(strange)}；请按证件重新填写。", field=field)
    if not 2 <= len(name) <= LONGEST or not letter(name[0]):
        raise Refused(f"请填写与证件一致的姓名（2 至 {LONGEST} 字，以文字开头）。", field=field)
    if missing := "".join(tell(name) for tell in _cannot_print):
        raise Refused(
            f"姓名中的“{missing}”（{'、'.join(f'U+{ord(sign):04X}' for sign in missing)}）本系统的证书字体还不能打印，"
            "没有保存；请联系系统管理员补充字体后再填写，不要用别的字代替。",
            field=field,
        )
    return name


def fold(name: str) -> str:
    """A name as it is compared: what tells two people apart, and nothing of how it was typed."""
    return "".join(sign for sign in written(name) if letter(sign)).upper()


def letter(sign: str) -> bool:
    """A letter of a script with the marks it carries; Han of planes that this Python does not know yet as well."""
    return unicodedata.category(sign)[0] in "LM" or 0x20000 <= ord(sign) <= 0x3FFFD


def _of_a_name(sign: str) -> bool:
    return letter(sign) or sign in (DOT, " ") or sign in _LATIN


def _han(sign: str) -> bool:
    return letter(sign) and ord(sign) >= 0x2E80


def _called(sign: str) -> str:
    if unicodedata.category(sign) == "Co":
        return f"“{sign}”（U+{ord(sign):04X}）是某台计算机自造的字，别处显示不出；请改用 GB 18030 的正式编码输入"
    if sign.isdigit():
        return f"“{sign}”是数字"
    return f"“{sign}”（U+{ord(sign):04X}）不是姓名用字"
