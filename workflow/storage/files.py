"""Keep files (电子档案): opened by the real parser of their type, content-addressed, outside the web root.

TRUST: uploads. A file is accepted when its ending, its signature and its parser agree, and refused with a
sentence otherwise. Nobody reads a file by its name: a random key leads to the row, and the row policy of
the owning record decides.
"""

from __future__ import annotations

import io
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from models.declarations.material import StoredFile
from workflow.base import settings
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.storage import rebuild
from workflow.storage.anew import anew, said
from workflow.storage.store import Absent, Damaged, Reading, Unavailable, digest_of
from workflow.storage.store import store as file_store

#: ending -> (media type, kind of parser)
TYPES = {
    "pdf": ("application/pdf", "pdf"),
    "jpg": ("image/jpeg", "image"),
    "jpeg": ("image/jpeg", "image"),
    "png": ("image/png", "image"),
    "heic": ("image/heic", "image"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "zip"),
}
SIGNATURES = {
    "pdf": b"%PDF-",
    "jpg": b"\xff\xd8\xff",
    "jpeg": b"\xff\xd8\xff",
    "png": b"\x89PNG\r\n\x1a\n",
    "xlsx": b"PK\x03\x04",
}
#: Pictures of telephones that browsers cannot show: taken wherever a JPEG is, kept sealed, handed out as a JPEG.
HEIC = ("heic", "heif")


def store(
    uow: UnitOfWork,
    content: bytes | BinaryIO,
    name: str,
    *,
    owner: Any,
    purpose: str,
    accept: Sequence[str] = ("pdf", "jpg", "jpeg", "png"),
    field: str = "file",
    max_mb: int | None = None,
) -> StoredFile:
    """Check and keep one file for `owner` (a flushed record); its row is committed with the unit of work, after
    the file.

    Refused: what is too large, of another kind, or does not open; a store that takes nothing at present.
    """
    data = content if isinstance(content, bytes) else content.read()
    name = clean_name(name)
    limit = max_mb or settings.value(uow.session, "upload_max_mb")
    ending = inspect(data, name, accept=accept, max_mb=limit, field=field)
    pages = count_pages(data, ending, name, field)
    digest = digest_of(data)
    stored = StoredFile(
        key=new_key(),
        sha256=digest,
        name=name,
        media_type=TYPES[ending][0],
        size=len(data),
        pages=pages,
        owner_kind=owner.__tablename__,
        owner_id=owner.id,
        purpose=purpose,
        uploaded_at=uow.now.replace(microsecond=0),
        uploaded_by=uow.actor.id,
    )
    uow.session.add(stored)
    uow.session.flush()  # before the file is looked for: a sweep waits for the row, or the row for the sweep
    with _field(field):
        file_store().put(digest, data)
    uow.record("store_file", stored, name=name, sha256=digest, size=len(data), purpose=purpose)
    return stored


def keep_made(uow: UnitOfWork, data: bytes, name: str, *, owner: Any, purpose: str, pages: int) -> StoredFile:
    """Keep a PDF that the product itself has made for `owner` (a flushed record). Refused: a full store."""
    digest = digest_of(data)
    stored = StoredFile(
        key=new_key(),
        sha256=digest,
        name=clean_name(name),
        media_type=TYPES["pdf"][0],
        size=len(data),
        pages=pages,
        owner_kind=owner.__tablename__,
        owner_id=owner.id,
        purpose=purpose,
        uploaded_at=uow.now.replace(microsecond=0),
        uploaded_by=uow.actor.id,
    )
    uow.session.add(stored)
    uow.session.flush()
    file_store().put(digest, data)
    return stored


def new_key() -> str:
    """The random id by which a file is asked for."""
    return secrets.token_hex(16)


def check_shape(data: bytes, name: str, *, lowest: float, highest: float, least: int, field: str) -> None:
    """Refuse a photo that is not upright like a 二寸照: width by height between the two ratios, wide enough to
    print."""
    from PIL import Image

    if rebuild.heic(data):
        data = anew(data, "image", name, field)
    try:
        with Image.open(io.BytesIO(data)) as opened:
            # as the camera was held
            wide, high = opened.size if opened.getexif().get(0x0112, 1) < 5 else opened.size[::-1]
    except Exception:  # whatever does not open is told by `store`
        return
    if wide < least or not lowest <= wide / high <= highest:
        raise Refused(
            f"照片“{name}”为 {wide}×{high} 像素，不是竖版二寸照（宽高比约 5:7，宽不少于 {least} 像素）；"
            "请裁剪后重新上传。",
            field=field,
        )


