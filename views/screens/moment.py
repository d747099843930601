"""The moment of a request, read once: a list asks it of every row."""

from __future__ import annotations

from flask import g

from workflow.base.unit_of_work import UnitOfWork, asking


def of_request() -> UnitOfWork:
    """The asking unit of work of this request."""
    if "asking" not in g:
        g.asking = asking(g.user)
    asked: UnitOfWork = g.asking
    return asked
