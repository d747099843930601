"""Read a scanned or photographed sheet in a process of its own: run as a script, with nothing of the product in it.

    python -I sheet.py draw KIND SOURCE FOLDER FIRST LAST     pages as <n>.png, and <n>.json with the codes upon them
    python -I sheet.py compare PICTURE PRINT PAGE ANSWER      what the sheet shows against what was printed

KIND is pdf or image, PRINT the PDF that was kept when the sheet was printed. The process limits its own memory, time
and output before it opens anything, so a hostile file takes down this process and no other. Exit status: 0, or 3 for
what does not open.

How a sheet is compared: its code says where it lies and how it is turned; patches of text, first near, then fine, say
how it is skewed and bent; the print is drawn anew and blurred as much as the sheet is. Then every printed character is
looked for where it must stand: ink that the print has not, and ink of the print that is not there, both beyond what
the worst of the page's own characters show. Red counts as white, so a seal hides nothing; what is written by hand
belongs into the places for it (`hand_places`) and is no difference there.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

if __name__ == "__main__":  # with -I nothing is found but what is installed: this folder too
    sys.path.append(str(Path(__file__).parent))
    from lay import Array, ink_blurred, ink_of, laid, moved, shifts, similar, sized
else:
    from workflow.storage.lay import Array, ink_blurred, ink_of, laid, moved, shifts, similar, sized

MEMORY, SECONDS, OUTPUT = 2 << 30, 60, 64 << 20
#: Dots an inch at which sheet and print are laid upon each other; A4 is 1654 × 2339 of them.
DPI = 200
#: What a drawn page may measure at most, and the parsers' own limit.
MOST_PIXELS, PICTURE_PIXELS = 16_000_000, 200_000_000
#: A side of a picture below this shows no page.
LEAST_SIDE = 300


def limit() -> None:
    """From here on this process can neither grow, nor run on, nor fill the disk."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# -- pages and their codes ---------------------------------------------------------------------------------


def pages_of(kind: str, source: str, first: int, last: int) -> Any:
    """(number, picture) of the pages asked for; a photograph is turned as its camera says."""
    if kind == "pdf":
        import pypdfium2

        document: Any = pypdfium2.PdfDocument(source)
        for number in range(first, min(last, len(document)) + 1):
            wide, high = document[number - 1].get_size()
            if wide <= 0 or high <= 0:
                raise ValueError("a page without size")
            scale = min(250 / 72, (MOST_PIXELS / (wide * high)) ** 0.5)
            yield number, document[number - 1].render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
        return
    Image.MAX_IMAGE_PIXELS = PICTURE_PIXELS
    with Image.open(source, formats=("JPEG", "PNG")) as opened:
        if opened.width * opened.height > PICTURE_PIXELS:
            raise ValueError("too many pixels")
        opened.draft("RGB", (3300, 3300))
        shown = ImageOps.exif_transpose(opened).convert("RGB")
        shown.thumbnail((4200, 4200))
        yield 1, shown


def codes_in(picture: Image.Image) -> list[dict[str, Any]]:
    """The QR codes of a page with their corners, clockwise from their own top left."""
    import zxingcpp

    kinds: Any = zxingcpp.BarcodeFormat.QRCode

    grey = picture.convert("L")
    for scale in (1.0, 0.6, 1.6):  # noise is smoothed by the smaller, small modules are opened by the larger
        size = (int(grey.width * scale), int(grey.height * scale))
        if min(size) < LEAST_SIDE or size[0] * size[1] > 2 * MOST_PIXELS:
            continue
        seen = grey if scale == 1 else grey.resize(size, Image.Resampling.LANCZOS)
        found = zxingcpp.read_barcodes(np.asarray(seen), formats=kinds)
        if found:
            return [{"text": one.text, "corners": _corners(one.position, scale)} for one in found]
    return []


def _corners(at: Any, scale: float) -> list[list[float]]:
    return [[p.x / scale, p.y / scale] for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]


def draw(kind: str, source: str, target: Path, first: int, last: int) -> None:
    """Pictures of the pages, and what their codes say."""
    for number, picture in pages_of(kind, source, first, last):
        codes = codes_in(picture)
        half = target / f"{number}.half"
        picture.save(half, "PNG", compress_level=2)
        (target / f"{number}.json").write_text(json.dumps(codes, ensure_ascii=False))
        half.replace(target / f"{number}.png")


