"""`make run`: prepare the data, then serve with gunicorn on HOST:PORT (default 127.0.0.1:8080)."""

from __future__ import annotations

import os
import subprocess
import sys

from app.config import ROOT


def main() -> None:
    """Prepare in a process of its own, so that the server starts small; then become gunicorn."""
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("PORT", "8080")
    os.chdir(ROOT)
    subprocess.run([sys.executable, "-m", "flask", "--app", "run", "prepare"], check=True)
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "run:app"])  # noqa: S606


if __name__ == "__main__":
    main()
