"""Two A4 pages side by side on a sheet of A3, in their order; each page keeps its own code in its own corner."""

from __future__ import annotations

import io
from contextlib import closing

#: A3 lying, in points.
WIDE, HIGH = 1190.55, 841.89


def side_by_side(pdf: bytes) -> bytes:
    """The pages of `pdf`, two on each sheet."""
    import pypdfium2
    from pypdfium2 import raw

    with closing(pypdfium2.PdfDocument(pdf)) as pages:
        sheets = pypdfium2.PdfDocument(raw.FPDF_ImportNPagesToOne(pages.raw, WIDE, HIGH, 2, 1))
        made = io.BytesIO()
        with closing(sheets):
            sheets.save(made)
    return made.getvalue()
