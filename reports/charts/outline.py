"""The outlines of the 14 市州 (data/reference/hunan_cities.geojson): schematic, drawn as filled lines, no other host.

A published map needs its 审图号; what is drawn here is marked 示意图.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parents[2] / "data" / "reference" / "hunan_cities.geojson"
#: A degree of latitude is so much longer than one of longitude at 27.5° north.
RATIO = 1.127
SHORT = {"湘西土家族苗族自治州": "湘西州"}
#: Where a label stands better than at the seat of the city's government.
MOVED = {
    "4301": (113.2, 28.25),
    "4303": (112.55, 27.72),
    "4302": (113.55, 27.05),
    "4308": (110.4, 29.25),
    "4313": (111.65, 27.75),
    "4305": (110.9, 26.85),
}


@dataclass(frozen=True)
class Shape:
    """One 市州: its outline with gaps (None) between its parts, its name, and where the name stands."""

    name: str
    x: list[float | None]
    y: list[float | None]
    label: tuple[float, float]

    @property
    def short(self) -> str:
        """As it stands on the map."""
        return SHORT.get(self.name, self.name.removesuffix("市"))


@cache
def shapes() -> dict[str, Shape]:
    """By the four digits of the region."""
    found = {}
    for feature in json.loads(FILE.read_text("utf-8"))["features"]:
        x: list[float | None] = []
        y: list[float | None] = []
        for part in feature["geometry"]["coordinates"]:
            for ring in part:
                x += [*(point[0] for point in ring), None]
                y += [*(point[1] for point in ring), None]
        told = feature["properties"]
        code = told["code"][:4]
        found[code] = Shape(told["name"], x[:-1], y[:-1], MOVED.get(code, tuple(told["label"])))
    return found


@cache
def width() -> tuple[float, float]:
    """From west to east, with an edge."""
    return _ends([value for shape in shapes().values() for value in shape.x])


@cache
def height() -> tuple[float, float]:
    """From south to north, with an edge."""
    return _ends([value for shape in shapes().values() for value in shape.y])


def _ends(values: list[float | None]) -> tuple[float, float]:
    known = [value for value in values if value is not None]
    return min(known) - 0.05, max(known) + 0.05
