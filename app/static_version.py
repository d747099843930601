"""Style sheets and scripts carry the digest of their content in the address, and are kept by browsers for a year.

After an upgrade the pages name other addresses, so nobody sees an old script beside a new page, on however many nodes.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

KEPT = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    """`url_for("static", …)` with `v`; what is asked for without it, or with another, is asked again each time."""
    folder = Path(app.static_folder or "")

    @cache
    def digest(name: str) -> str:
        file = folder / name
        return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else ""

    @app.url_defaults
    def version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and (found := digest(values.get("filename", ""))):
            values.setdefault("v", found)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 206, 304):
            asked = request.args.get("v")
            name = (request.view_args or {}).get("filename", "")
            response.headers["Cache-Control"] = KEPT if asked and asked == digest(name) else "no-cache"
        return response