# -- character by character --------------------------------------------------------------------------------


def characters_of(page: Any) -> list[tuple[str, tuple[int, int, int, int]]]:
    """Every printed character with its box in dots of the print: left, top, right, bottom."""
    text, high, dot = page.get_textpage(), page.get_height(), DPI / 72
    found = []
    for n in range(text.count_chars()):
        word = text.get_text_range(n, 1)
        if not word.strip():
            continue
        left, bottom, right, top = text.get_charbox(n)
        box = (int(left * dot), int((high - top) * dot), -int(-right * dot // 1), -int(-(high - bottom) * dot // 1))
        found.append((word, box))
    return found


def widened(ink: Array) -> Array:
    """Every dot as dark as the darkest beside it."""
    told = np.pad(ink, 1)
    high, wide = ink.shape
    return np.max([told[y : y + high, x : x + wide] for y in range(3) for x in range(3)], 0)


def smooth(ink: Array) -> Array:
    """The mean of three by three dots."""
    told = np.pad(ink, 1)
    high, wide = ink.shape
    return sum(told[y : y + high, x : x + wide] for y in range(3) for x in range(3)) / 9


#: From here on a character is another: ink beside it (or missing of it) in parts of full black, and how alike it still
#: is. Measured over unaltered pages of 150 to 300 dpi, 3° askew, JPEG 50 to 90: worst 0.16 and 0.82 at once 0.9.
INK_APART, STILL_ALIKE = 0.20, 0.88
#: Ink where the print has none: this many dots of it together (a full stop has 12, a figure 60).
ADDED_DOTS = 40
#: Below this the sheet cannot be laid upon the print at all.
LEAST_ALIKE = 0.55
#: Dots by which the text of a sheet may lie beside that of the print, once laid: beyond it nothing is compared.
MOST_BENT = 2.0
#: What a hand writes beside these is expected.
BY_HAND = (
    "签名",
    "签字：",
    "签章",
    "盖章）",
    "经办人：",
    "负责人：",
    "主任委员：",
    "填报人：",
    "复核人：",
    "批准人：",
    "年月日",
)
MILLIMETRE = DPI / 25.4
#: A character is looked for where it stands, and one dot around.
AROUND = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))


def hand_places(letters: list[tuple[str, Any]], size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Where people sign, seal and write the day: the band around the words that ask for it, as wide as the page."""
    bands: list[tuple[int, int]] = []
    text = "".join(word for word, _ in letters)
    for word in BY_HAND:
        at = text.find(word)
        while at >= 0:
            top = min(box[1] for _, box in letters[at : at + len(word)])
            low = max(box[3] for _, box in letters[at : at + len(word)])
            reach = 14 if word != "签名" else 9
            bands.append((int(top - reach * MILLIMETRE), int(low + 7 * MILLIMETRE)))
            at = text.find(word, at + 1)
    return [(0, max(top, 0), size[0], min(low, size[1])) for top, low in joined(bands)]


def joined(bands: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Bands that touch are one."""
    found: list[tuple[int, int]] = []
    for top, low in sorted(bands):
        if found and top <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], low))
        else:
            found.append((top, low))
    return found


