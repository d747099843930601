"""Preview (点击附件可预览, 附件3 1.12, 1.13, 1.15): pages of a stored file as pictures, drawn once and kept.

Drawing happens in a process of its own with limits (workflow.storage.rasterise), from what is handed out and never
from the sealed original. What was drawn is kept by the file's
digest in the cache of this node, and made again by every other; whether somebody may look is asked before, with the row
policy of the record that owns the file.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from models.declarations.material import StoredFile
from workflow.base.errors import NotNow, Refused
from workflow.storage import clean
from workflow.storage.shelf import seconds
from workflow.storage.store import store

#: What a preview can show: media type → kind of drawing.
KINDS = {"application/pdf": "pdf", "image/jpeg": "image", "image/png": "image", "image/heic": "image"}
#: The widths a page is drawn in: small pictures, and three steps of the page itself.
SMALL = 140
ZOOMS = (900, 1400, 2000)
WIDTHS = (SMALL, *ZOOMS)
#: Small pictures are drawn that many at once.
STRIP = 12
PATIENCE = 30
#: What the kept pictures may take, and after how many drawings that is looked at.
MOST_KEPT = 2 << 30
_SWEEP_EVERY = 200
_LEFT_OVER = 3600
_NO_ROOM = "本服务器的临时空间已满或不可写，暂时不能预览；请下载后查看，或联系系统管理员。"
_SCRIPT = Path(__file__).with_name("rasterise.py")
_at_work = threading.BoundedSemaphore(2)
_drawn = 0


def shows(stored: StoredFile) -> bool:
    """Whether the file can be looked at page by page."""
    return stored.media_type in KINDS


def strip(stored: StoredFile, number: int) -> range:
    """The pages whose small pictures stand beside that page."""
    first = (number - 1) // STRIP * STRIP + 1
    return range(first, min(first + STRIP - 1, stored.pages) + 1)


def page(stored: StoredFile, number: int, width: int) -> bytes:
    """Page `number` (from 1) as a PNG of that width.

    Refused: a kind that has no pages, a page or width that does not exist, a file that cannot be drawn within
    the limits, and, for the moment, one page too many at the same time.
    """
    if not shows(stored):
        raise Refused("这种文件不能预览（附件3 1.12 查看附件）；请下载后查看。")
    if width not in WIDTHS or not 1 <= number <= stored.pages:
        raise Refused("没有这一页；请从页面缩略图中选择。")
    kept = _kept(stored, number, width)
    if not kept.exists():
        _draw(stored, number, width)
    try:
        data = kept.read_bytes()
    except FileNotFoundError:
        raise Refused(f"“{stored.name}”第 {number} 页不能预览（可能已加密或过于复杂）；请下载后查看。") from None
    except OSError as error:
        raise NotNow(_NO_ROOM) from error
    with contextlib.suppress(OSError):  # swept by another process meanwhile
        os.utime(kept)
    return data


def _root() -> Path:
    return store().cache


def _kept(stored: StoredFile, number: int, width: int) -> Path:
    return _root() / stored.sha256[:2] / stored.sha256 / f"{width}-{number}-2.png"


def _draw(stored: StoredFile, number: int, width: int) -> None:
    """Draw the page, or the whole strip of small pictures, into the cache; what cannot be drawn stays absent."""
    wanted = strip(stored, number) if width == SMALL else range(number, number + 1)
    if not _at_work.acquire(timeout=PATIENCE):
        raise NotNow("同时预览的人较多，请稍候刷新重试。")
    try:
        _draw_into(stored, wanted, width)
    finally:
        _at_work.release()
    _sweep_now_and_then()


def _draw_into(stored: StoredFile, wanted: range, width: int) -> None:
    with clean.at_hand(stored) as source, _scratch() as scratch:
        command = [sys.executable, "-I", str(_SCRIPT), KINDS[stored.media_type], str(source), str(scratch), str(width)]
        try:
            subprocess.run(  # noqa: S603
                [*command, str(wanted[0]), str(wanted[-1])],
                env={},
                timeout=PATIENCE,
                check=False,
                capture_output=True,
                cwd=scratch,
            )
        except subprocess.TimeoutExpired:
            return
        for number in wanted:
            drawn = scratch / f"{number}.png"
            if drawn.exists():
                kept = _kept(stored, number, width)
                kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                drawn.replace(kept)


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for one drawing, beside the kept pictures; a node whose disk takes none says so."""
    folder = _root() / f".{secrets.token_hex(8)}"
    try:
        folder.mkdir(mode=0o700, parents=True)
        yield folder
    except OSError as error:
        raise NotNow(_NO_ROOM) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep_now_and_then() -> None:
    global _drawn
    _drawn += 1
    if _drawn % _SWEEP_EVERY == 0:
        sweep()


def sweep(most: int = MOST_KEPT) -> None:
    """Take away the pictures nobody has looked at longest until the rest fits; they are drawn again when asked for."""
    found = sorted((told.st_mtime, told.st_size, path) for path, told in _told(_root().rglob("*-*.*")))
    too_much = sum(size for _when, size, _path in found) - most
    for _when, size, path in found:
        if too_much <= 0:
            break
        path.unlink(missing_ok=True)
        too_much -= size
    for path, told in _told(_root().glob(".*")):  # left by processes that were killed while they drew
        if told.st_mtime < seconds() - _LEFT_OVER:
            shutil.rmtree(path, ignore_errors=True)


def _told(paths: Iterable[Path]) -> Iterator[tuple[Path, os.stat_result]]:
    """What the folder tells of each; without those that another process has taken away meanwhile."""
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            yield path, path.stat()
