"""/rare/<block>.ttf: 256 rare characters as a font, for whoever looks at a name that has one of them.

The style sheet names every slice and a browser takes those it needs. They hold no data and never change.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort

from app.static_version import KEPT
from reports import rare

_slice = lru_cache(16)(rare.slice_of)


def install(app: Flask) -> None:
    """Unpack beside the data of this machine, and answer for the slices."""
    rare.keep_in(Path(app.config["DATA_DIR"]) / "cache")

    @app.get("/rare/<int:block>.ttf")
    def rare_font(block: int) -> Response:
        font = _slice(block) if block in _blocks() else b""
        if not font:
            abort(404)
        return Response(font, mimetype="font/ttf", headers={"Cache-Control": KEPT})


@lru_cache(1)
def _blocks() -> frozenset[int]:
    return frozenset(rare.blocks())
