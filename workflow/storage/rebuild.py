"""Write a file anew with nothing in it but what is seen, in a process of its own: run as a script, with nothing of the
product in it.

    python -I rebuild.py KIND SOURCE TARGET

KIND is pdf, image or bound. Of a PDF the pages are kept as they look: what annotations and filled fields show is
drawn into the page, and every action, form, script, attached file and comment goes; what was made is looked through
again. A picture stays of its kind (HEIC becomes a JPEG), upright, at most 3000 pixels on its longer side, and without
the place where it was taken; one that needs none of this keeps every pixel as it is. Bound is a folder of pictures,
`<page>-<turn>`, that become one PDF, each page turned as said; one that does not open is answered by 100 + its page.
Answers with its exit status: 0, or one of the numbers below; nothing is written then.
"""

from __future__ import annotations

import io
import re
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MEMORY = 1 << 30
SECONDS = 30
OUTPUT = 256 << 20
BROKEN, PASSWORD, ACTIVE, TOO_LARGE, TOO_MANY_PIXELS = 3, 4, 5, 6, 7
#: Pages of a PDF, longer side and pixels of a picture.
MOST_PAGES = 2_000
LONGEST = 3_000
#: Up to so many pixels a picture is not shrunk.
ORDINARY = 12_000_000
MOST_PIXELS = 200_000_000
#: Pixels of a picture that can only be opened whole: PNG and HEIC; a JPEG is opened at the size that is needed.
MOST_WHOLE = 80_000_000
#: Pictures that one PDF is bound of, the longer side of its pages in points (A4), what a page that does not open adds.
MOST_PHOTOS = 60
LONG_SIDE = 842
A_PAGE = 100
#: What a page is; everything else of it goes.
_OF_A_PAGE = ("/MediaBox", "/CropBox", "/Rotate", "/Contents", "/Resources", "/UserUnit", "/Group")
_RESOURCES = {"/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/Properties", "/ProcSet"}
#: What acts, and what belongs to it, wherever it stands.
_DROPPED = {
    "/AA", "/A", "/OpenAction", "/JS", "/JavaScript", "/Launch", "/EF", "/AF", "/RichMediaContent",
    "/RichMediaSettings", "/Next", "/PieceInfo", "/Metadata", "/LastModified", "/StructParents", "/StructParent",
    "/OPI", "/Alternates", "/Ref",
}  # fmt: skip
_ACTIVE_KEYS = {"/AA", "/OpenAction", "/JavaScript", "/EmbeddedFiles", "/XFA", "/RichMediaContent", "/EF", "/AF"}
_ACTIONS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/URI", "/GoToR", "/GoToE", "/Rendition", "/Movie",
    "/Sound", "/RichMediaExecute", "/Named", "/SetOCGState", "/Hide", "/GoTo3DView",
}  # fmt: skip
_ANNOTATIONS = {"/Widget", "/Screen", "/RichMedia", "/FileAttachment", "/3D", "/Movie", "/Sound", "/Link"}
_DEEPEST = 40


