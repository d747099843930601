"""One look: the tokens of the stylesheet, colours that the colour-blind and a black-and-white printer tell apart."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

INK, INK_2, LINE, BRAND, BRAND_WEAK = "#1d2939", "#475467", "#e4e7ec", "#1a4f9c", "#eaf1fb"
#: From the brand colour to a tint that still shows on white.
PALE = "#8eb2e2"
#: After Okabe and Ito: told apart with every kind of colour vision; their patterns tell them apart without colour.
COLOURS = ("#1a4f9c", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7a6a00", "#667085")
PATTERNS = ("", "/", ".", "x", "\\", "-", "+", "|")
#: Of a heat map and of the outlines: one hue, light to dark, which is also the order in grey.
SCALE = ((0.0, "#eef4fc"), (0.25, "#c5dbf4"), (0.5, "#8eb2e2"), (0.75, "#4a7fc6"), (1.0, "#123a75"))
#: What has no number at all.
EMPTY = "#f4f6f9"
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
    "locale": "zh-CN",
}
#: Signs of a word beside a bar: more would leave the bar no room.
LONGEST = 14
#: Over the columns of a heat map: signs in a line, pixels of a line, of a column, and of the words before the rows.
SIGNS, LINE_HEIGHT, CELL, LABEL = 4, 17, 56, 110


def layout(height: int, **also: Any) -> dict[str, Any]:
    """The layout that all figures share."""
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": EDGE // 2, "b": EDGE // 2, "pad": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": INK},
        "hoverlabel": {"font": {"family": FONT, "size": 13}, "bgcolor": "#fff", "bordercolor": LINE, "align": "left"},
        "separators": ".,",
        "showlegend": False,
        "dragmode": False,
        **also,
    }


def drawing(traces: list[dict[str, Any]], layout: dict[str, Any], least: int = 0) -> dict[str, Any]:
    """What the browser is given to draw; `least` is the width below which it scrolls instead of growing narrower."""
    return {"data": traces, "layout": layout, "config": CONFIG, "least": least}


def words_axis(words: list[str], **also: Any) -> dict[str, Any]:
    """An axis with a word at each place; a long one is cut, the table beside has it whole."""
    return axis([word if len(word) <= LONGEST else word[: LONGEST - 1] + "…" for word in words], **also)


def in_lines(word: str) -> str:
    """A word over a narrow column: four signs a line, three lines; what is longer is cut."""
    word = word if len(word) <= 3 * SIGNS else word[: 3 * SIGNS - 1] + "…"
    return "<br>".join(word[at : at + SIGNS] for at in range(0, len(word), SIGNS))


def axis(words: list[str], **also: Any) -> dict[str, Any]:
    """An axis with these words as they are."""
    return {
        "tickmode": "array",
        "tickvals": list(range(len(words))),
        "ticktext": words,
        "automargin": True,
        "fixedrange": True,
        "ticks": "",
        "zeroline": False,
        "showgrid": False,
        "tickfont": {"color": INK_2, "size": 13},
        **also,
    }


def shades(many: int) -> list[str]:
    """So many tones from the brand colour to its tint."""
    first, last = _rgb(BRAND), _rgb(PALE)
    steps = max(many - 1, 1)
    return [
        "#" + "".join(f"{a + (b - a) * n // steps:02x}" for a, b in zip(first, last, strict=True)) for n in range(many)
    ]


def tone(value: int, most: int) -> str:
    """The colour of a value on the scale."""
    part = value / most if most else 0.0
    for (low, a), (high, b) in pairwise(SCALE):
        if part <= high:
            share = (part - low) / (high - low)
            mixed = (round(x + (y - x) * share) for x, y in zip(_rgb(a), _rgb(b), strict=True))
            return "#" + "".join(f"{channel:02x}" for channel in mixed)
    return SCALE[-1][1]


def dark(value: int, most: int) -> bool:
    """Whether words on that colour must be white."""
    return bool(most) and value / most > 0.55


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))
