"""The child process: limits itself, reads one file, writes rows to its standard output, and last a summary.

What it writes is text, never objects: a parser that has been led astray can at worst send wrong texts.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from workflow.imports.parsing import archive, commas, compound, grid
from workflow.imports.parsing.grid import Asked, Unreadable, letters

#: Between the last row and the summary.
SUMMARY = "\x1d"
_FLUSH = 4_000


def limit(memory: int, seconds: int) -> None:
    """No more memory, time or files than that, and no picture of the memory if it dies."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.stack_size(1 << 20)


class Outlet:
    """Rows on their way to the parent, some thousand at a time."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.out = sys.stdout.buffer

    def send(self, line: str) -> None:
        """One row."""
        self.waiting.append(line)
        if len(self.waiting) >= _FLUSH:
            self.flush()

    def flush(self) -> None:
        """What waits goes out."""
        self.out.write("".join(self.waiting).encode())
        self.waiting.clear()

    def close(self, summary: dict[str, Any]) -> None:
        """The last word."""
        self.flush()
        self.out.write((SUMMARY + json.dumps(summary, ensure_ascii=False)).encode())
        self.out.flush()


def main(request: dict[str, Any]) -> None:
    """Read the file of the request; end with `table` or with `refused` in the summary."""
    gc.disable()  # it lives for seconds, and a million texts would be walked again and again
    limit(request["memory"], request["seconds"])
    outlet = Outlet()
    asked = Asked(
        request["headings"],
        request["required"],
        request["most_rows"],
        request["title"],
        request["ignored"],
        request["also"],
    )
    try:
        summary = READERS[request["kind"]](request, asked, outlet)
    except Unreadable as refusal:
        summary = {"refused": str(refusal)}
    except MemoryError:
        summary = {"refused": str(grid.too_large())}
    except Exception as error:  # every parser has its own family of errors; all mean the same to the sender
        summary = {"refused": archive.DAMAGED, "cause": f"{type(error).__name__}: {error}"[:500]}
    outlet.close(summary)
    os._exit(0)  # the memory goes back as one piece instead of cell by cell


def _xlsx(request: dict[str, Any], asked: Asked, outlet: Outlet) -> dict[str, Any]:
    with archive.guard(request["path"]) as opened:
        parts = archive.parts(opened)
        place, notes = _choose([(it.name, it.hidden) for it in parts], asked, request)
        version = archive.version(opened, request["version_property"])
        scan = archive.Scan(opened, parts[place].path)
        beside = threading.Thread(target=scan.run)
        beside.start()
        book = _open(request["path"])
        sheet = book.get_sheet_by_name(parts[place].name)
        beside.join()
        errors = scan.result()
    if not version and any(it.name == request["choices_sheet"] for it in parts):
        version = _version(book.get_sheet_by_name(request["choices_sheet"]), request)
    return _grid(sheet, errors, asked, outlet) | {"dictionary": version, "sheet": parts[place].name, "notes": notes}


def _xls(request: dict[str, Any], asked: Asked, outlet: Outlet) -> dict[str, Any]:
    stream = compound.workbook(Path(request["path"]).read_bytes())
    starts = compound.sheets(stream)
    for start in starts:  # the parser lays every sheet out as soon as it opens the file
        compound.walk(stream, start).refuse_distance()
    book = _open(request["path"])
    metas = [it for it in book.sheets_metadata if it.typ == it.typ.WorkSheet]
    place, notes = _choose([(it.name, it.visible != it.visible.Visible) for it in metas], asked, request)
    name = metas[place].name
    number = [it.name for it in book.sheets_metadata].index(name)
    errors = compound.walk(stream, starts[number]).result()
    version = ""
    if any(it.name == request["choices_sheet"] for it in metas):
        version = _version(book.get_sheet_by_name(request["choices_sheet"]), request)
    return _grid(book.get_sheet_by_name(name), errors, asked, outlet) | {
        "dictionary": version,
        "sheet": name,
        "notes": notes,
    }


def _csv(request: dict[str, Any], asked: Asked, outlet: Outlet) -> dict[str, Any]:
    head = grid.texts(commas.rows(Path(request["path"]).read_bytes(), asked), asked, outlet.send)
    return {"headings": head.found, "heading_notes": head.notes, "dictionary": "", "sheet": "", "notes": []}


READERS: dict[str, Callable[[dict[str, Any], Asked, Outlet], dict[str, Any]]] = {
    "xlsx": _xlsx,
    "xls": _xls,
    "csv": _csv,
}


def _open(path: str) -> Any:
    from python_calamine import CalamineWorkbook, PasswordError  # after the limits: nothing of it runs without them

    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError as error:
        raise Unreadable(archive.ENCRYPTED) from error


def _choose(sheets: list[tuple[str, bool]], asked: Asked, request: dict[str, Any]) -> tuple[int, list[str]]:
    """The sheet to read: the one called like the template, else the first that can be seen."""
    ours = {request["choices_sheet"], request["guide_sheet"]}
    seen = [n for n, (name, hidden) in enumerate(sheets) if not hidden]
    if not seen:
        raise Unreadable("文件里只有隐藏的工作表；请在 Excel 或 WPS 中取消隐藏要导入的工作表后再上传。")
    named = [n for n in seen if sheets[n][0].strip() == asked.title]
    data = [n for n in seen if sheets[n][0] not in ours]
    place = (named or data or seen)[0]
    skipped = [name for name, hidden in sheets if hidden and name not in ours]
    left = [sheets[n][0] for n in data if n != place]
    notes = [f"没有读取隐藏的工作表：{'、'.join(skipped[:10])}"] if skipped else []
    if left:
        notes.append(f"只读取了工作表“{sheets[place][0]}”，没有读取：{'、'.join(left[:10])}")
    return place, notes


def _version(sheet: Any, request: dict[str, Any]) -> str:
    """The version that stands beside its name in the first row of the sheet with the choices."""
    first: list[Any] = next(iter(sheet.iter_rows()), [])
    return str(first[1]).strip()[:100] if len(first) > 1 and first[0] == request["version_property"] else ""


def _grid(sheet: Any, errors: dict[int, dict[int, str]], asked: Asked, outlet: Outlet) -> dict[str, Any]:
    if sheet.start is None:
        raise Unreadable("表格里没有任何内容；请下载模板，填写后再上传。")
    left, columns = sheet.start[1], sheet.end[1] + 1
    if columns > grid.MOST_COLUMNS:
        raise grid.too_wide(columns)
    merged = sheet.merged_cell_ranges or []

    def no_merged_cells(head: grid.Heading) -> None:
        for (top, west), (bottom, east) in sorted(merged):
            if bottom + 1 >= head.row:
                where = f"{letters(west)}{top + 1}:{letters(east)}{bottom + 1}"
                raise Unreadable(
                    f"{where} 是合并单元格，合并的内容不知道属于哪一行；请取消合并，每行都填写完整后再上传。"
                )

    rows = sheet.iter_rows()
    head = grid.texts(
        _with(errors, rows, left) if errors else rows, asked, outlet.send, left=left, heading_found=no_merged_cells
    )
    return {"headings": head.found, "heading_notes": head.notes}


def _with(errors: dict[int, dict[int, str]], rows: Iterator[list[Any]], left: int) -> Iterator[list[Any]]:
    """The rows, and in them the error values that the parser shows as empty cells."""
    for number, row in enumerate(rows):
        for column, text in errors.get(number, {}).items():
            if 0 <= column - left < len(row):
                row[column - left] = text
        yield row
