"""Printed papers: a template, the facts, a day; out comes a PDF.

The templates lie in reports/papers/, the fonts in reports/fonts/. Facts travel as JSON and are
shown as they are: whatever a person typed, it is never read as markup. The same facts on the
same day give the same bytes, so a paper can be printed again and compared by its hash.
"""

import hashlib
import io
import json
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from reports import rare

ROOM = Path(__file__).parent
PAPERS = ROOM / "papers"
FONTS = ROOM / "fonts"
TEMPLATES = {"certificate", "review_form", "notice", "roster", "opinion_sheet", "statistics", "publicity_proof"}
ARCHIVAL = {"certificate"}  # PDF/A-2b: must still open, and look the same, in thirty years

CHINA = timezone(timedelta(hours=8))
LAYOUT_ONLY = set("\n\r\t")

_one = threading.Lock()  # one paper at a time: compilers keep state between calls


class Unprintable(ValueError):
    """An archival paper holds characters that the embedded fonts do not have."""

    def __init__(self, characters: set[str]) -> None:
        self.characters = characters
        named = "、".join(f"{it}（U+{ord(it):04X}）" for it in sorted(characters))
        super().__init__(f"以下字符无法印制：{named}")


#: What the codes of the pages say, and how the edition is called: told the digest of what each page shows.
Signs = Callable[[Sequence[str]], tuple[str, Sequence[str]]]


def render(template: str, data: dict[str, Any], *, printed_on: date, signs: Signs | None = None) -> bytes:
    """Print `data` on the named paper, as of the given day; with `signs`, a code on every page says which it is.

    The codes need what the pages show, so the paper is set twice: once to be read, once with its codes.
    """
    if template not in TEMPLATES:
        raise KeyError(template)
    address = data.get("verify_url")
    code = qr_svg(address).decode() if address and signs is None else ""
    facts = {"printed_on": printed_on, **data, "qr_svg": code, "coded": signs is not None}
    if signs is not None:
        digests = page_digests(_press(template, facts, printed_on))
        facts["edition"], said = signs(digests)
        facts["codes"] = [qr_svg(text, error="q", border=0).decode() for text in said]
        facts["digests"] = [digest[:16] for digest in digests]
    return _press(template, facts, printed_on)


def page_digests(pdf: bytes) -> list[str]:
    """SHA-256 of what each page shows: its words in their order, and its pictures."""
    import pypdfium2
    from pypdfium2 import raw

    found = []
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        for page in document:
            told = hashlib.sha256(page.get_textpage().get_text_bounded().encode())
            for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
                told.update(bytes(picture.get_data(decode_simple=False)))
            found.append(told.hexdigest())
    return found


def _press(template: str, facts: dict[str, Any], printed_on: date) -> bytes:
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, default=_in_chinese)
    if template in ARCHIVAL and (missing := missing_glyphs(text)):
        raise Unprintable(missing)
    with _one:
        return _compiler(template, bool(set(map(ord, text)) - _printable() - set(map(ord, LAYOUT_ONLY)))).compile(
            format="pdf",
            sys_inputs={"data": text},
            pdf_standards=["a-2b"] if template in ARCHIVAL else [],
            timestamp=datetime.combine(printed_on, time(8), CHINA),
        )


def missing_glyphs(text: str) -> set[str]:
    """The characters of `text` that none of the embedded fonts can print."""
    return {it for it in text if it not in LAYOUT_ONLY and ord(it) not in _printable() and not rare.held(ord(it))}


def qr_svg(text: str, *, error: str = "m", border: int = 2) -> bytes:
    """`text` as a QR code that survives a folded sheet (level m: 15 % may be lost, q: 25 %)."""
    import segno

    picture = io.BytesIO()
    segno.make(text, error=error, micro=False, boost_error=False).save(
        picture, kind="svg", border=border, light="white", xmldecl=False, omitsize=True
    )
    return picture.getvalue()


@cache
def _compiler(template: str, with_rare: bool = False) -> Any:
    """With the thirty megabytes of rare characters only where a paper has one."""
    import typst  # here, because web workers that never print should not carry it

    folders = [str(FONTS), *([str(rare.folder())] if with_rare else [])]
    return typst.Compiler(
        str(PAPERS / f"{template}.typ"),
        root=str(PAPERS),
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders),
    )


def _in_chinese(value: object) -> str:
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return str(value)


@cache
def _printable() -> frozenset[int]:
    return frozenset(code for font in FONTS.glob("*.otf") for code in _cmap(font.read_bytes()))


def _cmap(font: bytes) -> Iterator[int]:
    """Every code point in an OpenType font's table of characters (format 12)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    directory = (struct.unpack_from(">4sLLL", font, 12 + 16 * n) for n in range(tables))
    start = next(offset for tag, _, offset, _ in directory if tag == b"cmap")
    for n in range(struct.unpack_from(">H", font, start + 2)[0]):
        _, _, offset = struct.unpack_from(">HHL", font, start + 4 + 8 * n)
        if struct.unpack_from(">H", font, start + offset)[0] == 12:
            groups = struct.unpack_from(">L", font, start + offset + 12)[0]
            for group in range(groups):
                first, last, _ = struct.unpack_from(">LLL", font, start + offset + 16 + 12 * group)
                yield from range(first, last + 1)