def compared(picture: Image.Image, sheet: str, number: int) -> dict[str, Any]:
    """What the sheet shows against page `number` of its print.

    {"laid": whether it could be compared, "alike": how well, "apart": [{"printed", "box", "kind"}], "hand": [{"box",
    "written", "at"}]}; boxes as left, top, right, bottom in parts of the page, `at` the same place on the sheet as it
    was scanned, as left, top, width, height where the sheet is 1000 wide.
    """
    import pypdfium2

    document: Any = pypdfium2.PdfDocument(sheet)
    page = document[number - 1]
    drawn = page.render(scale=DPI / 72, rev_byteorder=True).to_pil().convert("RGB")
    letters = characters_of(page)
    mine, theirs = codes_in(drawn), codes_in(picture)
    theirs = [one for one in theirs if mine and one["text"] == mine[0]["text"]]
    if not theirs:
        return {"laid": False, "alike": 0.0, "apart": [], "hand": []}
    lead = similar(np.array(mine[0]["corners"]), np.array(theirs[0]["corners"]))
    printed = ink_of(drawn)
    picture, lead = sized(picture, lead)
    lead, shown, alike = laid(picture, lead, printed)
    _, off, like = shifts(ink_blurred(printed, 1.2), shown, 96, 6, 60)
    bent = float(np.quantile(np.linalg.norm(off, axis=1), 0.9)) if len(like) else 9.0
    if alike < LEAST_ALIKE or bent > MOST_BENT:
        return {"laid": False, "alike": round(alike, 3), "apart": [], "hand": []}
    blurred = as_blurred_as(printed, shown)
    strong = blurred > 0.3
    gain = float((shown[strong] * blurred[strong]).sum() / max((blurred[strong] ** 2).sum(), 1e-6))
    hands = hand_places(letters, (printed.shape[1], printed.shape[0]))
    wrong = [(word, box) for word, box in letters if apart(blurred * gain, shown, box, gain)]
    told = regions(wrong, letters, printed.shape)
    told += added(printed, shown / max(gain, 0.3), hands, letters)
    high, wide = printed.shape
    return {
        "laid": True,
        "alike": round(alike, 3),
        "apart": told[:40],
        "hand": [
            {"box": part(box, wide, high), "written": written(printed, shown, box), "at": on_sheet(box, lead, picture)}
            for box in hands
        ],
    }


def as_blurred_as(printed: Array, shown: Array) -> Array:
    """The print, blurred as much as makes it most like the sheet."""
    tried = []
    for by in (0.4, 0.8, 1.2, 1.6, 2.0, 2.6):
        blurred = ink_blurred(printed, by)
        like = shifts(blurred, shown, 96, 3, 24)[2]
        tried.append((float(np.median(like)) if len(like) else 0.0, blurred))
    return max(tried, key=lambda one: one[0])[1]


def apart(printed: Array, shown: Array, box: Any, gain: float) -> bool:
    """Whether the character that stands there is not the one that was printed."""
    left, top, right, low = box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2
    if left < 2 or top < 2 or right > printed.shape[1] - 2 or low > printed.shape[0] - 2:
        return False
    mine = printed[top:low, left:right]
    if min(mine.shape) < 9 or mine.max() < 0.3 * gain:
        return False
    room, least, best = widened(mine), 9.0, -1.0
    for down, aside in AROUND:
        theirs = shown[top + down : low + down, left + aside : right + aside]
        best = max(best, alike_in(mine, theirs))
        if best >= STILL_ALIKE:
            return False
        more = smooth(np.maximum(theirs - room, 0)).max()
        less = smooth(np.maximum(mine - widened(theirs), 0)).max()
        least = min(least, float(max(more, less)) / gain)
    return least > INK_APART


def alike_in(mine: Array, theirs: Array) -> float:
    """Their correlation."""
    spread = float(mine.std() * theirs.std()) * mine.size
    return float(((theirs - theirs.mean()) * (mine - mine.mean())).sum()) / max(spread, 1e-6)


def part(box: Any, wide: int, high: int) -> list[float]:
    """A box in parts of the page."""
    return [round(box[0] / wide, 4), round(box[1] / high, 4), round(box[2] / wide, 4), round(box[3] / high, 4)]


def on_sheet(box: Any, lead: Array, picture: Image.Image) -> list[int]:
    """Where a box of the print lies on the sheet as it was scanned, askew or upside down: what is cut out of it."""
    left, top, right, low = box
    corners = moved(lead, np.array([[left, top], [right, top], [right, low], [left, low]], float))
    scale = 1000 / picture.width
    (x, y), (far, deep) = corners.min(0) * scale, corners.max(0) * scale
    x, y = max(x, 0), max(y, 0)
    return [round(float(n)) for n in (x, y, min(far, 1000) - x, min(deep, picture.height * scale) - y)]


def regions(wrong: list[Any], letters: list[Any], shape: Any) -> list[dict[str, Any]]:
    """Characters apart that stand together are told as one, with the words of their line."""
    places = {id(box): n for n, (_, box) in enumerate(letters)}
    runs: list[list[int]] = []
    for at in sorted(places[id(box)] for _, box in wrong):
        if runs and at - runs[-1][-1] <= 2 and same_line(letters[runs[-1][-1]][1], letters[at][1]):
            runs[-1].append(at)
        else:
            runs.append([at])
    found = []
    for run in runs:
        first, last = run[0], run[-1]
        boxes = [letters[n][1] for n in run]
        around = [
            min(b[0] for b in boxes),
            min(b[1] for b in boxes),
            max(b[2] for b in boxes),
            max(b[3] for b in boxes),
        ]
        words = "".join(letters[n][0] for n in range(first, last + 1))
        line = "".join(letters[n][0] for n in line_of(letters, first))
        found.append(
            {"kind": "altered", "printed": words[:60], "line": line[:80], "box": part(around, shape[1], shape[0])}
        )
    return found


