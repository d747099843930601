"""The one store of files: uploads, tables to import, results of long work. Every node and every worker reads the same.

Files are named by the SHA-256 of their content and written once. What belongs to one record and goes with it (a table
that is read once, a result that is kept for a week) lies under that record; everything else lies together, the same
content once. What is read whole is compared with its digest, so a damaged file is a refusal and never a wrong page.

Order: the file first, then the commit of its row. A row never names a file that was not kept; a file whose row was
rolled back harms nobody and is swept.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from workflow.storage.on_disk import Disk
from workflow.storage.on_s3 import Bucket
from workflow.storage.shelf import PIECE, Absent, Damaged, Kept, Pieces, Shelf, Unavailable, away, seconds

__all__ = [
    "Absent", "Damaged", "Reading", "Store", "Unavailable", "digest_of", "install", "name_of", "shelf_of", "store",
]  # fmt: skip

#: A copy of up to so many bytes is held in memory while it is sent, a larger one on the disk of the node.
IN_MEMORY = 4 << 20
#: A file that is put a second time counts as written now when it is older than this: the sweeper looks at the age.
RENEWED = 3600
#: Objects that a process remembers having compared with their digest.
REMEMBERED = 20_000


@dataclass
class Reading:
    """Some bytes of a file while they are read: from `start` to before `end`, of `total`."""

    total: int
    start: int
    end: int
    pieces: Iterator[bytes]

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces

    def close(self) -> None:
        """Let go of the file; the server calls it when a reader has gone away."""
        if hasattr(self.pieces, "close"):
            self.pieces.close()


class Store:
    """Files by digest on a shelf; `cache` is a folder of this node for what can be made again."""

    def __init__(self, shelf: Shelf, cache: str | Path) -> None:
        self.shelf, self.cache = shelf, Path(cache)
        self._whole: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    # -- writing -----------------------------------------------------------------------------------------

    def put(self, digest: str, source: bytes | BinaryIO, *, under: str = "") -> None:
        """Keep the content with that SHA-256. Kept already, it is compared, and mended where it is damaged.

        Taken: bytes or a seekable stream; `under` the record it belongs to, such as `results/17`. Refused: a
        store that is full, closed or away (Unavailable). Content that has another digest is an error of the
        caller.
        """
        stream: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source
        found, size = _digest(stream)
        if found != digest:
            raise ValueError("the content does not have that digest")
        name = name_of(digest, under)
        if self._put(name, stream, size):
            return
        if not self._lies_well(name, digest):
            self._put(name, stream, size, anew=True)

    def _put(self, name: str, stream: BinaryIO, size: int, *, anew: bool = False) -> bool:
        stream.seek(0)
        if stamp := self.shelf.put(name, stream, size, anew=anew):
            self._remember(name, stamp)
        return bool(stamp)

    def _lies_well(self, name: str, digest: str) -> bool:
        """Whether what lies there is whole, and young enough to be left alone by the sweeper until our row is
        committed."""
        kept = self.shelf.find(name)
        if kept is None or kept.written < seconds() - RENEWED:
            return False
        if self._known(kept):
            return True
        try:
            self._copy(name, digest).close()
        except (Absent, Damaged):
            return False
        return True

    def forget(self, under: str) -> None:
        """Take away everything that belongs to a record."""
        if "/" not in under:
            raise ValueError(f"{under} is no record")
        self.shelf.remove([kept.name for kept in self.shelf.all(under)])

    # -- reading -----------------------------------------------------------------------------------------

    def exists(self, digest: str, *, under: str = "") -> bool:
        """Whether a file of that name lies there; whether it is whole is seen when it is read."""
        return self.shelf.find(name_of(digest, under)) is not None

    def open(self, digest: str, start: int = 0, end: int | None = None, *, under: str = "") -> Reading:
        """Bytes of a file as a stream. A file that is missing or damaged is refused before the first byte.

        The whole file is always compared with its digest; a part only when this process has not yet seen the
        file whole.
        """
        name = name_of(digest, under)
        if start or end is not None:
            kept, pieces = self.shelf.read(name, start, end)
            if self._known(kept):
                return Reading(
                    kept.size, min(start, kept.size), min(kept.size if end is None else end, kept.size), pieces
                )
            if hasattr(pieces, "close"):
                pieces.close()
        file = self._copy(name, digest)
        total = file.seek(0, io.SEEK_END)
        last = total if end is None else min(end, total)
        return Reading(total, min(start, total), last, Pieces(file, min(start, total), last))

    def fetch(self, digest: str, *, under: str = "") -> BinaryIO:
        """The whole file, compared with its digest, as a seekable stream of this machine."""
        return self._copy(name_of(digest, under), digest)

    @contextlib.contextmanager
    def at_hand(self, digest: str, *, under: str = "") -> Iterator[Path]:
        """The whole file, compared with its digest, as a path of this machine: for the processes that draw
        and parse."""
        name = name_of(digest, under)
        with contextlib.ExitStack() as held:
            copy = held.enter_context(self._copy(name, digest))
            if (path := self.shelf.path(name)) is None:
                with self._scratch() as folder:
                    file = held.enter_context(tempfile.NamedTemporaryFile(dir=folder))
                    shutil.copyfileobj(copy, file, PIECE)
                    file.flush()
                path = Path(file.name)
            yield path

    def _copy(self, name: str, digest: str) -> BinaryIO:
        if (path := self.shelf.path(name)) is not None:
            self.compare(name, digest)
            try:
                return open(path, "rb")
            except OSError as error:
                raise away() from error
        kept, pieces = self.shelf.read(name)
        seen = hashlib.sha256()
        with self._scratch() as folder:
            copy = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(folder))  # noqa: SIM115  (closed by whoever reads it)
            for piece in pieces:
                seen.update(piece)
                copy.write(piece)
        if seen.hexdigest() != digest:
            copy.close()
            raise Damaged
        self._remember(kept.name, kept.stamp)
        copy.seek(0)
        return cast(BinaryIO, copy)

    def compare(self, name: str, digest: str) -> int:
        """Read the object of that name and compare it with its digest; its size. Raises Absent, Damaged."""
        kept, pieces = self.shelf.read(name)
        seen = hashlib.sha256()
        for piece in pieces:
            seen.update(piece)
        if seen.hexdigest() != digest:
            raise Damaged
        self._remember(kept.name, kept.stamp)
        return kept.size

    @contextlib.contextmanager
    def _scratch(self) -> Iterator[Path]:
        """The folder of this node for copies; where it takes none, the file cannot be served for the moment."""
        try:
            self.cache.mkdir(mode=0o700, parents=True, exist_ok=True)
            yield self.cache
        except OSError as error:
            raise Unavailable(
                "本服务器的临时空间已满或不可写，文件暂时不能打开；请稍后再试，仍不行请联系系统管理员。"
            ) from error

    # -- remembering what has been compared --------------------------------------------------------------

    def _known(self, kept: Kept) -> bool:
        with self._lock:
            return self._whole.get(kept.name) == kept.stamp

    def _remember(self, name: str, stamp: str) -> None:
        with self._lock:
            self._whole[name] = stamp
            self._whole.move_to_end(name)
            while len(self._whole) > REMEMBERED:
                self._whole.popitem(last=False)


def name_of(digest: str, under: str = "") -> str:
    """The name of an object: shared files in folders of two characters, the others under their record."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise ValueError(f"not a SHA-256: {digest}")
    return f"{under}/{digest}" if under else f"{digest[:2]}/{digest[2:4]}/{digest}"


def digest_of(source: bytes | BinaryIO) -> str:
    """The SHA-256 by which that content is kept."""
    return _digest(io.BytesIO(source) if isinstance(source, bytes) else source)[0]


def _digest(stream: BinaryIO) -> tuple[str, int]:
    stream.seek(0)
    found = hashlib.sha256()
    size = 0
    while piece := stream.read(PIECE):
        found.update(piece)
        size += len(piece)
    return found.hexdigest(), size


def shelf_of(url: str, folder: str | Path, access: Mapping[str, str]) -> Shelf:
    """The shelf at that address: "" is the folder, `s3://bucket/prefix` a bucket. Any other address is an error."""
    return Bucket(url, access) if url else Disk(folder)


_store: Store | None = None


def install(made: Store) -> None:
    """Say which store this process uses; once at start."""
    global _store
    _store = made


def store() -> Store:
    """The store of this process."""
    if _store is None:
        raise RuntimeError("install was not called")
    return _store
