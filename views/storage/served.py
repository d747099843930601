"""A file of the store on its way to a browser: streamed through the product, whole or in part (RFC 9110, Range).

Whether somebody may have it was asked before, at this very request. A file that is missing or damaged is refused
before the first byte, so what has begun to arrive is the file.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from views.screens.download import named
from workflow.storage.store import Reading

#: Opens the file from one byte to before another; (0, None) is the whole.
Opened = Callable[[int, int | None], Reading]


def served(opened: Opened, *, size: int, digest: str, name: str, media_type: str) -> Response:
    """The answer with that file: a download in a sandbox, or the part of it that the browser still lacks.

    Taken: how it is opened, its size and digest as the row knows them, its name for people. Refused: what
    `opened` refuses.
    """
    start, end = 0, None
    asked = _asked(digest)
    if asked:
        if (place := request.range.range_for_length(size)) is None:  # type: ignore[union-attr]
            return _sealed(Response(status=416, headers={"Content-Range": f"bytes */{size}"}), digest)
        start, end = place
    reading = opened(start, end)
    answer = Response(reading, 206 if asked else 200, mimetype=media_type, direct_passthrough=True)
    answer.content_length = reading.end - reading.start
    if asked:
        answer.headers["Content-Range"] = f"bytes {reading.start}-{reading.end - 1}/{reading.total}"
    return _sealed(named(answer, name), digest)


def _asked(digest: str) -> bool:
    """Whether one part is asked for, of this very content. Several parts at once are answered with the whole."""
    parts = request.range
    if request.method == "POST" or parts is None or parts.units != "bytes" or len(parts.ranges) != 1:
        return False
    held = request.if_range
    return held.etag == digest if held.etag else held.date is None


def _sealed(answer: Response, digest: str) -> Response:
    answer.headers["Accept-Ranges"] = "bytes"
    answer.set_etag(digest)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