def clean_name(name: str) -> str:
    """The file's own name without folders and control characters, at most 120 characters."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if c.isprintable()).strip() or "未命名"
    stem, dot, ending = name.rpartition(".")
    return (stem[:110] + dot + ending[:9]) if dot else name[:120]


def inspect(data: bytes, name: str, *, accept: Sequence[str], max_mb: int, field: str) -> str:
    """The ending of an acceptable file; refuses by size, ending and signature."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    kinds = "、".join(sorted({e.upper() for e in accept} - {"JPEG"}))
    if not data:
        raise Refused(f"文件“{name}”是空的，请重新选择文件。", field=field)
    if ending in HEIC or (ending in ("jpg", "jpeg") and rebuild.heic(data)):  # phones call some of them .jpg
        ending = "heic" if "jpg" in accept else ending
    if ending not in accept and not (ending == "heic" and "jpg" in accept):
        raise Refused(f"文件“{name}”的类型不能上传，只接受 {kinds}；请转换格式后再上传。", field=field)
    if len(data) > max_mb * 1024 * 1024:
        raise Refused(
            f"文件“{name}”为 {len(data) / 1048576:.1f} MB，超过 {max_mb} MB 的上限；请压缩或拆分后再上传。", field=field
        )
    if ending == "heic":
        if not rebuild.heic(data):
            raise Refused(f"文件“{name}”的内容不是 HEIC 照片；请上传原始文件，不要改扩展名。", field=field)
        return ending
    found = data[:1024].find(SIGNATURES[ending]) if ending == "pdf" else data.find(SIGNATURES[ending], 0, 16)
    if found < 0 or (found and ending != "pdf"):  # mail gateways put a mark or blank lines before a PDF
        raise Refused(f"文件“{name}”的内容与扩展名 .{ending} 不符；请上传原始文件，不要改扩展名。", field=field)
    return ending


def count_pages(data: bytes, ending: str, name: str, field: str) -> int:
    """Open the file with the parser of its type; the number of pages, or a refusal when it does not open."""
    kind = TYPES[ending][1]
    try:
        if kind == "pdf":
            return _pdf_pages(data, name, field)
        if kind == "image":
            return _image_opens(data, name, field)
        return _zip_opens(data)
    except Refused:
        raise
    except Exception as error:  # every parser has its own family of errors; all mean the same to the sender
        raise Refused(
            f"文件“{name}”已损坏或不是有效的 {ending.upper()}，无法打开；请重新扫描或导出后上传。", field=field
        ) from error


def _pdf_pages(data: bytes, name: str, field: str) -> int:
    """The pages of a PDF that is whole and opens without a password; one that acts must be writable anew."""
    import pikepdf

    try:
        document = rebuild.opened(data)
    except pikepdf.PasswordError:
        raise Refused(f"文件“{name}”{said(rebuild.PASSWORD)}。", field=field) from None
    except Exception as error:  # every family of the parser's errors, and what was cut
        raise Refused(f"文件“{name}”{said(rebuild.BROKEN)}。", field=field) from error
    with document:
        pages = len(document.pages)
        acts = rebuild.active(document)
    if acts:
        anew(data, "pdf", name, field)
    if pages == 0:
        raise ValueError("no pages")
    return pages


def _image_opens(data: bytes, name: str, field: str) -> int:
    """A picture opens, in a process of its own: no decoder takes memory from others or falls over in the server."""
    anew(data, "image", name, field)
    return 1


def _zip_opens(data: bytes) -> int:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if len(infos) > 2000 or sum(i.file_size for i in infos) > 200 << 20:
            raise ValueError("unpacks to too much")
        if archive.testzip():
            raise ValueError("damaged")
    return 1


@contextmanager
def _field(name: str) -> Iterator[None]:
    """A store that takes nothing is told at the field of the file."""
    try:
        yield
    except Unavailable as refusal:
        raise Unavailable(str(refusal.sentence), field=name) from refusal


# -- reading -----------------------------------------------------------------------------------------------


def open_file(stored: StoredFile, start: int = 0, end: int | None = None) -> Reading:
    """The bytes of a stored file as a stream, the whole or a part. Refused: a file that is missing or damaged, or
    a store that does not answer; always before the first byte."""
    with _called(stored):
        return file_store().open(stored.sha256, start, end)


def read(stored: StoredFile) -> bytes:
    """All bytes of a stored file, compared with its digest; refused like `open_file`."""
    with _called(stored), file_store().fetch(stored.sha256) as file:
        return file.read()


@contextmanager
def at_hand(stored: StoredFile) -> Iterator[Path]:
    """A stored file as a path of this machine, compared with its digest; refused like `open_file`."""
    with ExitStack() as held:
        with _called(stored):
            path = held.enter_context(file_store().at_hand(stored.sha256))
        yield path


@contextmanager
def _called(stored: StoredFile) -> Iterator[None]:
    """What is wrong with a file is told with its name, and with what helps: the same file sent again mends the
    store."""
    try:
        yield
    except Absent as refusal:
        raise Absent(
            f"文件“{stored.name}”已不在文件存储中（可能被误删，或备份没有恢复完整），不能预览或下载；"
            "请由上传人重新上传该文件，或联系系统管理员核对文件存储。"
        ) from refusal
    except Damaged as refusal:
        raise Damaged(
            f"文件“{stored.name}”在文件存储中已损坏（与上传时的内容不一致），不能预览或下载；"
            "请由上传人重新上传该文件，或联系系统管理员从备份恢复。"
        ) from refusal
