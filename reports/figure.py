"""Figures as plain dictionaries that the browser's Plotly draws: one palette, labels on the bars, a click opens rows.

Nothing here imports plotly. The script that draws comes from the installed package (`script_file`), so that figures
and script always fit, and it is served from our own host.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

#: The tokens of the stylesheet.
INK, INK_2, LINE, BRAND, BRAND_WEAK = "#1d2939", "#475467", "#e4e7ec", "#1a4f9c", "#eaf1fb"
FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif'
ROW, EDGE = 30, 24  #: pixels of a bar with its gap, and of the upper and lower edge together
#: No button row, hence no English words; nothing is ever sent to another host.
CONFIG = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "showEditInChartStudio": False,
    "plotlyServerURL": "",
    "topojsonURL": "",
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
}


def bars(
    names: Sequence[str],
    values: Sequence[int],
    labels: Sequence[str],
    *,
    links: Sequence[str] = (),
    tones: bool = False,
) -> dict[str, Any]:
    """Horizontal bars from the top down. `labels` stand at the bars' ends, `links` are opened by a click.

    With `tones` the bars grow paler from first to last, as a funnel does.
    """
    most = max([*values, 1])
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(names))),
        "text": list(labels),
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": list(links),
        "hoverinfo": "none",
        "width": 0.62,
        "textfont": {"color": INK, "size": 12},
        "marker": {"color": _shades(len(names)) if tones else BRAND},
        "constraintext": "none",
    }
    axis = {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "autorange": False,
        "range": [len(names) - 0.5, -0.5],
        "automargin": True,
        "fixedrange": True,
        "ticks": "",
        "zeroline": False,
        "showgrid": False,
        "tickfont": {"color": INK_2, "size": 13},
        "ticklabelstandoff": 6,
    }
    layout = {
        "height": max(len(names), 1) * ROW + EDGE,
        "margin": {"l": 8, "r": 8, "t": EDGE // 2, "b": EDGE // 2, "pad": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": INK},
        "showlegend": False,
        "dragmode": False,
        "bargap": 0,
        "yaxis": axis,
        "xaxis": {"visible": False, "fixedrange": True, "range": [0, most]},
    }
    return {"data": [trace], "layout": layout, "config": CONFIG}


def _shades(many: int) -> list[str]:
    """From the brand colour to a tint of it that still shows on white."""
    first, last = _rgb(BRAND), (142, 178, 226)
    steps = max(many - 1, 1)
    return [
        "#" + "".join(f"{a + (b - a) * n // steps:02x}" for a, b in zip(first, last, strict=True)) for n in range(many)
    ]


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def script_version() -> str:
    """The version in the script's address: a new package has a new address, so the old one may be kept for ever."""
    return version("plotly")


def script_file() -> Path:
    """plotly.min.js as the installed package carries it; found without importing the package."""
    found = find_spec("plotly")
    if found is None or found.origin is None:
        raise FileNotFoundError("plotly is not installed")
    return Path(found.origin).parent / "package_data" / "plotly.min.js"


@cache
def script_packed() -> bytes:
    """The script, compressed once per process: a third of its size on the way."""
    return gzip.compress(script_file().read_bytes(), 6, mtime=0)
