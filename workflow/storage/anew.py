"""Have a file written anew by the process of `rebuild.py`, and say in words why it could not be."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from workflow.base.errors import Refused
from workflow.storage import rebuild

PATIENCE = 45
_SCRIPT = Path(__file__).with_name("rebuild.py")
WORDS = {
    rebuild.BROKEN: "没有传完或已损坏（文件没有正常结束）；请打开原文件确认完整后重新上传",
    rebuild.PASSWORD: "设有打开密码，系统和评审专家都无法打开；请去除密码后重新上传",
    rebuild.ACTIVE: "含有脚本、附件或自动运行的内容，且无法去除；请用“打印为 PDF”重新生成后上传",
    rebuild.TOO_MANY_PIXELS: (
        f"像素过多，无法处理（JPG 最多 {rebuild.MOST_PIXELS // 10**8} 亿像素，"
        f"PNG、HEIC 最多 {rebuild.MOST_WHOLE // 10**4} 万像素）；请用相机默认画质重新拍摄，或缩小后重新上传"
    ),
    rebuild.TOO_LARGE: "页数或像素过多，无法处理；请拆分或缩小后重新上传",
}


def anew(data: bytes, kind: str, name: str, field: str) -> bytes:
    """The content written anew; refused at the field, with the true cause."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source", Path(folder) / "target"
        source.write_bytes(data)
        status = run(kind, source, target)
        if status == 0 and target.exists():
            return target.read_bytes()
    raise Refused(f"文件“{name}”{said(status)}。", field=field)


def bound(pictures: Sequence[tuple[bytes, int]], names: Sequence[str], field: str) -> bytes:
    """The pictures, each with its turn, as the pages of one PDF. Refused: too many, or the one that does not open, by
    its number."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source", Path(folder) / "target"
        source.mkdir()
        for number, (data, turn) in enumerate(pictures, 1):
            (source / f"{number}-{turn}").write_bytes(data)
        status = run("bound", source, target)
        if status == 0 and target.exists():
            return target.read_bytes()
    page = status - rebuild.A_PAGE
    if 0 < page <= len(names):
        raise Refused(
            f"第 {page} 张“{names[page - 1]}”无法打开（可能已损坏）；请移除这一张或重新拍摄，其余照片都已保留。",
            field=field,
        )
    raise Refused(
        f"照片过多或过大，无法合并（最多 {rebuild.MOST_PHOTOS} 张）；请分成几份合并，照片都已保留。", field=field
    )


def run(kind: str, source: Path, target: Path) -> int:
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(_SCRIPT), kind, str(source), str(target)],
            env={},
            timeout=PATIENCE,
            check=False,
            capture_output=True,
        )
    except subprocess.TimeoutExpired:
        return rebuild.TOO_LARGE
    return done.returncode if done.returncode >= 0 else rebuild.TOO_LARGE


def said(status: int) -> str:
    """What is wrong with a file, and what to do; a process that was ended by its limits had too much to do."""
    return WORDS.get(status, WORDS[rebuild.TOO_LARGE])
