"""An .xlsx as the archive it is: looked at before any spreadsheet parser sees it (TRUST T9)."""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree  # only parts of at most 1 MB without a DOCTYPE come here

from workflow.imports.parsing.grid import Unreadable

MOST_ENTRIES = 2_000
MOST_UNPACKED = 200 << 20
#: An entry may unpack to this many times its size, once it is past `SMALL`.
MOST_RATIO = 100
SMALL = 100 << 10
MOST_ERRORS = 10_000
_BLOCK = 1 << 20
_PROLOG = 64 << 10

DAMAGED = "文件已损坏或没有下载完整，无法打开；请用 Excel 或 WPS 打开原文件，另存为 .xlsx 后再上传。"
BOMB = "文件展开后过大（{what}），不能读取；请把有用的行列复制到新下载的模板中再上传。"
ENTITY = "文件内含外部实体声明，正常的 Excel 文件不会有；请用 Excel 或 WPS 另存为 .xlsx 后再上传。"
ENCRYPTED = "文件设有打开密码，无法读取；请用 Excel 或 WPS 打开，取消密码后再上传。"
MANY_ERRORS = f"表中 Excel 的错误值（#N/A、#REF! 等）超过 {MOST_ERRORS:,} 个，或没有注明位置；请先改正错误值，再上传。"
_COLUMNS = re.compile(rb'r="([A-Z]{1,3})(\d{1,7})"')


@dataclass(frozen=True)
class Part:
    """A sheet of the workbook and where it lies in the archive."""

    name: str
    hidden: bool
    path: str


