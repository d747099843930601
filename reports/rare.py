"""Characters beyond the papers' two fonts: all Han of GB 18030-2022 level 3 (extensions B to F), from HanaMinB.

Thirty megabytes that most papers never need lie packed in reports/fonts; they are unpacked beside the data when the
first such name is printed. A page takes slices of 256 characters, cut out of the same file, each when it is shown.
"""

from __future__ import annotations

import lzma
import os
import secrets
import struct
import tempfile
from bisect import bisect_right
from functools import cache
from mmap import ACCESS_READ, mmap
from pathlib import Path

PACKED = Path(__file__).parent / "fonts"
NAME = "HanaMinB.ttf"
#: First and last character of each extension that the packed font holds without a gap.
HELD = ((0x20000, 0x2A6D6), (0x2A700, 0x2B734), (0x2B740, 0x2B81D), (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0))
SLICE = 256
_TABLES = (b"OS/2", b"cmap", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"name", b"post")
_place: list[Path] = []


def keep_in(place: Path) -> None:
    """Unpack into that folder."""
    _place[:] = [place]


def held(code: int) -> bool:
    """Whether the packed font has the character."""
    at = bisect_right(HELD, (code, 1 << 21)) - 1
    return at >= 0 and code <= HELD[at][1]


def blocks() -> list[int]:
    """The slices that hold anything."""
    return sorted({code // SLICE for first, last in HELD for code in range(first, last + 1, 1)})


@cache
def folder() -> Path:
    """Where the font lies unpacked: once, whole or not at all."""
    place = (_place[0] if _place else Path(tempfile.gettempdir()) / f"zhicheng-{os.getuid()}") / "fonts"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    packed, file = PACKED / f"{NAME}.xz", place / NAME
    if not file.exists() or file.stat().st_mtime < packed.stat().st_mtime:
        draft = place / f".{NAME}.{secrets.token_hex(4)}"
        draft.write_bytes(lzma.decompress(packed.read_bytes()))
        os.replace(draft, file)
    return place


class _Font:
    """A TrueType file of outlines without components, as it is cut (tools/subset_fonts.py)."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as opened:
            self.data = mmap(opened.fileno(), 0, access=ACCESS_READ)
        count = struct.unpack_from(">H", self.data, 4)[0]
        rows = (struct.unpack_from(">4sLLL", self.data, 12 + 16 * n) for n in range(count))
        self.tables = {tag: (offset, length) for tag, _, offset, length in rows}
        self.long = struct.unpack_from(">h", self.table(b"head"), 50)[0]
        self.metrics = struct.unpack_from(">H", self.table(b"hhea"), 34)[0]
        self.glyph_of = dict(self._characters())

    def table(self, tag: bytes) -> bytes:
        """One table as it lies in the file."""
        offset, length = self.tables[tag]
        return bytes(self.data[offset : offset + length])

    def _characters(self) -> list[tuple[int, int]]:
        cmap = self.table(b"cmap")
        found = []
        for n in range(struct.unpack_from(">H", cmap, 2)[0]):
            start = struct.unpack_from(">HHL", cmap, 4 + 8 * n)[2]
            if struct.unpack_from(">H", cmap, start)[0] == 12:
                for group in range(struct.unpack_from(">L", cmap, start + 12)[0]):
                    first, last, glyph = struct.unpack_from(">LLL", cmap, start + 16 + 12 * group)
                    found += [(code, glyph + code - first) for code in range(first, last + 1)]
        return found

    def outline(self, glyph: int) -> bytes:
        """The drawing of a glyph."""
        offset = self.tables[b"loca"][0]
        if self.long:
            first, last = struct.unpack_from(">LL", self.data, offset + 4 * glyph)
        else:
            first, last = (2 * half for half in struct.unpack_from(">HH", self.data, offset + 2 * glyph))
        start = self.tables[b"glyf"][0]
        return bytes(self.data[start + first : start + last])

    def advance(self, glyph: int) -> bytes:
        """Width and left bearing."""
        start = self.tables[b"hmtx"][0]
        if glyph < self.metrics:
            return bytes(self.data[start + 4 * glyph : start + 4 * glyph + 4])
        width = bytes(self.data[start + 4 * self.metrics - 4 : start + 4 * self.metrics - 2])
        bearing = start + 4 * self.metrics + 2 * (glyph - self.metrics)
        return width + bytes(self.data[bearing : bearing + 2])


@cache
def _font() -> _Font:
    return _Font(folder() / NAME)


def slice_of(block: int) -> bytes:
    """A font with the characters of one block of 256; empty where we have none of them."""
    wanted = [code for code in range(block * SLICE, (block + 1) * SLICE) if held(code)]
    if not wanted:
        return b""
    font = _font()
    glyphs = [0, *(font.glyph_of[code] for code in wanted)]
    drawn = [(font.outline(glyph), font.advance(glyph)) for glyph in glyphs]
    return _sfnt(font, drawn, [(code, at) for at, code in enumerate(wanted, 1)])


def _sfnt(base: _Font, drawn: list[tuple[bytes, bytes]], characters: list[tuple[int, int]]) -> bytes:
    outlines, places = bytearray(), [0]
    for outline, _ in drawn:
        outlines += outline + b"\0" * (-len(outline) % 4)
        places.append(len(outlines))
    groups = b"".join(struct.pack(">LLL", code, code, glyph) for code, glyph in characters)
    subtable = struct.pack(">HHLLL", 12, 0, 16 + len(groups), 0, len(characters)) + groups
    head, hhea, maxp = (bytearray(base.table(tag)) for tag in (b"head", b"hhea", b"maxp"))
    struct.pack_into(">L", head, 8, 0)  # the sum over all is asked by nobody
    struct.pack_into(">h", head, 50, 1)
    struct.pack_into(">H", hhea, 34, len(drawn))
    struct.pack_into(">H", maxp, 4, len(drawn))
    tables = {
        b"OS/2": base.table(b"OS/2"),
        b"cmap": struct.pack(">HHHHL", 0, 1, 3, 10, 12) + subtable,
        b"glyf": bytes(outlines),
        b"head": bytes(head),
        b"hhea": bytes(hhea),
        b"hmtx": b"".join(advance for _, advance in drawn),
        b"loca": struct.pack(f">{len(places)}L", *places),
        b"maxp": bytes(maxp),
        b"name": base.table(b"name"),
        b"post": struct.pack(">LLhhLLLLL", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    offset = 12 + 16 * len(tables)
    directory, body = b"", b""
    for tag in _TABLES:
        table = tables[tag]
        padded = table + b"\0" * (-len(table) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF
        directory += struct.pack(">4sLLL", tag, total, offset + len(body), len(table))
        body += padded
    return struct.pack(">LHHHH", 0x00010000, len(tables), 128, 3, 32) + directory + body


def sheet() -> str:
    """The style sheet that names the slices (app/static/rare.css): a browser takes those whose characters it shows."""
    lines = ["/* Rare characters of names, a slice when one is shown; written by python -m tools.rare_sheet. */"]
    for block in blocks():
        source = f'url("/rare/{block}.ttf") format("truetype")'
        codes = f"U+{block * SLICE:X}-{block * SLICE + SLICE - 1:X}"
        lines.append(f'@font-face {{ font-family: "Rare Han"; src: {source}; unicode-range: {codes}; }}')
    return "\n".join(lines) + "\n"