def limit() -> None:
    """From here on this process can neither grow, nor run on, nor fill the disk."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# -- is it whole ------------------------------------------------------------------------------------------


def trimmed(data: bytes) -> bytes | None:
    """The PDF without what mail gateways put before and after; None where its end is missing.

    A file that was cut is told by its structure, not by whether a parser can repair it: nothing may be begun after
    the last end-of-file mark.
    """
    head = data[:1024].find(b"%PDF-")
    end = data.rfind(b"%%EOF")
    if head < 0 or end < head or re.search(rb"\d+ \d+ obj\b", data[end + 5 :]):
        return None
    return data[head : end + 5] + b"\n"


def opened(data: bytes) -> Any:
    """The document, strictly; or repaired where every page and stream is there. Raises for what was cut or has a
    password."""
    import pikepdf

    body = trimmed(data)
    if body is None:
        raise ValueError("cut off")
    try:
        document = pikepdf.open(io.BytesIO(body), attempt_recovery=False, suppress_warnings=True)
        len(document.pages)
        return document
    except pikepdf.PasswordError:
        raise
    except Exception:  # every family of the parser's errors; the second look decides
        document = pikepdf.open(io.BytesIO(body), suppress_warnings=True)
    pages = len(document.pages)
    for each in document.objects:
        if isinstance(each, pikepdf.Stream):
            each.read_raw_bytes()
    told = re.search(rb"startxref\s+\d+\s*$", body[: body.rfind(b"%%EOF")])
    if not pages or pages != int(document.Root.Pages.get("/Count", -1)) or told is None:
        raise ValueError("cut off")
    return document


# -- what acts in it --------------------------------------------------------------------------------------


def _walk(thing: Any, see: Callable[[Any, str, Any], None], depth: int = 0) -> None:
    from pikepdf import Array, Dictionary, Stream

    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(thing, (Dictionary, Stream)):
        for key in list(thing.keys()):
            value = thing[key]
            see(thing, key, value)
            if isinstance(value, (Dictionary, Array)) and not value.is_indirect and key in thing:
                _walk(value, see, depth + 1)
    elif isinstance(thing, Array):
        for value in thing:
            if isinstance(value, (Dictionary, Array)) and not value.is_indirect:
                _walk(value, see, depth + 1)


def active(document: Any) -> set[str]:
    """Kinds of active things in any object of the file, reachable or not."""
    from pikepdf import Name

    found: set[str] = set()

    def see(owner: Any, key: str, value: Any) -> None:
        if key in _ACTIVE_KEYS:
            found.add(key)
        elif (
            key == "/S" and isinstance(value, Name) and str(value) in _ACTIONS and owner.get("/Type") != "/Group"
        ) or (key == "/Subtype" and isinstance(value, Name) and str(value) in _ANNOTATIONS):
            found.add(str(value))

    for each in document.objects:
        _walk(each, see)
    return found


def _strip(owner: Any, key: str, _value: Any) -> None:
    if key in _DROPPED:
        del owner[key]


# -- anew -------------------------------------------------------------------------------------------------


def pdf(data: bytes) -> bytes | int:
    """The pages in a new file; or why not."""
    import pikepdf
    from pikepdf import Array, Dictionary, Name

    try:
        source = opened(data)
    except pikepdf.PasswordError:
        return PASSWORD
    if not 0 < len(source.pages) <= MOST_PAGES:
        return TOO_LARGE if len(source.pages) else BROKEN
    form = source.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and "/XFA" in form:
        del form["/XFA"]
    if isinstance(form, Dictionary):
        source.generate_appearance_streams()
    source.flatten_annotations("all")
    made = pikepdf.new()
    for page in source.pages:
        kept = Dictionary(Type=Name.Page)
        for name in _OF_A_PAGE:
            value, node = page.obj.get(name), page.obj
            while value is None and "/Parent" in node:
                node = node.Parent
                value = node.get(name)
            if value is None:
                continue
            if name == "/Resources":
                value = source.make_indirect(Dictionary({k: v for k, v in value.items() if k in _RESOURCES}))
            elif isinstance(value, (Array, Dictionary)) and not value.is_indirect:
                value = source.make_indirect(value)
            kept[name] = made.copy_foreign(value) if getattr(value, "is_indirect", False) else value
        made.pages.append(pikepdf.Page(made.make_indirect(kept)))
    layers = source.Root.get("/OCProperties")
    if layers is not None:  # which layers are off is kept, or hidden ones would appear
        made.Root.OCProperties = made.copy_foreign(source.make_indirect(layers))
    for each in list(made.objects):
        _walk(each, _strip)
    out = io.BytesIO()
    made.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    with pikepdf.open(io.BytesIO(out.getvalue())) as again:
        return ACTIVE if active(again) else out.getvalue()


def image(data: bytes) -> bytes | int:
    """The picture as it is handed out: what is told of the place is gone, and it fits; or why not."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None
    if heic(data):
        import pillow_heif

        pillow_heif.register_heif_opener()
    with Image.open(io.BytesIO(data), formats=("HEIF",) if heic(data) else ("JPEG", "PNG")) as opened:
        if opened.width * opened.height > (MOST_PIXELS if opened.format == "JPEG" else MOST_WHOLE):
            return TOO_MANY_PIXELS  # by what the head of the file says: nothing was decoded yet
        kind = "PNG" if opened.format == "PNG" else "JPEG"
        huge = opened.width * opened.height > ORDINARY
        if huge:
            opened.draft("RGB", (LONGEST, LONGEST))
        elif opened.format in ("JPEG", "PNG") and {*opened.info} <= _PLAIN:
            opened.load()  # whole, and with nothing to hide
            return data
        shown = ImageOps.exif_transpose(opened)
        if huge:
            shown.thumbnail((LONGEST, LONGEST))
        clear = Image.new("RGB", shown.size, "white")
        small = shown.convert("RGBA")
        clear.paste(small, mask=small.getchannel("A"))
    out = io.BytesIO()
    clear.save(out, kind, **({"quality": 90} if kind == "JPEG" else {"compress_level": 6}))
    return out.getvalue()


