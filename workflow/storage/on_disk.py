"""Files in a folder of this machine: synced to the disk, file and folder, before anybody is told that they are kept."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from workflow.storage.shelf import PIECE, Absent, Kept, Pieces, Unavailable, away, closed, full

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
#: What is being written lies here until it is whole.
DRAFTS = ".drafts"
#: Below so many free bytes the disk counts as full before a file is even tried.
LEAST_FREE = 16 << 20


class Disk:
    """A folder. Object `a/b` is the file `a/b` in it."""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        self.title = str(self.root)
        (self.root / DRAFTS).mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, name: str, source: BinaryIO, size: int, *, anew: bool = False) -> str:
        """Written aside, synced, then given its name; the folder is synced as well, or a power cut would lose
        the name."""
        path = self.root / name
        with _told():
            if not anew and path.exists():
                return ""
            self._folder(path.parent)
            draft = self.root / DRAFTS / secrets.token_hex(16)
            try:
                handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as out:
                    shutil.copyfileobj(source, out, PIECE)
                    out.flush()
                    os.fsync(out.fileno())
                    if out.tell() != size:
                        raise ValueError("the source ended early")
                    stamp = _kept(name, os.fstat(out.fileno())).stamp
                if not anew and not _named(draft, path):
                    return ""
                if anew:
                    draft.replace(path)
                _sync(path.parent)
            finally:
                draft.unlink(missing_ok=True)
        return stamp

    def _folder(self, path: Path) -> None:
        """Make the folder, and those above it up to the root, so that a power cut does not lose them. Never
        the root itself: where that is gone, a disk is not mounted."""
        if path.is_dir():
            return
        if path == self.root:
            raise FileNotFoundError(errno.ENOENT, "the folder of the store is gone", str(path))
        self._folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        _sync(path.parent)

    def read(self, name: str, start: int = 0, end: int | None = None) -> tuple[Kept, Iterator[bytes]]:
        """The file and its bytes."""
        with self._present():
            file = open(self.root / name, "rb")  # noqa: SIM115  (closed when it has been read)
            kept = _kept(name, os.fstat(file.fileno()))
        return kept, Pieces(file, start, kept.size if end is None else min(end, kept.size))

    def find(self, name: str) -> Kept | None:
        """What the folder tells of the file."""
        try:
            with self._present():
                return _kept(name, (self.root / name).stat())
        except Absent:
            return None

    @contextlib.contextmanager
    def _present(self) -> Iterator[None]:
        """A file that is not there is Absent; without the folder itself nothing is known of any file."""
        with _told():
            try:
                yield
            except FileNotFoundError:
                if not self.root.is_dir():
                    raise
                raise Absent from None

    def all(self, under: str = "") -> Iterator[Kept]:
        """Every file, folder by folder, in the order of the names."""
        with _told():
            if not self.root.is_dir():
                raise FileNotFoundError(errno.ENOENT, "the folder of the store is gone", self.title)
            yield from self._walk(self.root / under if under else self.root)

    def _walk(self, folder: Path) -> Iterator[Kept]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        for entry in entries:
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if path != self.root / DRAFTS:
                    yield from self._walk(path)
            elif "." not in entry.name:  # halves of earlier versions carry a dot
                with contextlib.suppress(FileNotFoundError):
                    yield _kept(path.relative_to(self.root).as_posix(), entry.stat())

    def remove(self, names: Sequence[str]) -> None:
        """Unlink, and the folders that are empty then; those of the digests stay."""
        with _told():
            for name in names:
                path = self.root / name
                path.unlink(missing_ok=True)
                if name.count("/") > 1 and len(path.parent.name) > 2:
                    with contextlib.suppress(OSError):
                        path.parent.rmdir()

    def tidy(self, before: float) -> int:
        """Drafts, and the halves that earlier versions left beside the files."""
        count = 0
        with _told():
            for path in [*(self.root / DRAFTS).glob("*"), *self.root.glob("??/??/*.*")]:
                with contextlib.suppress(FileNotFoundError):
                    if path.is_file() and path.stat().st_mtime < before:
                        path.unlink()
                        count += 1
        return count

    def path(self, name: str) -> Path | None:
        """The file itself."""
        return self.root / name

    def probe(self) -> None:
        """The folder is there, may be written and has room."""
        with _told():
            free = os.statvfs(self.root)
            if not os.access(self.root / DRAFTS, os.W_OK):
                raise closed()
            if free.f_bavail * free.f_frsize < LEAST_FREE:
                raise full()


def _named(draft: Path, path: Path) -> bool:
    """Give the draft its name unless somebody else was faster; file systems without hard links let the later one
    win."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:
        draft.replace(path)
    return True


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _kept(name: str, told: os.stat_result) -> Kept:
    return Kept(name, told.st_size, told.st_mtime, f"{told.st_ino}-{told.st_mtime_ns}-{told.st_size}")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What the system says of the disk, in our words."""
    try:
        yield
    except OSError as error:
        raise _words(error) from error


def _words(error: OSError) -> Unavailable:
    return full() if error.errno in FULL else closed() if error.errno in CLOSED else away()
