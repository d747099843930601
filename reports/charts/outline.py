"""The outlines of the 14 市州 (data/reference/hunan_cities.geojson): schematic, drawn as filled lines, no other host.

A published map needs its 审图号: what comes with the product is marked 示意图, an approved map with its number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parents[2] / "data" / "reference" / "hunan_cities.geojson"
#: The points of a line that ends where it began.
Ring = Sequence[Sequence[float]]
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


@dataclass(frozen=True)
class Ground:
    """A map to draw on: the shapes by the four digits of the region, its ends, and what it is marked with."""

    shapes: Mapping[str, Shape]
    mark: str

    @property
    def width(self) -> tuple[float, float]:
        """From west to east, with an edge."""
        return _ends([value for shape in self.shapes.values() for value in shape.x])

    @property
    def height(self) -> tuple[float, float]:
        """From south to north, with an edge."""
        return _ends([value for shape in self.shapes.values() for value in shape.y])


@cache
def schematic() -> Ground:
    """The outlines that come with the product."""
    found = {}
    for feature in json.loads(FILE.read_text("utf-8"))["features"]:
        told = feature["properties"]
        code = told["code"][:4]
        x, y = _line(ring for part in feature["geometry"]["coordinates"] for ring in part)
        found[code] = Shape(told["name"], x, y, MOVED.get(code, tuple(told["label"])))
    return Ground(found, "示意图")


def approved(number: str, rings: Mapping[str, Iterable[Ring]]) -> Ground:
    """A map with its 审图号, drawn point by point; names stand where they stand on the schematic one."""
    found = {code: Shape(shape.name, *_line(rings[code]), shape.label) for code, shape in schematic().shapes.items()}
    return Ground(found, f"审图号：{number}")


def _line(rings: Iterable[Ring]) -> tuple[list[float | None], list[float | None]]:
    x: list[float | None] = []
    y: list[float | None] = []
    for ring in rings:
        x += [*(point[0] for point in ring), None]
        y += [*(point[1] for point in ring), None]
    return x[:-1], y[:-1]


def _ends(values: list[float | None]) -> tuple[float, float]:
    known = [value for value in values if value is not None]
    return min(known) - 0.05, max(known) + 0.05
