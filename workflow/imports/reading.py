"""Guarded reading of uploaded tables (附件3 1.3–1.8、1.10 批量导入; TRUST T9).

The file is opened by a child process that knows nothing of the product, under limits of memory and
time; a file that kills its reader kills nobody else. Whatever is wrong with it ends in one sentence.
"""

from __future__ import annotations

import gc
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from models.template import CHOICES_SHEET, GUIDE_SHEET, REASON, VERSION_PROPERTY, sheet_name
from workflow.base.errors import Refused
from workflow.imports.parsing.compound import MAGIC as OLE
from workflow.imports.parsing.grid import CELL, ROW, SPOILS, too_large

MOST_BYTES = 20 << 20
#: Of the child: address space, processor time; and the time on the wall after which it is killed.
MEMORY = 380 << 20
SECONDS = 18
WALL = 19.5
#: Text that may come back; a hundred thousand long rows are a third of it.
MOST_TEXT = 96 << 20
KINDS = ("xlsx", "xls", "csv")
ZIP = b"PK\x03\x04"

_ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import json, sys; sys.path.append(sys.argv[1]); from workflow.imports.parsing.child import main; "
    "main(json.loads(sys.argv[2]))"
)
_PIPE = 1 << 20
#: Rows whose repeated texts are kept once: what repeats, repeats early.
_LEARNING = 4_000


@dataclass(frozen=True)
class Table:
    """What stands in an uploaded table, as texts under the asked headings."""

    #: as found in the file
    headings: list[str]
    #: (row of the file, its texts in the order of the asked headings, "" where the file lacks the column)
    rows: list[tuple[int, list[str]]]
    #: (row of the file, number of the asked heading) -> why its content cannot be trusted
    spoiled: dict[tuple[int, int], str] = field(default_factory=dict)
    #: the version of the dictionaries that our template carries, "" when the file is none of ours
    dictionary: str = ""
    sheet: str = ""
    #: what was left unread, for the sender to know
    notes: list[str] = field(default_factory=list)


