"""What a method may do (RFC 9110 9.2.1): reading never acts. One place decides it, so no view needs to.

GET reads. HEAD is GET without the body of the answer, for every view alike. POST acts. OPTIONS is answered with what
the address takes; every other method is refused. A request that only reads carries nothing: what was sent with it is
not read, so nothing typed can slip in beside the address.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, abort, request

#: The method that was really asked, for the log.
ASKED = "zhicheng.asked"
READS, ACTS = "GET", "POST"
#: What describes the body of a request.
_BODY = ("CONTENT_TYPE", "HTTP_TRANSFER_ENCODING", "wsgi.input_terminated")

Server = Callable[[dict[str, Any], Any], Iterable[bytes]]


class ReadingOnly:
    """Before everything else: HEAD becomes GET, and what only reads has no body."""

    def __init__(self, inner: Server) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve the request; the answer to HEAD keeps its headers and loses its body."""
        asked = environ["REQUEST_METHOD"].upper()
        if asked not in (READS, "HEAD"):
            return self.inner(environ, start_response)
        left = _BODY if asked == READS else (*_BODY, "HTTP_RANGE")  # a part is asked for by GET alone (RFC 9110 14.2)
        kept = {name: value for name, value in environ.items() if name not in left}
        kept |= {ASKED: asked, "REQUEST_METHOD": READS, "CONTENT_LENGTH": "0", "wsgi.input": io.BytesIO()}
        answer = self.inner(kept, start_response)
        if asked == READS:
            return answer
        if close := getattr(answer, "close", None):
            close()
        return ()


def asked_method() -> str:
    """The method as it was sent: HEAD is known to the log alone."""
    return str(request.environ.get(ASKED, request.method))


def install(app: Flask) -> None:
    """Stand in front of the application, and refuse every method that neither reads nor acts."""
    app.wsgi_app = ReadingOnly(app.wsgi_app)  # type: ignore[method-assign]
    app.before_request(_reads_or_acts)


def _reads_or_acts() -> Response | None:
    if request.method in (READS, ACTS) or request.routing_exception is not None:
        return None
    if request.method != "OPTIONS" or request.url_rule is None:
        abort(405)
    answer = Response(status=204)
    answer.allow.update((request.url_rule.methods or set()) & {READS, "HEAD", ACTS, "OPTIONS"})
    return answer
