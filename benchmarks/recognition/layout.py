"""How an invented document is laid out, and what its applicant would rightly type of it: by section and field."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.recognition.invented import Invented

Typed = dict[tuple[str, str], str]
NAME, NUMBER = ("person", "name"), ("person", "id_number")


@dataclass
class Paper:
    """One document: how it is laid out, and what is rightly typed of it."""

    material: str
    body: str
    typed: Typed
    seal: str = ""
    wide: bool = False
    card: bool = False
    size: float = 14
    sans: bool = False
    at: tuple[float, float] = field(default=(0.75, 0.72))


Make = Callable[[random.Random, Invented], Paper]


def kind(name: str, among: dict[str, Make]) -> Callable[[Make], Make]:
    def register(make: Make) -> Make:
        among[name] = make
        return make

    return register


def heading(words: str, size: int = 28, colour: str = "rgb(20,20,20)") -> str:
    return f"#align(center)[#text(size:{size}pt,fill:{colour})[{words}]]#v(14pt)\n"


def awarded(who: Invented, project: str, grade: str, on: str, giver: str) -> Typed:
    """What is typed of an award."""
    return {
        NAME: who.name,
        ("awards", "name"): project,
        ("awards", "prize"): grade,
        ("awards", "awarded_on"): on,
        ("awards", "authority"): giver,
    }


def told(words: str) -> str:
    return "#par(first-line-indent:(amount:2em,all:true),leading:1.1em,justify:true)[" + words + "]"


def right(*lines: str) -> str:
    return "#v(20pt)#align(right)[" + " \\ ".join(lines) + "]"


def table(rows: list[list[str]], columns: str, inset: int = 7) -> str:
    cells = ",".join(f"[{cell}]" for row in rows for cell in row)
    return f"#table(columns:{columns},inset:{inset}pt,align:center+horizon,{cells})\n"
