"""What a place for files must be able to do, and how it says no. Two are built: on_disk.py and on_s3.py.

A name is a path of plain characters that ends in the SHA-256 of the content, so whoever reads can tell whether he got
what was put there. A shelf knows nothing of digests: store.py checks them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from workflow.base.clock import PROVINCE, machine_now
from workflow.base.errors import NotNow

#: Files travel in pieces of this size.
PIECE = 1 << 20


class Absent(NotNow):
    """There is no such file in the store."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(
            sentence
            or "文件已不在文件存储中（可能被误删，或备份没有恢复完整），不能使用；"
            "请重新上传同一文件，或联系系统管理员核对文件存储。"
        )


class Damaged(NotNow):
    """What lies there is not what was put there."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(
            sentence
            or "文件存储中的文件已损坏（内容与上传时的摘要不符），不能使用；"
            "请重新上传同一文件，或联系系统管理员从备份恢复。"
        )


class Unavailable(NotNow):
    """The store takes nothing or answers nothing at present: full, read-only, out of reach. Nothing half written
    stays."""


def full() -> Unavailable:
    """No room is left."""
    return Unavailable("文件存储空间已满，文件没有保存，本次操作没有写入任何数据；请联系系统管理员扩容或清理后再试。")


def closed() -> Unavailable:
    """It refuses what the product asks for: read-only, or the keys do not fit."""
    return Unavailable(
        "文件存储不允许本次读写（只读或没有权限），本次操作没有写入任何数据；请联系系统管理员检查文件存储的权限后再试。"
    )


def away() -> Unavailable:
    """It does not answer, or not in time."""
    return Unavailable(
        "文件存储暂时无法访问，本次操作没有写入任何数据；请稍后再试，仍不行请联系系统管理员检查文件存储。"
    )


def seconds() -> float:
    """Now, in seconds since 1970, to compare with when an object was written."""
    return machine_now().replace(tzinfo=PROVINCE).timestamp()


@dataclass(frozen=True)
class Kept:
    """What a shelf tells of one object."""

    name: str
    size: int
    written: float  #: seconds since 1970, by the shelf's clock
    stamp: str  #: another one as soon as the object has been written anew


class Pieces:
    """The bytes of an open file from `start` to before `end`; the file is closed at the end, or by `close`."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file, self._left = file, max(end - start, 0)
        file.seek(start)

    def __iter__(self) -> Pieces:
        return self

    def __next__(self) -> bytes:
        try:
            piece = self._file.read(min(PIECE, self._left)) if self._left else b""
        except OSError as error:
            raise away() from error
        if not piece:
            self.close()
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Let go of the file."""
        self._left = 0
        self._file.close()


class Shelf(Protocol):
    """A place for files. Every method may raise `Unavailable`."""

    #: for people and logs; without keys
    title: str

    def put(self, name: str, source: BinaryIO, size: int, *, anew: bool = False) -> str:
        """Keep all of `source`, whole or not at all, for good when this returns; its stamp, and "" where the name is
        taken already, unless `anew`."""
        ...

    def read(self, name: str, start: int = 0, end: int | None = None) -> tuple[Kept, Iterator[bytes]]:
        """The object and its bytes from `start` to before `end`, in pieces. Raises Absent."""
        ...

    def find(self, name: str) -> Kept | None:
        """What is known of the object without reading it; None when there is none."""
        ...

    def all(self, under: str = "") -> Iterator[Kept]:
        """Every object whose name begins with that folder; of halves left by a crash nothing is told."""
        ...

    def remove(self, names: Sequence[str]) -> None:
        """Take objects away; those that are not there count as taken away."""
        ...

    def tidy(self, before: float) -> int:
        """Take away halves left by crashes earlier than that moment; how many."""
        ...

    def path(self, name: str) -> Path | None:
        """Where the object lies in the file system of this machine, for shelves that have such a place."""
        ...

    def probe(self) -> None:
        """Raise Unavailable when nothing could be read or written now; cheap."""
        ...
