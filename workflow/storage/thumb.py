"""A small picture of a photo that is not a stored file yet; drawn in a process of its own like every other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from workflow.base.errors import Refused
from workflow.storage import rebuild
from workflow.storage.anew import run
from workflow.storage.preview import PATIENCE

WIDTH = 320
_SCRIPT = Path(__file__).with_name("rasterise.py")


def small(source: Path, name: str) -> bytes:
    """The photo at that path as a PNG, upright; refused when it cannot be drawn. Beside it lies what was made of it."""
    with source.open("rb") as file:
        if rebuild.heic(file.read(16)):
            plain = source.with_name("plain")
            run("image", source, plain)
            source = plain
    command = [sys.executable, "-I", str(_SCRIPT), "image", str(source), str(source.parent), str(WIDTH), "1", "1"]
    drawn = source.parent / "1.png"
    try:
        subprocess.run(command, env={}, timeout=PATIENCE, check=False, capture_output=True)  # noqa: S603
        return drawn.read_bytes()
    except (OSError, subprocess.TimeoutExpired):
        raise Refused(f"照片“{name}”不能预览；请移除后重新拍摄。") from None
