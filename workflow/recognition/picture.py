"""A page made ready for the reader, twice and differently, so that what both readings say was not said by the picture.

The first is 1400 dots long with red ink lifted (a seal over the words goes, the words stay); the second is larger,
grey and stretched, with the seal left where it is. Only pillow and numpy; run in the reader's own process.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

#: Longer side of the page in the two readings, in dots.
LONGEST = (1400, 1760)
#: How much redder than green ink is lifted.
RED = 28
#: Pictures of more dots are not opened.
MOST_DOTS = 120_000_000


def opened(path: Path) -> Image.Image:
    """A picture, upright as its camera says, no larger than the readings need."""
    Image.MAX_IMAGE_PIXELS = MOST_DOTS
    with Image.open(path, formats=("JPEG", "PNG")) as found:
        if found.width * found.height > MOST_DOTS:
            raise ValueError("too many dots")
        most = max(LONGEST)
        found.draft("RGB", (most, most))
        return shrunk(ImageOps.exif_transpose(found).convert("RGB"), most)


def shrunk(page: Image.Image, longest: int) -> Image.Image:
    """The page, its longer side at most so long."""
    scale = longest / max(page.size)
    if scale >= 1:
        return page
    size = (max(round(page.width * scale), 1), max(round(page.height * scale), 1))
    return page.resize(size, Image.Resampling.BOX if scale < 0.5 else Image.Resampling.LANCZOS)


def prepared(page: Image.Image, which: int) -> Any:
    """The page as the reader takes it (rows, columns, blue-green-red), for the first (0) or second (1) reading."""
    small = shrunk(page, LONGEST[which])
    seen = np.asarray(small)[..., ::-1].copy()
    if which == 0:
        return lifted(seen)
    grey = np.asarray(ImageOps.autocontrast(small.convert("L"), cutoff=1))
    return np.repeat(grey[..., None], 3, 2)


def lifted(seen: Any) -> Any:
    """Without red ink: where red is much stronger than green, every channel is as light as red."""
    red, green = seen[..., 2].astype(np.int16), seen[..., 1].astype(np.int16)
    ink = (red - green) > RED
    clear = seen.copy()
    clear[ink] = seen[..., 2][ink][:, None]
    return clear


def turned(seen: Any, quarters: int) -> Any:
    """Turned by so many quarters, against the clock."""
    return np.ascontiguousarray(np.rot90(seen, quarters)) if quarters % 4 else seen
