"""The scanned pages of each case in their order, as one PDF: what was signed by hand is kept with the case.

Page by page: a pile of hundreds of pages never lies opened in memory, only as the JPEGs that the PDF is made of.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from workflow.papers.found import Sheet

#: A4 at 200 dots an inch, and the points of an inch by those dots.
LARGEST, POINT = (1654, 2339), 72 / 200


def bundles(sheets: Sequence[Sheet], folder: Path) -> dict[int, tuple[bytes, int]]:
    """(PDF, pages) by declaration, of the pages in `folder` whose code was read."""
    groups: dict[int, list[Sheet]] = {}
    for sheet in sheets:
        if sheet.declaration is not None and sheet.seen == "read":
            groups.setdefault(sheet.declaration, []).append(sheet)
    return {
        key: (_bound([folder / f"{sheet.file}-{sheet.at}.seen" for sheet in _in_order(group)]), len(group))
        for key, group in groups.items()
    }


def _in_order(group: Sequence[Sheet]) -> list[Sheet]:
    return sorted(group, key=lambda one: (one.paper, one.page))


def _bound(pictures: Sequence[Path]) -> bytes:
    import pikepdf
    from pikepdf import Dictionary, Name

    made = pikepdf.new()
    for path in pictures:
        data, wide, high = _jpeg(path)
        picture = pikepdf.Stream(made, data)
        picture.update(
            Dictionary(
                Type=Name.XObject, Subtype=Name.Image, Width=wide, Height=high, ColorSpace=Name.DeviceRGB,
                BitsPerComponent=8, Filter=Name.DCTDecode,
            )
        )  # fmt: skip
        box = [0, 0, round(wide * POINT, 2), round(high * POINT, 2)]
        drawn = f"q {box[2]} 0 0 {box[3]} 0 0 cm /Im0 Do Q".encode()
        page = Dictionary(
            Type=Name.Page, MediaBox=box, Contents=pikepdf.Stream(made, drawn),
            Resources=Dictionary(XObject=Dictionary(Im0=made.make_indirect(picture))),
        )  # fmt: skip
        made.pages.append(pikepdf.Page(made.make_indirect(page)))
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue()


def _jpeg(path: Path) -> tuple[bytes, int, int]:
    from PIL import Image

    with Image.open(path, formats=("PNG",)) as opened:
        shown = opened.convert("RGB")
    shown.thumbnail(LARGEST)
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=75)
    return out.getvalue(), shown.width, shown.height
