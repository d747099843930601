"""Have pages drawn, read and compared by the process of `workflow.storage.sheet`, and take what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_SCRIPT = Path(__file__).parent.parent / "storage" / "sheet.py"
KINDS = {"application/pdf": "pdf", "image/jpeg": "image", "image/png": "image", "image/heic": "image"}
PATIENCE = 90
#: One thread of arithmetic: a second would ask for more memory than the process may have.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def drawn(kind: str, source: Path, target: Path, first: int, last: int) -> dict[int, list[str]]:
    """Page number to the codes upon it, of every page that could be drawn; its picture lies in the folder."""
    _run("draw", kind, str(source), str(target), str(first), str(last))
    found = {}
    for number in range(first, last + 1):
        if (target / f"{number}.png").exists():
            told = json.loads((target / f"{number}.json").read_text())
            found[number] = [str(one["text"])[:200] for one in told]
    return found


def compared(picture: Path, sheet: Path, page: int, answer: Path) -> dict[str, Any] | None:
    """What `workflow.storage.sheet.compared` says of the picture; None where it could not be done within the limits."""
    answer.unlink(missing_ok=True)
    _run("compare", str(picture), str(sheet), str(page), str(answer))
    return json.loads(answer.read_text()) if answer.exists() else None


def _run(*arguments: str) -> None:
    try:
        subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(_SCRIPT), *arguments],
            env=_ENVIRONMENT,
            timeout=PATIENCE,
            check=False,
            capture_output=True,
        )
    except subprocess.TimeoutExpired:
        return
