"""The script that draws, as the installed package carries it; a new package has a new address."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path


def script_version() -> str:
    """The version in the script's address: a new package has a new address, so the old one may be kept for ever."""
    return version("plotly")


def script_file() -> Path:
    """plotly.min.js as the installed package carries it; found without importing the package."""
    found = find_spec("plotly")
    if found is None or found.origin is None:
        raise FileNotFoundError("plotly is not installed")
    return Path(found.origin).parent / "package_data" / "plotly.min.js"


@cache
def script_packed() -> bytes:
    """The script, compressed once per process: a third of its size on the way."""
    return gzip.compress(script_file().read_bytes(), 6, mtime=0)
