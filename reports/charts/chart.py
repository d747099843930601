"""A figure's answer drawn: one function per kind of chart. A point carries what a click opens, and what it limits to.

`ways` finds both for a cell in its row: `[address of its rows, address of the page limited to it]`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from reports.charts import look, outline
from reports.figures.answer import Answer, Cell, Row
from reports.figures.figure import Chart
from reports.figures.measure import COUNT, RATE

#: (row, cell, conditions of the point) → the two addresses.
Ways = Callable[[Row, Cell, Mapping[str, Any]], list[str]]
#: (day, word): vertical lines in a course of days.
Marks = Sequence[tuple[date, str]]
#: The most rows that a chart draws; the table has all.
MOST = 40
#: The longest course of days that is drawn day by day.
LONGEST = 750


def draw(answer: Answer, ways: Ways, marks: Marks = (), ground: outline.Ground | None = None) -> dict[str, Any] | None:
    """The drawing, or None where the figure is a table only or has nothing to draw. `ground` is what maps lie on."""
    if not answer.rows or not any(cell.value for row in answer.rows for cell in row.cells):
        return None
    match answer.figure.chart:
        case Chart.BARS:
            return bars(answer, ways)
        case Chart.FUNNEL:
            return bars(answer, ways, tones=True)
        case Chart.STACK:
            return stack(answer, ways)
        case Chart.HEAT:
            return heat(answer, ways)
        case Chart.LINE:
            return line(answer, ways, marks)
        case Chart.MAP:
            return outlines(answer, ways, ground or outline.schematic())
    return None


def _main(answer: Answer) -> int:
    """The cell of a row that its bar shows: what got so far, or the first measure of the whole row."""
    return 0 if answer.figure.cumulative else len(answer.across)


def _note(answer: Answer, row: Row) -> str:
    """The rate beside the number, where the figure has one."""
    if answer.figure.cumulative:
        return f" · {row.cells[1].word}"
    for measure, cell in zip(answer.figure.measures, row.cells[len(answer.across) :], strict=True):
        if measure.form == RATE and cell.value is not None:
            return f" · {cell.word}"
    return ""


def bars(answer: Answer, ways: Ways, tones: bool = False) -> dict[str, Any]:
    """Horizontal bars from the top down, each with its number; with `tones` they grow paler, as a funnel does."""
    rows, main = answer.rows[:MOST], _main(answer)
    first = answer.figure.measures[0]
    plain = answer.figure.cumulative or first.form == COUNT
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [row.cells[main].value or 0 for row in rows],
        "y": list(range(len(rows))),
        "text": [row.cells[main].word + (_note(answer, row) if plain else "") for row in rows],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [ways(row, row.cells[main], row.where) for row in rows],
        "hoverinfo": "none",
        "width": 0.62,
        "textfont": {"color": look.INK, "size": 12},
        "marker": {"color": look.shades(len(rows)) if tones else look.BRAND},
        "constraintext": "none",
    }
    most = max([row.cells[main].value or 0 for row in rows] + [1])
    return look.drawing(
        [trace],
        look.layout(
            max(len(rows), 1) * look.ROW + look.EDGE,
            bargap=0,
            yaxis=_down(rows),
            xaxis={"visible": False, "fixedrange": True, "range": [0, most]},
        ),
    )


def _down(rows: Sequence[Row]) -> dict[str, Any]:
    return look.words_axis(
        [row.label for row in rows], autorange=False, range=[len(rows) - 0.5, -0.5], ticklabelstandoff=6
    )


def stack(answer: Answer, ways: Ways) -> dict[str, Any]:
    """Bars in parts: the columns of the cross table, or the counts side by side."""
    rows = answer.rows[:MOST]
    parts = [(place, word, value) for place, (value, word) in enumerate(answer.across)] or [
        (place, measure.label, None) for place, measure in enumerate(answer.figure.measures) if measure.form == COUNT
    ]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": word,
            "x": [row.cells[place].value or 0 for row in rows],
            "y": list(range(len(rows))),
            "customdata": [ways(row, row.cells[place], _both(answer, row, value)) for row in rows],
            "hovertext": [f"{row.label} · {word}：{row.cells[place].word}" for row in rows],
            "hoverinfo": "text",
            "width": 0.62,
            "marker": {
                "color": look.COLOURS[number % len(look.COLOURS)],
                "pattern": {"shape": look.PATTERNS[number % len(look.PATTERNS)], "fgcolor": "#fff", "size": 6},
                "line": {"color": "#fff", "width": 1},
            },
        }
        for number, (place, word, value) in enumerate(parts)
    ]
    return look.drawing(
        traces,
        look.layout(
            max(len(rows), 1) * look.ROW + look.EDGE + 44,
            barmode="stack",
            bargap=0,
            showlegend=True,
            legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
            margin={"l": 8, "r": 8, "t": 40, "b": 12, "pad": 0},
            yaxis=_down(rows),
            xaxis={"visible": False, "fixedrange": True},
        ),
    )


def _both(answer: Answer, row: Row, value: Any) -> dict[str, Any]:
    return {**row.where, answer.figure.columns: frozenset({value})} if answer.figure.columns else dict(row.where)


def heat(answer: Answer, ways: Ways) -> dict[str, Any]:
    """The cross table in one hue, the numbers in their places."""
    rows, across = answer.rows[:MOST], answer.across
    numbers = [[row.cells[place].value for place in range(len(across))] for row in rows]
    most = max([value or 0 for line in numbers for value in line] + [1])
    trace = {
        "type": "heatmap",
        "z": [[value if value else None for value in line] for line in numbers],
        "x": list(range(len(across))),
        "y": list(range(len(rows))),
        "colorscale": [list(step) for step in look.SCALE],
        "zmin": 0,
        "zmax": most,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hoverongaps": False,
        "customdata": [
            [ways(row, row.cells[place], _both(answer, row, value)) for place, (value, _) in enumerate(across)]
            for row in rows
        ],
        "hovertext": [
            [f"{row.label} · {word}：{row.cells[place].word}" for place, (_, word) in enumerate(across)] for row in rows
        ],
        "hoverinfo": "text",
    }
    words = [
        {
            "x": place,
            "y": number,
            "text": row.cells[place].word,
            "showarrow": False,
            "font": {"size": 12, "color": "#fff" if look.dark(row.cells[place].value or 0, most) else look.INK},
        }
        for number, row in enumerate(rows)
        for place in range(len(across))
        if row.cells[place].value
    ]
    heads = [look.in_lines(word) for _, word in across]
    high = look.LINE_HEIGHT * max([head.count("<br>") + 1 for head in heads] + [1])
    return look.drawing(
        [trace],
        look.layout(
            max(len(rows), 1) * look.ROW + high + 28,
            annotations=words,
            margin={"l": 8, "r": 8, "t": high + 16, "b": 12, "pad": 0},
            yaxis=_down(rows),
            xaxis=look.axis(
                heads, side="top", autorange=False, range=[-0.5, len(across) - 0.5], tickangle=0, automargin=False
            ),
        ),
        least=look.CELL * len(across) + look.LABEL,
    )


def line(answer: Answer, ways: Ways, marks: Marks = ()) -> dict[str, Any]:
    """A course of days (or of whatever the rows are), one line for each count; `marks` are the ends of something."""
    rows = [row for row in answer.rows if _only(row) is not None]
    dated = bool(rows) and all(isinstance(_only(row), date) for row in rows)
    if dated:
        rows = _every_day(rows)
    days = [_only(row) for row in rows]
    places = [place for place, measure in enumerate(answer.figure.measures) if measure.form == COUNT]
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": answer.figure.measures[place].label,
            "x": [str(day) if dated else row.label for day, row in zip(days, rows, strict=True)],
            "y": [row.cells[place].value for row in rows],
            "line": {"color": look.COLOURS[number % len(look.COLOURS)], "width": 2, "dash": _DASHES[number % 4]},
            "marker": {"size": 6 if len(rows) < 60 else 4, "symbol": _SYMBOLS[number % 4]},
            "customdata": [ways(row, row.cells[place], row.where) for row in rows],
            "hovertext": [f"{row.label}：{row.cells[place].word}" for row in rows],
            "hoverinfo": "text",
        }
        for number, place in enumerate(places)
    ]
    shown = [(day, word) for day, word in marks if dated and day.year in {d.year for d in days if d is not None}]
    return look.drawing(
        traces,
        look.layout(
            300,
            showlegend=len(traces) > 1,
            legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            margin={"l": 8, "r": 16, "t": 16 + 18 * max(len(shown), 1), "b": 12, "pad": 0},
            hovermode="closest",
            xaxis={
                "automargin": True,
                "fixedrange": True,
                "showgrid": False,
                "linecolor": look.LINE,
                "tickfont": {"color": look.INK_2, "size": 12},
                **({"type": "date", "tickformat": "%-m月%-d日"} if dated else {"type": "category"}),
            },
            yaxis={
                "automargin": True,
                "fixedrange": True,
                "rangemode": "tozero",
                "gridcolor": look.LINE,
                "zeroline": False,
                "tickformat": ",d",
                **({"dtick": 1} if _most(rows, places) < 6 else {}),
                "tickfont": {"color": look.INK_2, "size": 12},
            },
            shapes=[
                {"type": "line", "x0": str(day), "x1": str(day), "yref": "paper", "y0": 0, "y1": 1}
                | {"line": {"color": look.COLOURS[5], "width": 1.5, "dash": "dash"}}
                for day, _ in shown
            ],
            annotations=[
                {"x": str(day), "yref": "paper", "y": 1, "yanchor": "bottom", "text": word, "showarrow": False}
                | {"yshift": 18 * number, "font": {"size": 12, "color": "#9a3d00"}}
                for number, (day, word) in enumerate(shown)
            ],
        ),
    )


def _every_day(rows: Sequence[Row]) -> list[Row]:
    """The days between the first and the last, those without a row as nothing; not where they are years apart."""
    by_day = {_only(row): row for row in rows}
    first, last = min(by_day), max(by_day)
    if (last - first).days > LONGEST:
        return list(rows)
    cells = [Cell(0, "0") for _cell in rows[0].cells]
    return [
        by_day.get(day) or Row(str(day), {next(iter(rows[0].where)): frozenset({day})}, cells)
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
    ]


def _most(rows: Sequence[Row], places: Sequence[int]) -> int:
    return max((row.cells[place].value or 0 for row in rows for place in places), default=0)


_DASHES = ("solid", "dash", "dot", "dashdot")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up")


def _only(row: Row) -> Any:
    """The one value that a row stands for."""
    (wanted,) = row.where.values() if len(row.where) == 1 else (frozenset(),)
    return next(iter(wanted)) if isinstance(wanted, frozenset) and len(wanted) == 1 else None


def bare(ground: outline.Ground | None) -> dict[str, Any]:
    """A map with its names and its mark, and no numbers."""
    ground = ground or outline.schematic()
    shape = {"type": "scatter", "mode": "lines", "fill": "toself", "fillcolor": look.EMPTY, "hoverinfo": "skip"}
    traces = [{**shape, "x": s.x, "y": s.y, "line": {"color": look.INK_2, "width": 1}} for s in ground.shapes.values()]
    traces.append(_names([(s, s.short, look.INK) for s in ground.shapes.values()]))
    return look.drawing(traces, _on(ground))


def outlines(answer: Answer, ways: Ways, ground: outline.Ground) -> dict[str, Any]:
    """The 市州 as outlines in one hue, each with its name and number; what is no 市州 stands in the table."""
    main = _main(answer)
    by_code = {str(_only(row)): row for row in answer.rows}
    most = max([row.cells[main].value or 0 for code, row in by_code.items() if code in ground.shapes] + [1])
    traces, labels = [], []
    for code, shape in ground.shapes.items():
        row = by_code.get(code)
        cell = row.cells[main] if row is not None else Cell(0, "0")
        value = cell.value or 0
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "fill": "toself",
                "x": shape.x,
                "y": shape.y,
                "fillcolor": look.tone(value, most) if value else look.EMPTY,
                "line": {"color": "#fff" if value else look.LINE, "width": 1},
                "text": f"{shape.name}：{cell.word}" + (_note(answer, row) if row is not None else ""),
                "hoverinfo": "text",
                "hoveron": "fills",
                "customdata": [ways(row, cell, row.where)] if row is not None else [],
                "name": shape.name,
            }
        )
        colour = "#fff" if look.dark(value, most) else look.INK
        labels.append((shape, f"{shape.short}<br>{cell.word}", colour))
    traces.append(_names(labels))
    return look.drawing(traces, _on(ground))


def _names(labels: Sequence[tuple[outline.Shape, str, str]]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "text",
        "x": [shape.label[0] for shape, _, _ in labels],
        "y": [shape.label[1] for shape, _, _ in labels],
        "text": [word for _, word, _ in labels],
        "textfont": {"size": 11, "color": [colour for _, _, colour in labels]},
        "hoverinfo": "skip",
    }


def _on(ground: outline.Ground) -> dict[str, Any]:
    mark = {"xref": "paper", "yref": "paper", "x": 1, "y": 0, "xanchor": "right", "yanchor": "bottom"}
    return look.layout(
        460,
        hovermode="closest",
        xaxis={"visible": False, "fixedrange": True, "range": list(ground.width)},
        yaxis={
            "visible": False,
            "fixedrange": True,
            "range": list(ground.height),
            "scaleanchor": "x",
            "scaleratio": outline.RATIO,
        },
        annotations=[{**mark, "text": ground.mark, "showarrow": False, "font": {"size": 13, "color": look.INK_2}}],
    )
