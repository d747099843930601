"""Persons from outside the system (机关纪委 at a draw): declared with name, organisation and post, and kept as such."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workflow.base.errors import Refused
from workflow.register import person_name

#: What divides the parts of a line.
_PART = re.compile(r"[，,、;；\t]")
HOW = "每行一人：姓名，单位，职务"


@dataclass(frozen=True)
class Outsider:
    """Somebody who has no account here."""

    name: str
    organisation: str
    post: str


def read(lines: Sequence[str], *, what: str, clause: str, field: str) -> list[Outsider]:
    """One person a line, all three parts of each. Refused by its line: what is missing or too long."""
    found = []
    for number, line in enumerate(lines, 1):
        parts = [part.strip() for part in _PART.split(line)]
        if len(parts) != 3 or not all(parts) or any(len(part) > 60 for part in parts):
            raise Refused(
                f"{what}第 {number} 行“{line[:30]}”应写明姓名、单位、职务（{clause}）；请按“姓名，单位，职务”填写，"
                "每项不超过 60 字。",
                field=field,
            )
        found.append(Outsider(person_name.read(parts[0], field), parts[1], parts[2]))
    return found
