"""What an address may hold: only record numbers that a database can hold."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1


class RecordNumber(IntegerConverter):
    """`<int:…>` in every route: a number no record can have is an address that does not exist (404)."""

    def __init__(self, map: Map, **given: Any) -> None:
        super().__init__(map, **({"max": LARGEST} | given))


def install(app: Flask) -> None:
    """Set the rule, before any route is registered."""
    app.url_map.converters["int"] = RecordNumber
