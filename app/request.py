"""A request as the product reads it: without characters that nobody can see (workflow/base/characters.py).

One place for every form, address and file name; a path with NUL in it is the path of nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict

from workflow.base.characters import readable


class Readable(ImmutableMultiDict[str, Any]):
    """What was sent, names and values alike, without invisible characters."""

    def __init__(self, mapping: Any = None) -> None:
        if mapping is not None and not isinstance(mapping, Readable):
            pairs = MultiDict(mapping).items(multi=True) if isinstance(mapping, Mapping) else mapping
            mapping = [(readable(name), _readable(value)) for name, value in pairs]
        super().__init__(mapping)


def _readable(value: Any) -> Any:
    if isinstance(value, FileStorage) and value.filename:
        value.filename = readable(value.filename)
    return readable(value) if isinstance(value, str) else value


class ReadableRequest(Request):
    """Flask's request, with `Readable` for `args`, `form` and `files`."""

    parameter_storage_class = Readable


def install(app: Flask) -> None:
    """Read every request of the application so."""
    app.request_class = ReadableRequest
    app.before_request(_no_such_path)


def _no_such_path() -> None:
    if "\x00" in request.path:
        abort(404)
