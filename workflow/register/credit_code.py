"""统一社会信用代码 (GB 32100-2015): eighteen signs, the last of which proves the others."""

from __future__ import annotations

import re
import unicodedata
from operator import mul

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
#: The registering department and the kind may be letters (A, N, Y …), the region is digits.
_shape = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
_value = {sign: number for number, sign in enumerate(ALPHABET)}


def normal(given: str) -> str:
    """A code as the register keeps it: no blanks or hyphens, capital letters, no full-width signs."""
    if given.isascii():
        given = given.upper()
        return given if given.isalnum() else re.sub(r"[\s-]+", "", given)
    return re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", given)).upper()


def check(code: str) -> str | None:
    """Why a normal 统一信用代码 is refused, or None."""
    if _shape.fullmatch(code):
        values = [_value[sign] for sign in code]
        if (sum(map(mul, values, WEIGHTS)) + values[17]) % 31 == 0:
            return None
    elif len(code) != 18:
        return f"统一信用代码“{code[:40]}”应为 18 位，现有 {len(code)} 位；请对照登记证书重新录入（GB 32100）。"
    return f"统一信用代码“{code[:40]}”校验位不正确（GB 32100）；请对照登记证书重新录入 18 位代码。"
