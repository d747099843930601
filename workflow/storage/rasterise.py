"""Turn pages of one file into pictures, in a process of its own: run as a script, with nothing of the product in it.

    python -I rasterise.py KIND SOURCE TARGET_FOLDER WIDTH FIRST LAST

KIND is pdf or image. The process limits its own memory, time and output before it opens the file, so a hostile
file takes down this process and no other (TRUST T9, T10). Answers with its exit status: 0, or 3 for a file that
does not open; pictures lie in the folder as `<page>.png`, numbered from 1.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import Any

MEMORY = 1 << 30
SECONDS = 20
OUTPUT = 48 << 20
#: A page as long as a scroll is made smaller until it fits these.
TALLEST = 6000
MOST_PIXELS = 16_000_000
#: The parsers' own limit; uploads are held to less (workflow.storage.files).
PICTURE_PIXELS = 200_000_000


def limit() -> None:
    """From here on this process can neither grow, nor run on, nor fill the disk."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def fitting(width: float, height: float, wanted: int) -> float:
    """The scale that gives the wanted width, or less where the page is too tall or too large."""
    scale = min(wanted / width, TALLEST / height)
    pixels = width * height * scale * scale
    return scale if pixels <= MOST_PIXELS else scale * (MOST_PIXELS / pixels) ** 0.5


def save(page: Any, path: Path) -> None:
    """Whole or not at all: where a limit ends the process in the middle, no half of a page may be taken for the
    page."""
    half = path.with_suffix(".half")
    page.save(half, "PNG", compress_level=6)
    half.replace(path)


def pages_of_pdf(source: str, target: Path, width: int, first: int, last: int) -> None:
    """Pages `first` to `last` of a PDF; forms and annotations are drawn as they look, scripts are not run."""
    import pypdfium2

    document: Any = pypdfium2.PdfDocument(source)
    for number in range(first, min(last, len(document)) + 1):
        page = document[number - 1]
        wide, high = page.get_size()
        if wide <= 0 or high <= 0:
            raise ValueError("a page without size")
        picture = page.render(scale=fitting(wide, high, width), rev_byteorder=True).to_pil()
        save(picture.convert("RGB"), target / f"{number}.png")


def picture(source: str, target: Path, width: int) -> None:
    """A picture, turned as its camera says and written anew, without whatever else the file carried."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PICTURE_PIXELS
    with Image.open(source, formats=("JPEG", "PNG")) as opened:
        if opened.width * opened.height > PICTURE_PIXELS:
            raise ValueError("too many pixels")
        opened.draft("RGB", (width * 2, width * 2))
        shown = ImageOps.exif_transpose(opened)
        scale = min(fitting(shown.width, shown.height, width), 1.0)
        size = (max(round(shown.width * scale), 1), max(round(shown.height * scale), 1))
        clear = Image.new("RGB", size, "white")
        small = shown.convert("RGBA").resize(size)
        clear.paste(small, mask=small.getchannel("A"))
        save(clear, target / "1.png")


def main(arguments: list[str]) -> int:
    """Draw what is asked for; 3 for whatever the parsers cannot read."""
    kind, source, target, width, first, last = arguments
    limit()
    try:
        if kind == "pdf":
            pages_of_pdf(source, Path(target), int(width), int(first), int(last))
        else:
            picture(source, Path(target), int(width))
    except Exception:  # every parser has its own family of errors; all mean the same to the reader
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
