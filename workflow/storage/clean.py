"""What is handed out of a file: what was uploaded stays sealed in the store, byte for byte, for a signature is verified
only there; what leaves the product is written anew, with nothing in it that acts (workflow/storage/rebuild.py).

It is made when first asked for, in a process of its own with limits, and kept by the file's digest in the cache of this
node, beside the drawn pages; every other node makes the same again.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from models.declarations.material import StoredFile
from workflow.base.errors import NotNow, Refused
from workflow.storage import files
from workflow.storage.anew import run, said
from workflow.storage.store import Reading, store

#: Media type -> what is written anew, the ending of that, and its media type.
KINDS = {
    "application/pdf": ("pdf", "pdf", "application/pdf"),
    "image/heic": ("image", "jpg", "image/jpeg"),
    "image/jpeg": ("image", "jpg", "image/jpeg"),
    "image/png": ("image", "png", "image/png"),
}
PIECE = 1 << 16


@contextlib.contextmanager
def at_hand(stored: StoredFile) -> Iterator[Path]:
    """What is handed out of a PDF or a picture, as a path of this machine. Refused like `files.open_file`, and where it
    cannot be written anew."""
    kind, ending, _media_type = KINDS[stored.media_type]
    kept = store().cache / stored.sha256[:2] / stored.sha256 / f"clean-2.{ending}"
    files.open_file(stored, 0, 1).close()  # what the store has lost is told, whatever lies in the cache
    if not kept.exists():
        half = kept.with_name(f".{secrets.token_hex(8)}")
        try:
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with files.at_hand(stored) as source:
                status = run(kind, source, half)
            if status == 0:
                half.replace(kept)
        except OSError as error:
            raise NotNow("本服务器的临时空间已满或不可写，暂时不能下载；请稍后再试，或联系系统管理员。") from error
        finally:
            half.unlink(missing_ok=True)
        if status:
            raise Refused(
                f"文件“{stored.name}”{said(status).split('；')[0]}，不能预览和下载；请由上传人换一份后重新上传。"
            )
    yield kept


def open_file(stored: StoredFile, start: int = 0, end: int | None = None) -> Reading:
    """The bytes that are handed out, whole or a part; PDF and pictures written anew, a table as it was sent."""
    if stored.media_type not in KINDS:
        return files.open_file(stored, start, end)
    with at_hand(stored) as path:
        file = path.open("rb")
    total = os.fstat(file.fileno()).st_size
    last = total if end is None else min(end, total)

    def pieces() -> Iterator[bytes]:
        with file:
            file.seek(min(start, total))
            left = last - min(start, total)
            while left > 0 and (piece := file.read(min(PIECE, left))):
                left -= len(piece)
                yield piece

    return Reading(total, min(start, total), last, _Closing(pieces(), file))


def size_of(stored: StoredFile) -> int:
    """How many bytes are handed out."""
    if stored.media_type not in KINDS:
        return stored.size
    with at_hand(stored) as path:
        return path.stat().st_size


def called(stored: StoredFile) -> tuple[str, str]:
    """Name and media type of what is handed out: a HEIC photograph leaves as a JPEG."""
    media_type = KINDS.get(stored.media_type, ("", "", stored.media_type))[2]
    name = stored.name if media_type == stored.media_type else f"{stored.name.rpartition('.')[0]}.jpg"
    return name, media_type


class _Closing:
    """Pieces that let go of their file even when nobody has begun to read them."""

    def __init__(self, pieces: Iterator[bytes], file: object) -> None:
        self.pieces, self.file = pieces, file

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces

    def __next__(self) -> bytes:
        return next(self.pieces)

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()  # type: ignore[attr-defined]


__all__ = ["at_hand", "called", "open_file", "size_of"]