def read(
    path: Path,
    name: str,
    *,
    headings: Sequence[str],
    required: Sequence[str] = (),
    title: str = "",
    most_rows: int = 120_000,
    also: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """The table in the file at `path`, which its sender called `name`.

    Takes the `headings` to look for, those that must be there, the `title` of the template, and what else a
    heading may be called (`also`: the other word -> the heading).
    Refuses, in a sentence under the field `file`, what is no .xlsx, .xls or .csv, is damaged, hostile,
    locked or too large, has formulas or merged cells, lacks a heading or has no data.
    """
    kind = _kind(path, name)
    request = {
        "path": str(path),
        "kind": kind,
        "headings": list(headings),
        "required": list(required),
        "most_rows": most_rows,
        "title": sheet_name(title) if title else "",
        "ignored": [REASON],
        "also": dict(also),
        "choices_sheet": CHOICES_SHEET,
        "guide_sheet": GUIDE_SHEET,
        "version_property": VERSION_PROPERTY,
        "memory": MEMORY,
        "seconds": SECONDS,
    }
    with _Child(request) as child, _no_collection():
        rows, spoiled, last = child.rows()
    summary = _summary(child, last)
    return Table(
        headings=summary["headings"],
        rows=rows,
        spoiled=spoiled,
        dictionary=summary["dictionary"],
        sheet=summary["sheet"],
        notes=summary["notes"] + summary["heading_notes"],
    )


def _kind(path: Path, name: str) -> str:
    """xlsx, xls or csv; refuses by size, ending and signature."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    size = path.stat().st_size
    if not size:
        raise Refused("文件是空的，里面没有内容；请重新选择文件。", field="file")
    if ending not in KINDS:
        raise Refused(
            "这种类型的文件不能导入，只接受 .xlsx、.xls 和 .csv；请用 Excel 或 WPS 另存为 .xlsx 后再上传。",
            field="file",
        )
    if size > MOST_BYTES:
        raise Refused(
            f"文件为 {size / 1048576:.1f} MB，超过 {MOST_BYTES >> 20} MB 的上限；请拆成几个文件分别导入。", field="file"
        )
    with path.open("rb") as file:
        head = file.read(1024)
    if (is_a := _really(head)) != ending and (is_a or ending != "csv"):
        told = {
            "xlsx": "实际是 .xlsx 工作簿，",
            "xls": "实际是旧版 .xls 工作簿或加密的文件，",
            "html": "实际是网页（HTML），",
        }.get(is_a, "")
        if is_a == "xls" and ending == "xlsx":
            told = "设有打开密码，或实际是旧版 .xls 工作簿，"
        raise Refused(
            f"文件{told}内容与扩展名 .{ending} 不符，无法读取；请用 Excel 或 WPS 打开（有密码的先取消密码），"
            "另存为 .xlsx 后再上传。",
            field="file",
        )
    return ending


def _really(head: bytes) -> str:
    """What the first bytes say, "" when they say nothing."""
    if head.startswith(ZIP):
        return "xlsx"
    if head.startswith(OLE):
        return "xls"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "html" if start.startswith((b"<!doctype", b"<html", b"<table", b"<head", b"<?xml", b"<meta")) else ""


@contextmanager
def _no_collection() -> Iterator[None]:
    """A million texts hold no cycles: looking for them costs a third of taking the rows in."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Child:
    """The reading process, which does not outlive the question: it is killed as a whole when time is over."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            [sys.executable, "-I", "-c", _START, str(_ROOT), json.dumps(request)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            pipesize=_PIPE,
            start_new_session=True,
            env={"MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"},  # no secret of ours goes along
        )
        self.out = cast(io.BufferedReader, self.process.stdout)
        self.late = self.much = False
        self.clock = threading.Timer(WALL, self._over)
        self.clock.daemon = True
        self.clock.start()

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.clock.cancel()
        if self.process.poll() is None and (self.late or self.much or sys.exc_info()[0]):
            self._kill()
        self.out.close()
        self.process.wait()

    def _over(self) -> None:
        self.late = True
        self._kill()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def rows(self) -> tuple[list[tuple[int, list[str]]], dict[tuple[int, int], str], str]:
        """Its rows as they come, the spoiled cells, and its last word."""
        rows: list[tuple[int, list[str]]] = []
        spoiled: dict[tuple[int, int], str] = {}
        known: dict[str, str] = {}
        rest, total, end = b"", 0, ROW.encode()
        while block := self.out.read1(_PIPE):
            total += len(block)
            if total > MOST_TEXT:
                self.much = True
                break
            whole, found, tail = block.rpartition(end)
            if not found:
                rest += block
                continue
            learn = known.setdefault if len(rows) < _LEARNING else known.get
            for line in (rest + whole).decode().split(ROW):
                number, marks, *texts = line.split(CELL)
                rows.append((int(number), list(map(learn, texts, texts))))
                if marks:
                    for mark in marks.split(","):
                        place, _, spoil = mark.partition(":")
                        spoiled[int(number), int(place)] = SPOILS[int(spoil)]
            rest = tail
        return rows, spoiled, rest.decode(errors="replace")


def _summary(child: _Child, last: str) -> dict[str, Any]:
    """The last word of the child; refuses in its sentence, or in ours when it died speechless."""
    if last.startswith("\x1d"):
        summary: dict[str, Any] = json.loads(last[1:])
        if sentence := summary.get("refused"):
            raise Refused(sentence, field="file") from (RuntimeError(summary["cause"]) if "cause" in summary else None)
        return summary
    if child.late or child.process.returncode == -signal.SIGXCPU:
        raise Refused(
            f"读取超过 {SECONDS + 2} 秒仍未完成，文件内容过多或结构异常；请拆成几个文件，"
            "或把有用的行列复制到新下载的模板中再上传。",
            field="file",
        )
    raise Refused(str(too_large()), field="file") from RuntimeError(f"reader ended with {child.process.returncode}")