def same_line(one: Any, other: Any) -> bool:
    """Whether two boxes stand in one line, close by."""
    tall = max(one[3] - one[1], other[3] - other[1])
    return abs((one[1] + one[3]) - (other[1] + other[3])) / 2 < tall and abs(other[0] - one[2]) < 3 * tall


def line_of(letters: list[Any], at: int) -> range:
    """The characters of the line in which that one stands, unbroken."""
    first = last = at
    while first > 0 and at - first < 30 and same_line(letters[first - 1][1], letters[first][1]):
        first -= 1
    while last + 1 < len(letters) and last - at < 40 and same_line(letters[last][1], letters[last + 1][1]):
        last += 1
    return range(first, last + 1)


def added(printed: Array, shown: Array, hands: list[Any], letters: list[Any]) -> list[dict[str, Any]]:
    """Ink where the print has none, outside the places for the hand and the edge of the sheet: by cells of 3 mm."""
    room = printed
    for _ in range(5):
        room = widened(room)
    strange = smooth(shown) * (room < 0.1) > 0.45
    edge = int(9 * MILLIMETRE)
    strange[:edge], strange[-edge:], strange[:, :edge], strange[:, -edge:] = False, False, False, False
    for left, top, right, low in hands:
        strange[top:low, left:right] = False
    high, wide = printed.shape
    strange[high - int(36 * MILLIMETRE) :, wide - int(40 * MILLIMETRE) :] = False  # around the code
    cell = int(3 * MILLIMETRE)
    rows, columns = high // cell, wide // cell
    dots = strange[: rows * cell, : columns * cell].reshape(rows, cell, columns, cell).sum((1, 3))
    found: list[list[int]] = []
    for row, column in np.argwhere(dots >= ADDED_DOTS // 2).tolist():
        for box in found:
            if box[0] - 4 <= column <= box[2] + 4 and box[1] - 4 <= row <= box[3] + 4:
                box[0], box[1] = min(box[0], column), min(box[1], row)
                box[2], box[3] = max(box[2], column), max(box[3], row)
                break
        else:
            found.append([column, row, column, row])
    told = []
    for left, top, right, low in found:
        if dots[top : low + 1, left : right + 1].sum() >= ADDED_DOTS:
            box = [left * cell, top * cell, (right + 1) * cell, (low + 1) * cell]
            told.append({"kind": "added", "printed": "", "line": beside(letters, box), "box": part(box, wide, high)})
    return told


def beside(letters: list[Any], box: list[int]) -> str:
    """The words of the line that a place lies nearest to."""
    if not letters:
        return ""
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    near = min(
        range(len(letters)),
        key=lambda n: (
            abs(letters[n][1][0] - middle[0]) + 3 * abs((letters[n][1][1] + letters[n][1][3]) / 2 - middle[1])
        ),
    )
    return "".join(letters[n][0] for n in line_of(letters, near))[:80]


def written(printed: Array, shown: Array, box: Any) -> bool:
    """Whether a hand has written in that place."""
    left, top, right, low = box
    room = widened(widened(widened(printed[top:low, left:right])))
    return bool(((smooth(shown[top:low, left:right]) > 0.35) & (room < 0.1)).sum() > 150)


def main(arguments: list[str]) -> int:
    """Do what is asked for; 3 for whatever the parsers cannot read."""
    limit()
    try:
        if arguments[0] == "draw":
            _, kind, source, target, first, last = arguments
            draw(kind, source, Path(target), int(first), int(last))
        else:
            _, picture, sheet, number, answer = arguments
            with Image.open(picture, formats=("PNG",)) as opened:
                told = compared(opened.convert("RGB"), sheet, int(number))
            Path(answer).write_text(json.dumps(told, ensure_ascii=False))
    except Exception:  # every parser has its own family of errors; all mean the same to the reader
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