def bound(folder: Path) -> bytes | int:
    """The pictures of a folder as the pages of one PDF; or 100 + the page that does not open."""
    import pikepdf
    from pikepdf import Dictionary, Name

    parts = sorted((tuple(map(int, path.name.split("-"))), path) for path in folder.iterdir())
    if not 0 < len(parts) <= MOST_PHOTOS:
        return TOO_LARGE
    made = pikepdf.new()
    for (number, turn), path in parts:
        try:
            data = image(path.read_bytes())
            if isinstance(data, int):
                return A_PAGE + number
            data, wide, high, space = _jpeg(data)
        except Exception:  # whatever the decoder says, this page is the one that does not open
            return A_PAGE + number
        scale = LONG_SIDE / max(wide, high)
        picture = pikepdf.Stream(made, data)
        picture.update(
            Dictionary(
                Type=Name.XObject, Subtype=Name.Image, Width=wide, Height=high, ColorSpace=Name("/" + space),
                BitsPerComponent=8, Filter=Name.DCTDecode,
            )
        )  # fmt: skip
        box = [0, 0, round(wide * scale, 2), round(high * scale, 2)]
        drawn = f"q {box[2]} 0 0 {box[3]} 0 0 cm /Im0 Do Q".encode()
        page = Dictionary(
            Type=Name.Page, MediaBox=box, Rotate=turn, Contents=pikepdf.Stream(made, drawn),
            Resources=Dictionary(XObject=Dictionary(Im0=made.make_indirect(picture))),
        )  # fmt: skip
        made.pages.append(pikepdf.Page(made.make_indirect(page)))
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue()


def _jpeg(data: bytes) -> tuple[bytes, int, int, str]:
    """A picture as a PDF takes it: JPEG in grey or colour, its pixels untouched where it is one already."""
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
        if opened.format == "JPEG" and opened.mode in ("L", "RGB"):
            return data, opened.width, opened.height, "DeviceGray" if opened.mode == "L" else "DeviceRGB"
        clear = Image.new("RGB", opened.size, "white")
        shown = opened.convert("RGBA")
        clear.paste(shown, mask=shown.getchannel("A"))
    out = io.BytesIO()
    clear.save(out, "JPEG", quality=88)
    return out.getvalue(), clear.width, clear.height, "DeviceRGB"


#: What a picture may tell beside its pixels and leave with it; EXIF, XMP, IPTC and texts go.
_PLAIN = {
    "jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "icc_profile", "progressive", "progression", "adobe",
    "adobe_transform", "gamma", "srgb", "chromaticity", "aspect", "interlace", "transparency", "bbox",
}  # fmt: skip
#: Marks of a HEIC or HEIF file, after its first four bytes.
_HEIC = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftyphevx", b"ftypheim", b"ftypheis", b"ftypmif1", b"ftypmsf1")


def heic(data: bytes) -> bool:
    """Whether it is a picture as newer telephones take it."""
    return data[4:12] in _HEIC


def main(arguments: list[str]) -> int:
    """Write it anew, whole or not at all."""
    kind, source, target = arguments
    limit()
    try:
        whole = Path(source)
        made = bound(whole) if kind == "bound" else {"pdf": pdf, "image": image}[kind](whole.read_bytes())
    except MemoryError:
        return TOO_LARGE
    except Exception:  # every parser has its own family of errors; all mean the same to the sender
        return BROKEN
    if isinstance(made, int):
        return made
    half = Path(target).with_suffix(".half")
    half.write_bytes(made)
    half.replace(target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
