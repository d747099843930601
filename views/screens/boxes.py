"""One field on a page, whatever it comes from: a form generated from a model, or a verb that asks.

The templates know only boxes; so a date looks and behaves the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass
class Box:
    """A field as drawn. `kind`: text, area, date, month, datetime, number, decimal, choice, choices, check, file,
    secret, pick, sealed, held (shown, and sent back as it is)."""

    name: str
    label: str
    kind: str = "text"
    value: Any = ""  #: what the input holds; for `choices` a list of values, for `check` a bool
    options: Sequence[tuple[str, str]] = ()
    required: bool = False
    hint: str = ""
    error: str = ""
    max_length: int | None = None
    least: float | None = None  #: bounds of a number
    most: float | None = None
    lookup: str = ""  #: model of the picker
    text: str = ""  #: what the picker shows for `value`
    narrow: str = ""  #: "kind=node_kind": the picker asks with the value of another field
    fixed: Mapping[str, str] = field(default_factory=dict)  #: the picker offers only what has these values
    when: str = ""  #: JSON of the answers in the same form that call for it
    folded: bool = False  #: not called for yet
    asked: str = ""  #: what an auditor asks of this field
    prefix: str = ""  #: makes ids unique when several forms stand on one page

    def __post_init__(self) -> None:
        """A number says its bounds where nothing else is said."""
        if not self.hint and self.least is not None and self.most is not None:
            self.hint = f"{self.least} 至 {self.most}"

    @property
    def id(self) -> str:
        """The id of the input; errors on top link to it."""
        return f"{self.prefix}{self.name}"

    @property
    def input_type(self) -> str:
        """The type of a plain input. What is no day or month stays visible as it was typed, so in a box for text."""
        shapes = {"date": r"\d{4}-\d\d-\d\d", "month": r"\d{4}-\d\d", "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d"}
        if self.kind in shapes and (not self.value or re.fullmatch(shapes[self.kind], str(self.value))):
            return {"datetime": "datetime-local"}.get(self.kind, self.kind)
        return "password" if self.kind == "secret" else "text"

    @property
    def wide(self) -> bool:
        """Takes the whole width of the form."""
        return self.kind in ("area", "choices", "file") or (self.kind == "check" and len(self.label) > 16)

    @property
    def told(self) -> str:
        """What was chosen or typed, for people; nothing for an empty box."""
        if not self.value and not self.text:
            return ""
        if self.kind == "sealed":
            return "（已填，不显示）"
        return self.text or str(dict(self.options).get(self.value, self.value))


def as_typed(value: Any) -> Any:
    """A value as an input holds it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bool, list, tuple, set)):
        return value
    return str(value)


def errors_of(boxes: Sequence[Box]) -> list[tuple[str, str, str]]:
    """(id, label, sentence) of every field with an error, for the list on top of the form."""
    return [(box.id, box.label, box.error) for box in boxes if box.error]
