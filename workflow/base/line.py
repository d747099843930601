"""The line before SQLite's one writer: who came first writes first, whatever thread or process he is in.

SQLite lets everybody who found it busy try again by himself, after pauses that grow; so who has waited long is passed
by who has just come, and the last of a crowd waits for ever. Here everybody draws a number and waits until nobody with
a lower one is left. A number is a lock on one byte of a file beside the database: the kernel gives it up when its
holder dies, so a killed process stops nobody. The line is a courtesy; that one writes alone is still kept by SQLite.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path

#: Seconds between two looks of who is next; the others look less often, the more stand before them.
LOOK = 0.001
SELDOM = 0.02
#: Locks that belong to an open file and not to a process: threads wait for each other as processes do (Linux).
_BY_FILE = hasattr(fcntl, "F_OFD_SETLK")
_LOCK = struct.Struct("@hhqqi0q")


@contextlib.contextmanager
def place(file: Path, patience: float) -> Iterator[bool]:
    """Stand in the line; gives whether the turn came within `patience` seconds. Leaving gives the turn to the next."""
    if not _BY_FILE:
        yield True
        return
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    number = 0
    try:
        number = _number(handle)
        yield _wait(handle, number, time.monotonic() + patience)
    finally:
        _set(handle, fcntl.F_UNLCK, number)  # by name: a forked child may still have the file open
        os.close(handle)


def _set(handle: int, kind: int, number: int) -> None:
    fcntl.fcntl(handle, fcntl.F_OFD_SETLK, _LOCK.pack(kind, os.SEEK_SET, number, 1, 0))


def _number(handle: int) -> int:
    """The next number, held."""
    fcntl.flock(handle, fcntl.LOCK_EX)  # for as long as it takes to write eight bytes
    try:
        number = int.from_bytes(os.pread(handle, 8, 0), "big") + 1
        os.pwrite(handle, number.to_bytes(8, "big"), 0)
        _set(handle, fcntl.F_WRLCK, number)
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)
    return number


def _wait(handle: int, number: int, until: float) -> bool:
    """Whether everybody with a lower number has gone before `until`."""
    asked = _LOCK.pack(fcntl.F_RDLCK, os.SEEK_SET, 0, number, 0)
    while True:
        kind, _whence, first, _length, _owner = _LOCK.unpack(fcntl.fcntl(handle, fcntl.F_OFD_GETLK, asked))
        if kind == fcntl.F_UNLCK:
            return True
        left = until - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(LOOK * max(number - first, 1), SELDOM, left))
