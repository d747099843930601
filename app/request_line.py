"""One line of JSON for each request, and one for each fault: what was asked, and nothing of whom it tells.

A line holds the request's id, endpoint, method, status, milliseconds and the account's number. Addresses with their
queries, names, forms and files are not in it, nor are the values of a database's complaint. The id is in the answer
(X-Request-Id) and on the page of a fault (事件编号), so that what a person reads leads to its line.
"""

from __future__ import annotations

import re
import secrets
import sys
import time
import traceback
from typing import Any

import structlog
from flask import Flask, Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from app.methods import asked_method

#: An id that a proxy of ours may give.
GIVEN = re.compile(r"[0-9A-Za-z-]{8,64}")
#: Not worth a line: styles, and what monitors ask every few seconds.
UNTOLD = {"static", "healthz", "readyz", "metrics"}


def _lines() -> Any:
    steps = [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    return structlog.wrap_logger(structlog.PrintLogger(sys.stderr), processors=steps)


def request_id() -> str:
    """The id of this request: given by our proxy, or made here."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-Id", "") if g.get("behind_proxy") else ""
        g.request_id = given if GIVEN.fullmatch(given) else secrets.token_hex(8)
    return str(g.request_id)


def _account() -> int | None:
    return getattr(g.get("user"), "id", None)


def install(app: Flask) -> None:
    """Before everything else of a request, and after everything else of its answer."""
    proxied = bool(app.config["PROXIES"])

    @app.before_request
    def begin() -> None:
        g.behind_proxy, g.began = proxied, time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        if app.config["LOG_REQUESTS"] and request.endpoint not in UNTOLD:
            took = time.perf_counter() - g.get("began", time.perf_counter())
            _lines().msg(
                "request",
                id=request_id(),
                endpoint=request.endpoint,
                method=asked_method(),
                status=response.status_code,
                ms=round(took * 1000, 1),
                account=_account(),
            )
        return response

    def fault(exc_info: Any) -> None:
        kind, error, trace = exc_info
        said = "" if isinstance(error, SQLAlchemyError) else str(error)  # the database quotes values
        _lines().msg(
            "fault", id=request_id(), endpoint=request.endpoint, method=asked_method(), account=_account(),
            error=kind.__name__, said=said, trace=traceback.format_tb(trace),
        )  # fmt: skip

    app.log_exception = fault  # type: ignore[method-assign]
