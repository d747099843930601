"""A part of the workbench beside the rows of the desks: a heading, some lines, the sentence where there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    """One thing to look after: what it is, what is so, whether it presses, and where it is done (or nowhere)."""

    name: str
    about: str
    late: bool
    next: tuple[str, str]


@dataclass(frozen=True)
class Part:
    """Some of them under one heading; the sentence where there are none."""

    title: str
    rows: Sequence[Told]
    empty: str = ""
    count: int = 0
    url: str = ""
