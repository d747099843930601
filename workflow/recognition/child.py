"""The reader's own process: `python -m workflow.recognition.child KIND SOURCE TARGET PAGES`, with nothing of a record.

KIND is pdf or image. Reads the first PAGES pages and writes one JSON per page to `TARGET/<page>.json`, each whole or
not at all, numbered from 1. It limits its own memory, time and output before it opens the file, so that a hostile file
takes down this process and no other (TRUST T9, T10). Exit status: 0, or 3 for a file that does not open.

A page of a PDF with words of its own and no picture to speak of is not looked at: its words are what it says. Where a
picture lies on the page the picture is read, for a layer of words beneath it can say anything.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from workflow.recognition import engine, picture

MEMORY = 6 << 30
#: Seconds of one process for each page, and for its beginning.
SECONDS_A_PAGE, SECONDS_MORE = 20, 30
OUTPUT = 16 << 20
#: Characters below which a page of a PDF has no words of its own; part of the page a picture may cover beside them.
WORDS, COVERED = 20, 0.2
#: Where this is fallen short of the page is tried upside down.
GOOD = 0.85


def limit(pages: int) -> None:
    """From here on this process can neither grow, nor run on, nor fill the disk."""
    seconds = SECONDS_MORE + SECONDS_A_PAGE * pages
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_page(read: Callable[[Any], list[engine.Line]], page: Image.Image) -> dict[str, Any]:
    """Both readings of a picture of a page, turned until it reads."""
    first = picture.prepared(page, 0)
    lines, quarters = read(first), 0
    if lines and sum(_tall(line) for line in lines) > len(lines) / 2:
        quarters = 3
        lines = read(picture.turned(first, quarters))
    if not lines or _good(lines) < GOOD:
        over = read(picture.turned(first, quarters + 2))
        if _worth(over) > _worth(lines):
            lines, quarters = over, (quarters + 2) % 4
    second = picture.turned(picture.prepared(page, 1), quarters)
    sizes = [picture.turned(first, quarters).shape, second.shape]
    readings = [
        {"size": [shape[1], shape[0]], "lines": found}
        for shape, found in zip(sizes, (lines, read(second)), strict=True)
    ]
    return {"turned": quarters, "readings": readings}


def _tall(line: engine.Line) -> bool:
    box = line[0]
    return len(line[1]) > 1 and abs(box[5] - box[1]) > 1.5 * abs(box[4] - box[0])


def _good(lines: list[engine.Line]) -> float:
    sure = [one for line in lines for one in line[2]]
    return sum(sure) / len(sure) if sure else 0


def _worth(lines: list[engine.Line]) -> float:
    return sum(max(0.0, one - 0.5) for line in lines for one in line[2])


def pages_of(kind: str, source: Path, most: int) -> Iterator[Any]:
    """Each page: its words where it has words of its own, else its picture."""
    if kind != "pdf":
        yield picture.opened(source)
        return
    import pypdfium2

    document: Any = pypdfium2.PdfDocument(source)
    for number in range(min(most, len(document))):
        page = document[number]
        wide, high = page.get_size()
        if wide <= 0 or high <= 0:
            raise ValueError("a page without size")
        yield _words_of(page, wide, high) or page.render(
            scale=max(picture.LONGEST) / max(wide, high), rev_byteorder=True
        ).to_pil().convert("RGB")


def _words_of(page: Any, wide: float, high: float) -> dict[str, Any] | None:
    """The lines a page says of itself; None where a picture must be read."""
    import pypdfium2.raw as pdfium

    pictures = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4)
    covered = 0.0
    for one in pictures:
        left, bottom, right, top = one.get_bounds()
        covered += abs((right - left) * (top - bottom))
    words = page.get_textpage()
    if covered > COVERED * wide * high or words.count_chars() < WORDS or page.get_rotation():
        return None
    lines: list[Any] = []
    for number in range(words.count_rects()):
        left, bottom, right, top = words.get_rect(number)
        text = words.get_text_bounded(left, bottom, right, top).strip()
        box = [round(c) for c in (left, high - top, right, high - top, right, high - bottom, left, high - bottom)]
        if text:
            lines.append((box, text, [1.0] * len(text), [{}] * len(text)))
    reading = {"size": [round(wide), round(high)], "lines": lines}
    return {"turned": 0, "readings": [reading, reading]}


def main(arguments: list[str]) -> int:
    """Read what is asked for; 3 for whatever the parsers cannot read."""
    kind, source, target, most = arguments
    limit(int(most))
    read: Callable[[Any], list[engine.Line]] | None = None
    try:
        for number, page in enumerate(pages_of(kind, Path(source), int(most)), 1):
            if isinstance(page, Image.Image):
                read = read or engine.reader()
                page = read_page(read, page)
            half = Path(target) / f"{number}.half"
            half.write_text(json.dumps(page, ensure_ascii=False), encoding="utf-8")
            half.replace(half.with_suffix(".json"))
    except Exception:  # every parser has its own family of errors; all mean the same to whoever waits
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