def guard(path: str) -> zipfile.ZipFile:
    """The archive, once its central directory promises nothing hostile."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable(DAMAGED) from error
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Unreadable(BOMB.format(what=f"含 {len(entries):,} 个部件，上限 {MOST_ENTRIES:,} 个"))
    unpacked = sum(it.file_size for it in entries)
    if unpacked > MOST_UNPACKED:
        raise Unreadable(BOMB.format(what=f"{unpacked >> 20:,} MB，上限 {MOST_UNPACKED >> 20} MB"))
    for it in entries:
        if it.flag_bits & 1:
            raise Unreadable(ENCRYPTED)
        if it.file_size > SMALL and it.file_size > MOST_RATIO * max(it.compress_size, 1):
            raise Unreadable(BOMB.format(what=f"压缩比超过 {MOST_RATIO} 倍"))
    names = [it.filename.lower() for it in entries]
    if len(set(names)) != len(names):
        raise Unreadable(DAMAGED)
    if not any(it.startswith("xl/") and it.endswith(".xml") for it in names) or "xl/workbook.bin" in names:
        other = "这是二进制工作簿（.xlsb）" if "xl/workbook.bin" in names else "这个文件不是 Excel 工作簿"
        raise Unreadable(f"{other}，不能读取；请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
    for name in archive.namelist():
        if name.lower().endswith((".xml", ".rels")):
            _prolog(archive, name)
    return archive


def _prolog(archive: zipfile.ZipFile, name: str) -> None:
    """Refuses a part that declares entities, or hides where its root begins."""
    with archive.open(name) as part:
        head = part.read(_PROLOG)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise Unreadable(ENTITY)
    if head and not re.search(rb"<[A-Za-z_]", head):  # also everything in UTF-16
        raise Unreadable(DAMAGED)


def _tree(archive: zipfile.ZipFile, name: str) -> ElementTree.Element | None:
    """A small part as a tree; None when it is not there."""
    real = next((it for it in archive.infolist() if it.filename.lower() == name.lower()), None)
    if real is None:
        return None
    if real.file_size > _BLOCK:
        raise Unreadable(BOMB.format(what=f"部件 {name} 过大"))
    text = archive.read(real)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Unreadable(ENTITY)
    return ElementTree.fromstring(text)  # noqa: S314 - no entity can be declared here


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _related(archive: zipfile.ZipFile, path: str, kind: str) -> dict[str, str]:
    """Where the parts of that kind lie that the part at `path` refers to, by the key of the relation."""
    folder, name = posixpath.split(path)
    relations = _tree(archive, posixpath.join(folder, "_rels", name + ".rels"))
    if relations is None:
        raise Unreadable(DAMAGED)
    return {
        it.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, it.get("Target", ""))).lstrip("/")
        for it in relations
        if it.get("Type", "").endswith("/" + kind)
    }


def parts(archive: zipfile.ZipFile) -> list[Part]:
    """The sheets with cells, in the order of the workbook."""
    place = next(iter(_related(archive, "", "officeDocument").values()), "")
    book = _tree(archive, place)
    if book is None:
        raise Unreadable(DAMAGED)
    targets = _related(archive, place, "worksheet")
    found = []
    for it in book.iter():
        key = next((value for name, value in it.attrib.items() if _local(name) == "id" and name != "id"), "")
        if _local(it.tag) == "sheet" and key in targets:
            hidden = it.get("state", "visible") in ("hidden", "veryHidden")
            found.append(Part(it.get("name", ""), hidden, targets[key]))
    return found


def version(archive: zipfile.ZipFile, name: str) -> str:
    """The text of a custom property of the workbook, "" when it has none of that name."""
    properties = _tree(archive, "docProps/custom.xml")
    for it in properties if properties is not None else ():
        if it.get("name") == name:
            return "".join(it.itertext()).strip()[:100]
    return ""


def refuse_formulas(first: str, many: int) -> None:
    """Refuses a sheet with formulas, by the name of the first cell."""
    if many:
        where = f"{first} 单元格" if many == 1 else f"{first} 等 {many:,} 个单元格"
        raise Unreadable(
            f"{where}是公式，公式的结果可能与您看到的不同，不能导入；请全选复制，在原处“选择性粘贴为数值”后再上传。"
        )


class Scan:
    """What the spreadsheet parser does not tell of a sheet: its formulas and its error values.

    Runs in a thread beside the parser, which frees the interpreter while it reads.
    """

    def __init__(self, archive: zipfile.ZipFile, path: str) -> None:
        self.archive, self.path = archive, path
        self.cell = self.start = self.end = b""
        self.formula, self.formulas = "", 0
        self.spoiled = 0
        #: row -> column -> what stands there, both counted from 0
        self.errors: dict[int, dict[int, str]] = {}
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Scan; what goes wrong is kept for `result`."""
        try:
            self._run()
        except BaseException as error:  # raised again where the result is asked for
            self.failure = error

    def result(self) -> dict[int, dict[int, str]]:
        """The error values; refuses formulas and whatever went wrong."""
        if self.failure is not None:
            raise self.failure
        refuse_formulas(self.formula, self.formulas)
        return self.errors

    def _run(self) -> None:
        rest = b""
        with self.archive.open(self._real()) as sheet:
            block = sheet.read(_BLOCK)
            root = re.search(rb"<((?:\w+:)?)worksheet", block[:_PROLOG])
            prefix = root[1] if root else b""
            self.cell, self.start, self.end = (
                b"<" + prefix + b"c ",
                b"<" + prefix + b"f",
                b"</" + prefix + b"sheetData>",
            )
            while block:
                block = rest + block
                cut = block.rfind(self.cell, max(len(block) - _PROLOG, 0))  # the last cell may go on in the next block
                cut = cut if cut > 0 else len(block)
                if self._block(block[:cut]):
                    return
                rest = block[cut:]
                block = sheet.read(_BLOCK)
            self._block(rest)

    def _real(self) -> str:
        wanted = self.path.lower()
        for name in self.archive.namelist():
            if name.lower() == wanted:
                return name
        raise Unreadable(DAMAGED)

    def _block(self, block: bytes) -> bool:
        """Look at a piece of the sheet; whether its cells end here: below them stand rules whose names begin alike."""
        over = False
        if (at := block.find(self.start)) >= 0:
            if (stop := block.find(self.end)) >= 0:
                block, over = block[:stop], True
            self._formulas(block, at)
        for mark in (b't="e"', b"t='e'") if b"'" in block else (b't="e"',):
            at = block.find(mark)
            while at >= 0:
                self._error(block, at)
                at = block.find(mark, at + 4)
        return over

    def _formulas(self, block: bytes, at: int) -> None:
        while at >= 0:
            if block[at + len(self.start) : at + len(self.start) + 1] in (b">", b" ", b"/"):
                self.formulas += 1
                self.formula = self.formula or "".join(self._name(block, at))
            at = block.find(self.start, at + 2)

    def _name(self, block: bytes, at: int) -> tuple[str, str]:
        """The column and the row of the cell that holds the byte `at`."""
        start = block.rfind(self.cell, 0, at)
        found: Any = _COLUMNS.search(block, start, block.find(b">", start) + 1) if start >= 0 else None
        return (found[1].decode(), found[2].decode()) if found else ("", "某个")

    def _error(self, block: bytes, at: int) -> None:
        column, row = self._name(block, at)
        self.spoiled += 1
        if not column or self.spoiled > MOST_ERRORS:
            raise Unreadable(MANY_ERRORS)
        value = re.compile(rb">(#[^<]{1,20})<").search(block, at, at + 400)
        place = 0
        for letter in column:
            place = place * 26 + ord(letter) - 64
        self.errors.setdefault(int(row) - 1, {})[place - 1] = value[1].decode("ascii", "replace") if value else "#N/A"
