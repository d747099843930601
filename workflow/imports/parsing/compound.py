"""An .xls as the file system it is: its records are walked before the spreadsheet parser opens it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from workflow.imports.parsing.archive import DAMAGED, ENCRYPTED, MANY_ERRORS, MOST_ERRORS, refuse_formulas
from workflow.imports.parsing.grid import Unreadable, letters, too_large

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: From here on a sector number is a mark.
_MARK = 0xFFFFFFFA
EOF, FILEPASS, BOUNDSHEET, BOF, BOOLERR = 0x0A, 0x2F, 0x85, 0x0809, 0x0205
FORMULAS = {0x0006, 0x0206, 0x0406}
CELLS = {*FORMULAS, BOOLERR, 0x0203, 0x027E, 0x00FD, 0x0204, 0x00BD, 0x00D6}
VALUES = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
#: The parser keeps a place for every cell between the first corner and the last.
MOST_CELLS = 5_000_000


class Compound:
    """The streams of an OLE file, by their names."""

    def __init__(self, data: bytes) -> None:
        shift, small = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or small != 6:
            raise Unreadable(DAMAGED)
        self.data, self.size = data, 1 << shift
        first, self.cutoff, mini = struct.unpack_from("<I4xII", data, 48)
        (table,) = struct.unpack_from("<I", data, 68)
        sectors = [it for it in struct.unpack_from("<109I", data, 76) if it < _MARK]
        for _ in range(len(data) // self.size):
            if table >= _MARK:
                break
            *more, table = self._numbers(table)
            sectors += [it for it in more if it < _MARK]
        if len(sectors) > len(data) // self.size:
            raise Unreadable(DAMAGED)
        self.fat = [number for it in sectors for number in self._numbers(it)]
        self.entries: dict[str, tuple[int, int]] = {}
        folder = self._chain(first)
        for at in range(0, len(folder) - 127, 128):
            length, kind = struct.unpack_from("<HB", folder, at + 64)
            name = folder[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            start, many = struct.unpack_from("<II", folder, at + 116)
            if kind in (2, 5):
                self.entries.setdefault(name if kind == 2 else "", (start, many))
        self.small_fat = [n for at in self._path(mini) for n in self._numbers(at)] if mini < _MARK else []
        self.small = self._chain(self.entries[""][0]) if self.small_fat and "" in self.entries else b""

    def _numbers(self, sector: int) -> tuple[int, ...]:
        return struct.unpack(f"<{self.size // 4}I", self._sector(sector))

    def _sector(self, number: int) -> bytes:
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def _path(self, number: int) -> Iterator[int]:
        for _ in range(len(self.fat) + 1):
            if number >= _MARK:
                return
            yield number
            number = self.fat[number]
        raise Unreadable(DAMAGED)  # a chain that comes back to itself

    def _chain(self, number: int) -> bytes:
        return b"".join(self._sector(it) for it in self._path(number))

    def stream(self, name: str) -> bytes:
        """The bytes of a stream."""
        start, many = self.entries[name]
        if many >= self.cutoff:
            return self._chain(start)[:many]
        pieces: list[bytes] = []
        for _ in range(len(self.small_fat) + 1):
            if start >= _MARK:
                return b"".join(pieces)[:many]
            pieces.append(self.small[start * 64 : start * 64 + 64])
            start = self.small_fat[start]
        raise Unreadable(DAMAGED)


@dataclass
class Walk:
    """What the records tell of one sheet."""

    formula: str = ""
    formulas: int = 0
    rows: int = 0
    columns: int = 0
    #: row -> column -> what stands there, both counted from 0
    errors: dict[int, dict[int, str]] = field(default_factory=dict)

    def refuse_distance(self) -> None:
        """Refuses a sheet that is mostly empty distance."""
        if self.rows * self.columns > MOST_CELLS:
            raise too_large()

    def result(self) -> dict[int, dict[int, str]]:
        """The error values; refuses formulas."""
        refuse_formulas(self.formula, self.formulas)
        return self.errors


def workbook(data: bytes) -> bytes:
    """The stream of the workbook; refuses an encrypted one and files that are none."""
    compound = Compound(data)
    if {"EncryptedPackage", "EncryptionInfo"} & set(compound.entries):
        raise Unreadable(ENCRYPTED)
    name = next((it for it in ("Workbook", "WORKBOOK", "Book", "BOOK") if it in compound.entries), "")
    if not name:
        raise Unreadable(
            "这个文件不是 Excel 工作簿（可能是 Word 等其他文档）；请用 Excel 或 WPS 另存为 .xlsx 后再上传。"
        )
    return compound.stream(name)


def _records(book: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """(kind, offset of the body, its length) from the beginning of a part to its end."""
    depth, end = 0, len(book) - 3
    unpack = struct.Struct("<HH").unpack_from
    while at < end:
        kind, length = unpack(book, at)
        if kind == BOF:
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth <= 0:
                return
        yield kind, at + 4, length
        at += 4 + length


def sheets(book: bytes) -> list[int]:
    """Where each sheet begins, in the order of the workbook; refuses an encrypted one."""
    found = []
    for kind, at, _length in _records(book, 0):
        if kind == FILEPASS:
            raise Unreadable(ENCRYPTED)
        if kind == BOUNDSHEET:
            found.append(struct.unpack_from("<I", book, at)[0])
    return found


def walk(book: bytes, start: int) -> Walk:
    """Formulas, error values and the extent of the sheet that begins at `start`."""
    told = Walk()
    many = 0
    unpack = struct.Struct("<HH").unpack_from
    for kind, at, length in _records(book, start):
        if kind not in CELLS:
            continue
        row, column = unpack(book, at)
        if row >= told.rows:
            told.rows = row + 1
        if column >= told.columns:
            told.columns = column + 1
        if kind in FORMULAS:
            told.formulas += 1
            told.formula = told.formula or f"{letters(column)}{row + 1}"
        elif kind == BOOLERR and length >= 8 and book[at + 7]:
            many += 1
            if many > MOST_ERRORS:
                raise Unreadable(MANY_ERRORS)
            told.errors.setdefault(row, {})[column] = VALUES.get(book[at + 6], "#N/A")
    return told
